"""Owns what a caller asks for: styles, masks, where to start, and the request that holds them all.

Nothing is checked here; a session checks before it sends, and the server checks again. Either way the error is InvalidRequest, with the field's path.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from .contract import Channels, Depth, Parameters, PixelFormat, Plane, RecipeError, limits, settings
from .errors import InvalidRequest


class MaskUse(str, Enum):
    STATISTICS = "statistics"  # weighs what counts
    BLEND = "blend"  # weighs what changes; 0 keeps the content bit for bit


class Lifetime(str, Enum):
    ATTACHED = "attached"  # cancelled some seconds after its last watcher left
    DETACHED = "detached"  # runs on without watchers


class JobClass(str, Enum):
    INTERACTIVE = "interactive"  # a person waits
    BATCH = "batch"
    BACKGROUND = "background"  # a look is learned: see LearnRequest


@dataclass(frozen=True)
class Crop:
    """A rectangle of a style's own pixels, each side at least 16 px."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Mask:
    """plane: GRAY, of the content's size, any depth; 0 is nothing, full scale is everything. Several masks of one use are multiplied."""

    plane: Plane
    use: MaskUse = MaskUse.BLEND


@dataclass(frozen=True)
class StyleUse:
    """One style of a job. Made by `library`, `picture` or `plane`.

    source: a style's id, the bytes of a PNG, JPEG, TIFF or WebP file, or a plane.
    weight: above 0, default 1; the weights of all styles are normalised to sum 1.
    scale: 0.25 to 4, size of the strokes; default: what suits the picture and the style.
    mask: GRAY, of the content's size: the region that this style paints; default: everywhere.
    symmetry: "none", "flips" or "flips+rotations": which mirror images of the style count too.
    """

    source: str | bytes | Plane
    weight: float | None = None
    scale: float | None = None
    crop: Crop | None = None
    mask: Plane | None = None
    symmetry: str | None = None

    @classmethod
    def library(
        cls,
        style_id: str,
        *,
        weight: float | None = None,
        scale: float | None = None,
        crop: Crop | None = None,
        mask: Plane | None = None,
        symmetry: str | None = None,
    ) -> StyleUse:
        """A style of the server's library, by its id."""
        return cls(style_id, weight, scale, crop, mask, symmetry)

    @classmethod
    def picture(
        cls,
        file: bytes,
        *,
        weight: float | None = None,
        scale: float | None = None,
        crop: Crop | None = None,
        mask: Plane | None = None,
        symmetry: str | None = None,
    ) -> StyleUse:
        """The bytes of a picture file."""
        return cls(file, weight, scale, crop, mask, symmetry)

    @classmethod
    def plane(
        cls,
        plane: Plane,
        *,
        weight: float | None = None,
        scale: float | None = None,
        crop: Crop | None = None,
        mask: Plane | None = None,
        symmetry: str | None = None,
    ) -> StyleUse:
        """Pixels, such as a layer's."""
        return cls(plane, weight, scale, crop, mask, symmetry)


class StartFrom(str, Enum):
    CONTENT = "content"
    NOISE = "noise"
    JOB = "job"
    TEXTURE = "texture"


@dataclass(frozen=True)
class Start:
    """What the painting starts from. Made by `content`, `noise`, `job` or `texture`.

    amount: 0 to 1, standard deviation of the seeded noise that is added to the content, in parts of the range.
    """

    origin: StartFrom = StartFrom.CONTENT
    amount: float = 0.0
    job_id: str = ""

    @classmethod
    def content(cls, noise: float = 0.0) -> Start:
        return cls(StartFrom.CONTENT, amount=noise)

    @classmethod
    def noise(cls) -> Start:
        return cls(StartFrom.NOISE)

    @classmethod
    def job(cls, job_id: str) -> Start:
        """The result of an earlier job that succeeded; resized if need be."""
        return cls(StartFrom.JOB, job_id=job_id)

    @classmethod
    def texture(cls) -> Start:
        """The styles' colours alone: nothing of the content counts but its size and format. See `texture_request`."""
        return cls(StartFrom.TEXTURE)


@dataclass(frozen=True)
class Previous:
    """A painting to hold still with: of the frame before, or after where a sequence goes backwards, or another painting of the same frame.

    job_id: a job of the same caller, ordered as part of a sequence; it need not have run yet. weight: above 0; several are blended by their weights.
    """

    job_id: str
    weight: float | None = None


def new_request_id() -> str:
    """Of a job that has not been sent before."""
    return os.urandom(16).hex()


@dataclass(frozen=True)
class JobRequest:
    """One job.

    content: the pixels to paint. styles: 1 to 8. masks: at most 8. strength_map: GRAY, of the content's size, multiplies the strength.
    label: at most 128 characters, shown in lists. request_id: sending the same one twice gives the same job; None makes a random one.
    report: keep a report of how it was painted, for `Session.report`.
    previous: at most 4, the nearest first; the job waits for them, and fails with PREVIOUS_LOST when one of them has no painting.
    painted: the frame as a person has painted it, a plane or the bytes of a picture file: a keyframe, which is its own result.
    sequence: others may name this job as previous; true by itself where there is a `previous` or a `painted`.
    update: a job that succeeded; only what has changed in the content since is painted, in that job's manner, and all else stays bit-identical. The content
    has that job's size, format and profile, and styles, masks, start, strength_map and parameters are left out. NotFound when that painting is gone,
    WrongState when the content is of another kind.
    reading: no painting, but where people read, by which `legibility` goes: a GRAY U8 plane. Without styles and all else.
    """

    content: Plane
    styles: tuple[StyleUse, ...] = ()
    masks: tuple[Mask, ...] = ()
    strength_map: Plane | None = None
    start: Start | None = None
    parameters: Parameters = field(default_factory=Parameters)
    lifetime: Lifetime | str = Lifetime.ATTACHED
    job_class: JobClass | str = JobClass.INTERACTIVE
    label: str = ""
    request_id: str = field(default_factory=new_request_id)
    report: bool = False
    previous: tuple[Previous, ...] = ()
    painted: Plane | bytes | None = None
    sequence: bool = False
    update: str = ""
    reading: bool = False


def texture_request(width: int, height: int, styles: tuple[StyleUse, ...], parameters: Parameters | None = None, **order: Any) -> JobRequest:
    """A texture of styles alone, RGB of 8 bits in sRGB, painted at its own size as far as the preset goes unless the parameters name one.

    width, height: at least 16 px, at most 64 million px in all: InvalidRequest.
    parameters: `seed` paints another one, and with `seamless` it can be laid beside itself; strength and colour say nothing.
    order: further fields of JobRequest, but no masks."""
    try:
        settings.check_texture(width, height)
    except RecipeError as error:
        raise InvalidRequest(f"{error}.", "spec.content") from error
    asked = Parameters() if parameters is None else parameters
    if asked.size is None and not asked.native_size:
        asked = replace(asked, size=min(max(width, height), limits.LARGEST_SIDE))
    nothing = Plane(PixelFormat(Channels.RGB, Depth.U8), width, height, bytes(3 * width * height))
    return JobRequest(nothing, styles, start=Start.texture(), parameters=asked, **order)


@dataclass(frozen=True)
class LearnRequest:
    """A look that is to be learned: from styles, on photographs, or from a layer and its painting.

    name: of the look; its id is made from it, with a number where that is taken. styles: 1 to 8, without masks; none with a painting.
    photographs: at most 64 picture files' bytes, at least 16 px per side, to practise on beside styles; none: a few that came with Restyle.
    content: the layer that the painting is of; with styles, what previews show, instead of a photograph.
    painting: a plane or the bytes of a picture file, as large as the content.
    style, credit: what it is learned from, in words, and whose that is; default: the styles' ids. steps: 1 to 100000; default 1200.
    parameters: strength, size, seed, precision, weights and device. size: longest side of what is learned on, in px; default 512, with a painting 1024.
    lifetime, label, request_id: as a JobRequest's.
    """

    name: str
    styles: tuple[StyleUse, ...] = ()
    photographs: tuple[bytes, ...] = ()
    content: Plane | None = None
    painting: Plane | bytes | None = None
    style: str = ""
    credit: str = ""
    steps: int | None = None
    parameters: Parameters = field(default_factory=Parameters)
    lifetime: Lifetime | str = Lifetime.ATTACHED
    label: str = ""
    request_id: str = field(default_factory=new_request_id)
