"""Owns a job's order as the server's own code sees it: frozen, validated, pixels as files beside the journal. Picklable; imports neither protobuf nor torch.

It waits as an AskedOrder, with what its caller left open, and becomes an Order on the device that takes it, which is known then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

from restyle_engine.parameters import Parameters, Resolved, Symmetry
from restyle_imaging.planes.formats import PixelFormat


@dataclass(frozen=True, slots=True)
class PlaneFile:
    """A plane whose bytes lie in a file, exactly width·height·format.pixel_bytes long."""

    path: Path
    format: PixelFormat
    width: int
    height: int
    icc: bytes | None = None


class MaskUse(StrEnum):
    STATISTICS = "statistics"
    BLEND = "blend"


@dataclass(frozen=True, slots=True)
class MaskFile:
    plane: PlaneFile
    use: MaskUse


@dataclass(frozen=True, slots=True)
class Crop:
    """Pixels of the style's picture."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StyleOrder:
    """One style of a job: an encoded picture's file or a plane, exactly one of them."""

    name: str  # for people: the library's id, or "picture 2"
    picture: Path | None = None
    plane: PlaneFile | None = None
    weight: float = 1.0  # normalised: all weights of a job sum to 1
    scale: float | None = None  # 0.25–4, size of the strokes; None: what suits the picture and the style
    crop: Crop | None = None
    mask: PlaneFile | None = None
    symmetry: Symmetry = Symmetry.NONE
    suggested: float | None = None  # size of the strokes that the library suggests
    size: tuple[int, int] | None = None  # px of the picture, of styles of the library


@dataclass(frozen=True, slots=True)
class PreviousOrder:
    """A painting to hold still with. frames: files of worker/frames.py; of the frame that was named, then those of 2 and of 4 frames back, as far as there
    are such. weight: > 0, beside the others'."""

    frames: tuple[Path, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class PaintedOrder:
    """The frame as a person has painted it: an encoded picture's file or a plane, exactly one of them."""

    picture: Path | None = None
    plane: PlaneFile | None = None


@dataclass(frozen=True, slots=True)
class BasisOrder:
    """A painting that is updated, and the content that it was painted from; both of the order's size and format."""

    content: PlaneFile
    painting: PlaneFile


class StartFrom(StrEnum):
    CONTENT = "content"
    NOISE = "noise"
    RESULT = "result"
    TEXTURE = "texture"


@dataclass(frozen=True, slots=True)
class Start:
    source: StartFrom = StartFrom.CONTENT
    noise: float = 0.0  # 0–1, standard deviation in parts of the range, for CONTENT
    result: PlaneFile | None = None  # for RESULT


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A safetensors file of VGG16's or VGG19's convolutions, chosen by the front end."""

    id: str  # "vgg19", "vgg16", "file"
    path: Path


P = TypeVar("P", Parameters, Resolved)


@dataclass(frozen=True, slots=True)
class _Order(Generic[P]):
    """What both kinds of orders have."""

    content: PlaneFile
    styles: tuple[StyleOrder, ...]
    weights: WeightsFile
    parameters: P
    masks: tuple[MaskFile, ...] = ()
    start: Start = field(default_factory=Start)
    strength_map: PlaneFile | None = None
    report: bool = False  # tell afterwards how it was painted
    previous: tuple[PreviousOrder, ...] = ()
    painted: PaintedOrder | None = None  # instead of painting
    reading: bool = False  # instead of painting, tell where people read
    frame: Path | None = None  # what followers need is written there; None: nobody follows
    basis: BasisOrder | None = None  # only what has changed since is painted
    kept: Path | None = None  # the last completed scale is written there (records/checkpoints.py); one that lies there already is gone on from


@dataclass(frozen=True, slots=True)
class Order(_Order[Resolved]):
    """Everything that an engine needs to paint one job, every choice made. asked: the caller's own parameters in words, by which like orders are known."""

    asked: str = ""


@dataclass(frozen=True, slots=True)
class AskedOrder(_Order[Parameters]):
    """An order as its caller gave it, which waits for a device."""

    @property
    def asked(self) -> str:
        """The parameters in words, without the memory: that changes no picture."""
        return repr(replace(self.parameters, memory_limit=None))

    def resolved(self, parameters: Resolved) -> Order:
        """The same, every choice made."""
        same = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "parameters"}
        return Order(**same, parameters=parameters, asked=self.asked)

    @property
    def settled(self) -> AskedOrder:
        """As it is kept beside its painting, from which an update is painted alike."""
        return replace(self, start=replace(self.start, source=StartFrom.CONTENT, result=None) if self.start.result else self.start, basis=None, kept=None)

    @property
    def files(self) -> tuple[Path, ...]:
        """Of its pixels."""
        found: list[Path] = []

        def note(path: Path) -> Path:
            found.append(path)
            return path

        self.moved(note)
        return tuple(found)

    def moved(self, where: Callable[[Path], Path]) -> AskedOrder:
        """The same with the files of its pixels elsewhere."""
        return replace(self, **{name: _moved(getattr(self, name), where) for name in ("content", "styles", "masks", "strength_map")})


def _moved(value: Any, where: Callable[[Path], Path]) -> Any:
    if isinstance(value, Path):
        return where(value)
    if isinstance(value, tuple):
        return tuple(_moved(one, where) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _moved(getattr(value, field.name), where) for field in fields(value)})
    return value
