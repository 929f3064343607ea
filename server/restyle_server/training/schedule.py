"""Owns the recipe: sizes and canvases over the time that a training has, and its learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

WARMING = 0.08  # share of the time in which the rate rises
LEAST_RATE = 1e-4
RATE = 0.15 / 128  # at its highest, per picture of a batch; half of that in large batches
LARGE = 256  # pictures


@dataclass(frozen=True, slots=True)
class Phase:
    """until: share of the time at which it ends; side: of a picture, px; cells: pictures along a canvas's side."""

    until: float
    side: int
    cells: int


PHASES = (
    Phase(0.25, 32, 1),
    Phase(0.45, 48, 1),
    Phase(0.85, 64, 2),  # relu5_1 sees 156 px, more than a picture has: from here on it has neighbours to see, and mirrors beyond them, in place of zeros
    Phase(1.0, 64, 3),
)
MULTIPLE = 36  # of pictures in a batch: every phase fills its canvases


def phase(share: float) -> Phase:
    """The one at a share of the time, 0–1."""
    return next((one for one in PHASES if share < one.until), PHASES[-1])


def highest_rate(batch: int) -> float:
    """For a batch of so many pictures."""
    return RATE * batch * (0.5 if batch > LARGE else 1.0)


def rate(share: float, highest: float) -> float:
    """At a share of the time: a straight rise, then a cosine (Loshchilov & Hutter 2017)."""
    if share < WARMING:
        return max(LEAST_RATE, highest * share / WARMING)
    return max(LEAST_RATE, highest / 2 * (1 + math.cos(math.pi * (share - WARMING) / (1 - WARMING))))
