"""Owns what the stylizer is given and gives back: tasks, style pictures, steps and paintings, all as numpy arrays. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .parameters import Resolved, Symmetry
from .step import Step
from .verdict import Verdict

Pixels = NDArray[np.float32]
Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class StylePicture:
    """One style.

    rgb: float32 (h, w, 3) in 0–1, sRGB-encoded, colours under alpha 0 filled from their surroundings.
    alpha: float32 (h, w) in 0–1, how much a pixel counts; None: all of them fully.
    weight: > 0; the stylizer normalises the weights of a task to sum 1.
    scale: 0.25–4; at 1 the style covers as many pixels as the content.
    region: float32 (H, W) at the work's size in 0–1, where this style paints; None: everywhere. Regions may overlap; they are normalised per pixel.
    key: equal keys mean equal rgb and alpha, so that statistics may be kept from one task to the next; empty: never kept.
    """

    rgb: Pixels
    alpha: Pixels | None = None
    weight: float = 1.0
    scale: float = 1.0
    region: Pixels | None = None
    symmetry: Symmetry = Symmetry.NONE
    key: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A painting between two scales: all that the next one begins with. done: scales completed; best: float32 (3, h, w), the picture at the end of the last of
    them; width, height: px, of that scale without its margin; nearness: as a Frame's; last: the step that ended that scale, None: nobody knows."""

    done: int
    best: Pixels
    width: int
    height: int
    nearness: float = 0.0
    last: Step | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A painted frame, as later ones need it.

    content: float16 (H, W, 3) in 0–1, at the work's size, that each place was painted after. painting: float16 (H, W, 3) in 0–1, before any fading.
    seen: float32 (H, W), 1 where the content counts, else 0; None: everywhere. settings: equal for frames that are painted alike. anew: it followed none.
    nearness: the style's loss at the end of the finish in the frame that began the scene; 0: not known.
    """

    content: Halves
    painting: Halves
    seen: Pixels | None = None
    settings: str = ""
    anew: bool = False
    nearness: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Previous:
    """A painting to hold still with. frames: read when they are wanted, the named one, then those 2 and 4 frames back; None: it is gone. weight: > 0."""

    frames: tuple[Callable[[], Frame | None], ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """A painting that is updated. painting: float32 (H, W, 3) in 0–1, at the work's size, as people see it. moves: float32 (H, W) in 0–1, how far each place
    may change, 0: not at all."""

    painting: Pixels
    moves: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One painting to be made.

    content: float32 (H, W, 3), sRGB-encoded, at the work's size (parameters.height × parameters.width), no side under 16 px. Values outside 0–1 are handled
        as a clipped picture to which the rest is added back.
    weight: float32 (H, W) in 0–1, the say of each pixel in the picture's statistics (alpha × masks); None: all equal.
    start: where optimisation begins: None is the content, "noise" is seeded noise, a picture (H, W, 3) is an earlier result. "texture" is seeded noise in the
        styles' colours, and nothing of the content counts but its size.
    noise: 0–1, standard deviation of the seeded noise added to a start from the content.
    strength_map: float32 (H, W) in 0–1, multiplies the strength; where it is 0 nothing changes.
    weights: safetensors file of VGG's convolutions. reader: that of vgg16, by which what people read is found; None: nothing is.
    kept: float32 (H, W) in 0–1, how far each place is to stay legible; None: as far as the parameters say where people read.
    memory: bytes that the painting may take beside the content; None: what it likes. Below what it needs at least, it takes that.
    sketches: px, longest side of the pictures that are kept of each scale's end; 0: none are.
    state: where an equal task was broken off, to go on from there; None: from the beginning.
    previous: paintings to hold still with. sequence: later frames will hold still with this one. settings: equal for frames that are painted alike.
    flow: weights of RAFT, by which earlier frames are followed; None: OpenCV's search.
    basis: the painting before, of which only a part is painted anew; None: there is none, or all is.
    """

    content: Pixels
    styles: tuple[StylePicture, ...]
    parameters: Resolved
    weights: Path
    weight: Pixels | None = None
    start: Pixels | Literal["noise", "texture"] | None = None
    noise: float = 0.0
    strength_map: Pixels | None = None
    kept: Pixels | None = None
    memory: int | None = None
    sketches: int = 0
    state: State | None = None
    previous: tuple[Previous, ...] = ()
    sequence: bool = False
    settings: str = ""
    flow: Path | None = None
    basis: Basis | None = None
    reader: Path | None = None

    @property
    def textured(self) -> bool:
        """Whether there is no content, but a texture of the styles."""
        return isinstance(self.start, str) and self.start == "texture"


@dataclass(frozen=True, slots=True)
class LiveStep(Step):
    """A step as its observer is told of it. `picture()` gives the best state now, float32 (h, w, 3) at the scale's size, above 1024 px smaller, and is only
    valid during the call of the observer."""

    picture: Callable[[], Pixels] = field(kw_only=True)


StepObserver = Callable[[LiveStep], Verdict]
Keep = Callable[[State], None]
"""Is given the state after each scale but the last; its arrays are only valid during the call."""


def forget(_: State) -> None:
    """Keeps nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """The end of a scale. scale: its number, from 1. began, ended: time.monotonic(). picture: float32 (h, w, 3), as large as the task's `sketches` allows."""

    scale: int
    width: int
    height: int
    began: float
    ended: float
    picture: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """rgb: float32 (H, W, 3), always finite. evaluations: all scales. trace: one Step per evaluation; between two of them, tiles may tell the observer of the
    last one again. warnings: sentences for people. sketches: one per scale, when the task wants them. frame: for later frames, when the task is of a
    sequence. kept: (H, W) in 0–1, how far each place was kept legible; None: nowhere."""

    rgb: Pixels
    evaluations: int
    trace: tuple[Step, ...]
    finished_early: bool
    warnings: tuple[str, ...] = ()
    sketches: tuple[Sketch, ...] = ()
    frame: Frame | None = None
    kept: Pixels | None = None
