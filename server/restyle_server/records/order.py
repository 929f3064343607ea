"""Owns a job's order as the server's own code sees it: frozen, validated, pixels as files beside the journal. Picklable; imports neither protobuf nor torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from restyle_engine.parameters import Parameters, Symmetry
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
    scale: float = 1.0  # 0.25–4, size of the strokes
    crop: Crop | None = None
    mask: PlaneFile | None = None
    symmetry: Symmetry = Symmetry.NONE


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


class StartFrom(StrEnum):
    CONTENT = "content"
    NOISE = "noise"
    RESULT = "result"


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


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that an engine needs to paint one job."""

    content: PlaneFile
    styles: tuple[StyleOrder, ...]
    weights: WeightsFile
    parameters: Parameters = field(default_factory=Parameters)
    masks: tuple[MaskFile, ...] = ()
    start: Start = field(default_factory=Start)
    strength_map: PlaneFile | None = None
    report: bool = False  # tell afterwards how it was painted
    previous: tuple[PreviousOrder, ...] = ()
    painted: PaintedOrder | None = None  # instead of painting
    frame: Path | None = None  # what followers need is written there; None: nobody follows
    kept: Path | None = None  # the last completed scale is written there (records/checkpoints.py); one that lies there already is gone on from
