"""Owns the size of a style's strokes where nobody chose one: by the size of the picture, and by how far the style's picture reaches."""

from __future__ import annotations

import math

from .resizing import LARGEST_ENLARGEMENT

LARGEST = 2.0  # that was looked at
LEAST = 0.25  # that can be painted
USUAL, USUAL_SIDE = 1.35, 400.0  # size where nothing is suggested; square root of the area in px of a picture in which it was judged best
SMALLER = 0.5  # octaves that strokes are larger in a picture an octave smaller: what is finer than the network's filters is mush, and no strokes


def suited(side: float, suggested: float | None, reach: float) -> float:
    """The size of strokes, 0.25–4, in hundredths. side: square root of the area that is painted whole, in px. suggested: the size that the library suggests
    for the style in a picture of the usual side. reach: square root of the area of the style's picture, in parts of the work's: beyond twice that, there is
    nothing but blur."""
    size = (suggested or USUAL) * math.pow(USUAL_SIDE / side, SMALLER)
    return round(min(max(size, LEAST), max(LARGEST, suggested or 0.0), max(LEAST, LARGEST_ENLARGEMENT * reach)), 2)
