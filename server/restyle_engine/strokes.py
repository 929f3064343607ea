"""Owns the size of a style's strokes where nobody chose one: by the size of the picture, and by how far the style's picture reaches."""

from __future__ import annotations

import math

from .resizing import LARGEST_ENLARGEMENT

LARGEST = 2.0  # that was looked at
LEAST = 0.25  # that can be painted
USUAL, USUAL_SIDE = 1.35, 400.0  # size, and square root of the area in px of a picture in which it was judged best
SMALLER = 0.5  # octaves that strokes are larger in a picture an octave smaller: what is finer than the network's filters is mush, and no strokes
SUGGESTED = 0.25  # octaves that they are larger where the library suggests an octave more


def suited(side: float, suggested: float | None, reach: float) -> float:
    """The size of strokes, 0.25–2, in hundredths. side: square root of the area that is painted whole, in px. suggested: the size that the library suggests
    for the style. reach: square root of the area of the style's picture, in parts of the work's: beyond twice that, there is nothing but blur."""
    octaves = SMALLER * math.log2(USUAL_SIDE / side) + SUGGESTED * math.log2(suggested or 1.0)
    return round(min(USUAL * 2**octaves, LARGEST, max(LEAST, LARGEST_ENLARGEMENT * reach)), 2)
