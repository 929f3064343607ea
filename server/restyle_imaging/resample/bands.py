"""Owns pictures in octaves: what is fine, what is coarse, apart and put together again.

Source: Burt, Adelson 1983, "The Laplacian Pyramid as a Compact Image Code"; "A Multiresolution Spline with Application to Image Mosaics".
"""

from __future__ import annotations

import numpy as np

from ..arrays import Floats

SOFT = np.array([1, 4, 6, 4, 1], np.float32) / 16
TAPS = 2  # px on either side that a softening looks at


def soft(planes: Floats) -> Floats:
    """(…, h, w) float32 softened along both axes, the border mirrored."""
    return _along(_along(planes, -1), -2)


def octaves(planes: Floats, count: int) -> tuple[list[Floats], Floats]:
    """`count` bands, finest first, each half as large as the one before, and what is coarser. planes: (c, h, w) float32. `joined` gives them back, but for
    rounding."""
    bands = []
    for _ in range(count):
        coarse = np.ascontiguousarray(soft(planes)[..., ::2, ::2])
        bands.append(planes - doubled(coarse, planes.shape[-2], planes.shape[-1]))
        planes = coarse
    return bands, planes


def doubled(planes: Floats, height: int, width: int) -> Floats:
    """(c, ⌈height/2⌉, ⌈width/2⌉) float32 at (c, height, width), between the pixels linear."""
    rows = np.empty((*planes.shape[:-2], height, planes.shape[-1]), np.float32)
    _between(planes, rows, height, -2)
    out = np.empty((*planes.shape[:-2], height, width), np.float32)
    _between(rows, out, width, -1)
    return out


def _between(source: Floats, out: Floats, length: int, axis: int) -> None:
    """Every second line is the source's, those between the mean of their neighbours; beyond the last, the last."""
    source, out = np.moveaxis(source, axis, 0), np.moveaxis(out, axis, 0)
    out[::2] = source
    halves = out[1::2]
    inner = min(len(halves), len(source) - 1)
    np.add(source[:inner], source[1 : inner + 1], out=halves[:inner])
    halves[:inner] *= np.float32(0.5)
    halves[inner:] = source[len(source) - 1 :][: len(halves) - inner]


def _along(planes: Floats, axis: int) -> Floats:
    length = planes.shape[axis]
    widths = [(0, 0)] * planes.ndim
    widths[axis] = (min(TAPS, length - 1),) * 2
    wide = np.pad(planes, widths, mode="reflect")
    if length <= TAPS:  # too short to be mirrored so far
        widths[axis] = (TAPS - min(TAPS, length - 1),) * 2
        wide = np.pad(wide, widths, mode="edge")
    lines = np.moveaxis(wide, axis, 0)
    out = lines[2 : 2 + length] * SOFT[2]
    out += (lines[1 : 1 + length] + lines[3 : 3 + length]) * SOFT[1]
    out += (lines[:length] + lines[4 : 4 + length]) * SOFT[0]
    return np.ascontiguousarray(np.moveaxis(out, 0, axis))
