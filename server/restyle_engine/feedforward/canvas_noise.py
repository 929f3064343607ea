"""Owns the noise that strokes begin with: fixed to the canvas, so that a still picture stays still and rectangles fit together. Imports no torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .layout import LEVELS, NOISES

ACROSS, DOWN, EACH = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D)  # primes of xxHash (Collet 2012): neighbours share no bits


def canvas_noise(x: int, y: int, width: int, height: int, period: tuple[int, int] = (0, 0)) -> tuple[NDArray[np.float32], ...]:
    """By level, float32 (NOISES, height / level, width / level), even in −1 … 1. x, y: px, where the rectangle begins; all four are multiples of GRID.
    period: px, right and down, after which it repeats; 0: never."""
    found = []
    for number, level in enumerate(LEVELS):
        across, down = (side // level for side in period)
        cells = [_cells(x // level, y // level, width // level, height // level, (across, down), 8 * number + which) for which in range(NOISES)]
        found.append(np.stack(cells))
    return tuple(found)


def _cells(x: int, y: int, width: int, height: int, period: tuple[int, int], which: int) -> NDArray[np.float32]:
    columns = _places(x, width, period[0]) * ACROSS
    rows = _places(y, height, period[1]) * DOWN
    mixed = columns[None] ^ rows[:, None] ^ np.uint32(which * int(EACH) & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):  # of the best that Wellons' hash-prospector found, with 2 multiplications ("lowbias32")
        mixed ^= mixed >> np.uint32(shift)
        mixed *= np.uint32(factor)
    mixed ^= mixed >> np.uint32(16)
    return (mixed >> np.uint32(8)).astype(np.float32) * np.float32(2**-23) - np.float32(1)


def _places(begin: int, count: int, period: int) -> NDArray[np.uint32]:
    places = np.arange(begin, begin + count, dtype=np.int64)
    return ((places % period if period else places) & 0xFFFFFFFF).astype(np.uint32)
