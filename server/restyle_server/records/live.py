"""Owns what is painted of a live canvas at a time: a part of it with all that a worker needs, and what came of it; and what is followed of one that moves.
Picklable; imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from restyle_contract.rectangles import Rect
from restyle_imaging.planes.formats import Plane


@dataclass(frozen=True, slots=True)
class LiveShape:
    """How an engine paints live. grid: px, what parts begin on multiples of; reach: px, a multiple of it, how far a pixel's change is seen."""

    grid: int
    reach: int


@dataclass(frozen=True, slots=True)
class LookFile:
    """A look of the store. sha256: of its file, which may have been removed or replaced meanwhile."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class LiveCrop:
    """plane: a part of the canvas, which begins at x, y there, on the grid. wanted: of the canvas; the part of it whose painting is asked for, with `reach` px
    around it in the plane, as far as there are such. strength: 0–100. shift: px that a canvas which moves has gone, right and down. period: px,
    right and down, after which the canvas repeats, its other side around the plane; 0: it doesn't."""

    look: LookFile
    strength: float
    plane: Plane
    x: int
    y: int
    wanted: Rect
    shift: tuple[int, int] = (0, 0)
    period: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class LivePiece:
    """data: what was wanted, painted, in the canvas's format; seconds: that it took."""

    data: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class LiveMotion:
    """Two frames of a moving canvas, of one size and format."""

    before: Plane
    now: Plane


@dataclass(frozen=True, slots=True)
class LiveWay:
    """step: px, right and down, that the camera has gone; None: they show two scenes. warning: why nothing was followed; empty when it was."""

    step: tuple[float, float] | None
    warning: str = ""
