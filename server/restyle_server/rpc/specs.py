"""Owns a job's order as a caller gives it: validated, its pixels still payloads of the upload; and how it becomes an order once they are files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from restyle_engine.parameters import Parameters, Symmetry
from restyle_imaging.planes.formats import PixelFormat

from ..jobs.job import JobClass, Lifetime
from ..jobs.uploads import payload_path
from ..records.order import AskedOrder, Crop, MaskFile, MaskUse, PaintedOrder, PlaneFile, PreviousOrder, Start, StartFrom, StyleOrder, WeightsFile


@dataclass(frozen=True, slots=True)
class PlaneSpec:
    """A plane whose bytes are a payload."""

    format: PixelFormat
    width: int
    height: int
    payload: int
    icc: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes of the payload."""
        return self.width * self.height * self.format.pixel_bytes

    def file(self, folder: Path) -> PlaneFile:
        """The plane in the job's folder."""
        return PlaneFile(payload_path(folder, self.payload), self.format, self.width, self.height, self.icc)


@dataclass(frozen=True, slots=True)
class EncodedSpec:
    """A picture file whose bytes are a payload."""

    size: int
    payload: int


@dataclass(frozen=True, slots=True)
class StyleSpec:
    """source: the library's id, a picture file, or a plane. scale: None leaves it to the library's suggestion, else 1."""

    source: str | EncodedSpec | PlaneSpec
    weight: float  # all weights sum to 1
    scale: float | None
    crop: Crop | None
    mask: PlaneSpec | None
    symmetry: Symmetry


@dataclass(frozen=True, slots=True)
class MaskSpec:
    plane: PlaneSpec
    use: MaskUse


@dataclass(frozen=True, slots=True)
class PreviousSpec:
    """A job whose painting this one holds still with."""

    job_id: str
    weight: float


@dataclass(frozen=True, slots=True)
class LibraryStyle:
    """What the library says about a style that a job uses."""

    picture: Path
    scale: float  # that it suggests
    width: int  # px
    height: int


@dataclass(frozen=True, slots=True)
class Spec:
    """A validated JobSpec."""

    label: str
    lifetime: Lifetime
    job_class: JobClass
    content: PlaneSpec
    styles: tuple[StyleSpec, ...]
    masks: tuple[MaskSpec, ...]
    start: Start
    start_job: str  # whose result is the start, when start.source says RESULT
    strength_map: PlaneSpec | None
    parameters: Parameters
    weights: str
    device: str
    report: bool = False
    previous: tuple[PreviousSpec, ...] = ()
    painted: EncodedSpec | PlaneSpec | None = None
    sequence: bool = False  # followers may come

    @property
    def sizes(self) -> dict[int, int]:
        """Bytes by payload."""
        return {part.payload: part.size for part, _ in self.parts()}

    def parts(self) -> Iterator[tuple[PlaneSpec | EncodedSpec, str]]:
        """Everything that is uploaded, with its field's path."""
        yield self.content, "spec.content"
        for index, mask in enumerate(self.masks):
            yield mask.plane, f"spec.masks[{index}].plane"
        for index, style in enumerate(self.styles):
            if isinstance(style.source, PlaneSpec):
                yield style.source, f"spec.styles[{index}].plane"
            elif isinstance(style.source, EncodedSpec):
                yield style.source, f"spec.styles[{index}].image"
            if style.mask is not None:
                yield style.mask, f"spec.styles[{index}].mask"
        if self.strength_map is not None:
            yield self.strength_map, "spec.strength_map"
        if self.painted is not None:
            yield self.painted, f"spec.painted.{'plane' if isinstance(self.painted, PlaneSpec) else 'image'}"

    def order(
        self, folder: Path, weights: WeightsFile, library: Mapping[str, LibraryStyle], start: PlaneFile | None, previous: tuple[PreviousOrder, ...] = ()
    ) -> AskedOrder:
        """The order, with every payload a file of `folder`. start: the earlier result that spec.start names; previous: the frames of those that
        spec.previous names."""
        return AskedOrder(
            content=self.content.file(folder),
            styles=tuple(_style(style, index, folder, library) for index, style in enumerate(self.styles)),
            weights=weights,
            parameters=self.parameters,
            masks=tuple(MaskFile(mask.plane.file(folder), mask.use) for mask in self.masks),
            start=Start(StartFrom.RESULT, result=start) if start is not None else self.start,
            strength_map=self.strength_map.file(folder) if self.strength_map else None,
            report=self.report,
            previous=previous,
            painted=None if self.painted is None else _painted(self.painted, folder),
        )


def _painted(painted: EncodedSpec | PlaneSpec, folder: Path) -> PaintedOrder:
    if isinstance(painted, PlaneSpec):
        return PaintedOrder(plane=painted.file(folder))
    return PaintedOrder(picture=payload_path(folder, painted.payload))


def _style(style: StyleSpec, index: int, folder: Path, library: Mapping[str, LibraryStyle]) -> StyleOrder:
    name, picture, plane, scale = f"picture {index + 1}", None, None, 1.0
    if isinstance(style.source, str):
        name, picture, scale = style.source, library[style.source].picture, library[style.source].scale
    elif isinstance(style.source, EncodedSpec):
        picture = payload_path(folder, style.source.payload)
    else:
        name, plane = f"layer {index + 1}", style.source.file(folder)
    return StyleOrder(
        name=name,
        picture=picture,
        plane=plane,
        weight=style.weight,
        scale=scale if style.scale is None else style.scale,
        crop=style.crop,
        mask=style.mask.file(folder) if style.mask else None,
        symmetry=style.symmetry,
    )
