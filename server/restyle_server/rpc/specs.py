"""Owns a job's order as a caller gives it: validated, its pixels still payloads of the upload; and how it becomes an order once they are files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
    """source: the library's id, a picture file, or a plane. scale: None leaves it to what suits the picture and the style."""

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
    scale: float | None  # that it suggests
    width: int  # px
    height: int


class Uploaded(Protocol):
    """Any validated JobSpec, as far as its upload is concerned."""

    @property
    def styles(self) -> tuple[StyleSpec, ...]: ...

    @property
    def sizes(self) -> dict[int, int]:
        """Bytes by payload."""
        ...

    def parts(self) -> Iterator[tuple[PlaneSpec | EncodedSpec, str]]:
        """Everything that is uploaded, with its field's path."""
        ...


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
    update: str = ""  # the job whose painting is updated: then styles, masks, start and parameters are that job's
    reading: bool = False

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
            styles=tuple(style_order(style, index, folder, library) for index, style in enumerate(self.styles)),
            weights=weights,
            parameters=self.parameters,
            masks=tuple(MaskFile(mask.plane.file(folder), mask.use) for mask in self.masks),
            start=Start(StartFrom.RESULT, result=start) if start is not None else self.start,
            strength_map=self.strength_map.file(folder) if self.strength_map else None,
            report=self.report,
            previous=previous,
            painted=None if self.painted is None else painted_order(self.painted, folder),
            reading=self.reading,
        )


def painted_order(painted: EncodedSpec | PlaneSpec, folder: Path) -> PaintedOrder:
    """What a person has painted, its payload a file of the folder."""
    if isinstance(painted, PlaneSpec):
        return PaintedOrder(plane=painted.file(folder))
    return PaintedOrder(picture=payload_path(folder, painted.payload))


def style_name(style: StyleSpec, index: int) -> str:
    """For people: the library's id, or what it is and its number."""
    if isinstance(style.source, str):
        return style.source
    return f"{'picture' if isinstance(style.source, EncodedSpec) else 'layer'} {index + 1}"


def style_order(style: StyleSpec, index: int, folder: Path, library: Mapping[str, LibraryStyle]) -> StyleOrder:
    """The style of this number, its payloads files of the folder. library: the styles that are named by their ids."""
    picture, plane, suggested, size = None, None, None, None
    if isinstance(style.source, str):
        known = library[style.source]
        picture, suggested, size = known.picture, known.scale, (known.width, known.height)
    elif isinstance(style.source, EncodedSpec):
        picture = payload_path(folder, style.source.payload)
    else:
        plane = style.source.file(folder)
    return StyleOrder(
        name=style_name(style, index),
        picture=picture,
        plane=plane,
        weight=style.weight,
        scale=style.scale,
        crop=style.crop,
        mask=style.mask.file(folder) if style.mask else None,
        symmetry=style.symmetry,
        suggested=suggested,
        size=size,
    )
