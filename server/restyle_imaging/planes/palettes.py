"""Owns the palettes of planes: measured on the colours that people see, and planes brought to another palette, in their own format."""

from __future__ import annotations

import numpy as np

from ..arrays import each, strips
from ..color.palette import Palette, common_palette, in_palette, palette_of
from ..resample.resize import resize_visible
from .canvas import Canvas, close_plane, open_plane
from .formats import Plane

__all__ = ["Palette", "common_palette", "measured", "recolored"]

MEASURED_SIDE = 256  # px: a palette needs no more


def measured(plane: Plane) -> Palette:
    """What is transparent doesn't count. ImagingError: as open_plane has it."""
    return _measured(open_plane(plane))


def recolored(plane: Plane, palette: Palette) -> Plane:
    """The plane with its colours brought to a palette; format, depth, profile and alpha stay. ImagingError: as open_plane has it."""
    canvas = open_plane(plane)
    own = _measured(canvas)
    rgb = np.empty_like(canvas.rgb)

    def recolor(rows: slice) -> None:
        rgb[rows] = in_palette(canvas.rgb[rows], own, palette)

    each(recolor, strips(canvas.height, canvas.width))
    return close_plane(canvas, rgb)


def _measured(canvas: Canvas) -> Palette:
    factor = min(1.0, MEASURED_SIDE / max(canvas.width, canvas.height))
    return palette_of(*resize_visible(canvas.rgb, canvas.alpha, max(1, round(canvas.width * factor)), max(1, round(canvas.height * factor))))
