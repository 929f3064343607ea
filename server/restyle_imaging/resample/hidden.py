"""Owns the colours under full transparency: replaced by their surroundings, so that nothing hidden reaches the network.

Push-pull (Gortler et al. 1996, "The Lumigraph", section 3.4): colours are averaged into ever coarser levels by their weight until no hole is left, then each
level's holes are filled from the level below it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, strips

HOLES = 1 << 16  # px filled at a time, so that what is gathered for them stays in the cache

Places = NDArray[np.intp]


def fill_hidden(rgb: Floats, alpha: Floats | None) -> Floats:
    """rgb (h, w, 3) float32 with the colours where alpha (h, w) is 0 replaced smoothly by their visible surroundings; mid-gray when nothing is visible.

    Visible pixels are returned as they are. The array itself is returned when nothing is hidden.
    """
    if alpha is None or alpha.all():
        return rgb
    if not alpha.any():
        return np.full_like(rgb, 0.5)
    return _filled(rgb, alpha)


def _filled(rgb: Floats, weight: Floats) -> Floats:
    """rgb (h, w, 3) with colours where the weight is 0; finite there, whatever they are."""
    holes = np.flatnonzero(weight <= 0)
    if not len(holes):
        return rgb
    below = _filled(*_halved(rgb, weight))
    out = np.array(rgb, np.float32, order="C")
    flat = out.reshape(-1, 3)
    for start in range(0, len(holes), HOLES):
        some = holes[start : start + HOLES]
        flat[some] = _doubled(below, *np.divmod(some, weight.shape[1]))
    return out


def _doubled(coarse: Floats, y: Places, x: Places) -> Floats:
    """Some pixels (n, 3) of a level in twice the size of its coarse level, by bilinear interpolation: ¾ of the block a pixel lies in, ¼ of its neighbour."""
    height, width = coarse.shape[:2]
    flat = coarse.reshape(-1, 3)
    row, beside_row = _block_and_neighbour(y, height)
    column, beside_column = _block_and_neighbour(x, width)
    near = flat[row * width + column] * np.float32(0.75) + flat[row * width + beside_column] * np.float32(0.25)
    far = flat[beside_row * width + column] * np.float32(0.75) + flat[beside_row * width + beside_column] * np.float32(0.25)
    return np.asarray(near * np.float32(0.75) + far * np.float32(0.25))


def _block_and_neighbour(at: Places, length: int) -> tuple[Places, Places]:
    block = at >> 1
    return block, np.clip(block + 2 * (at & 1) - 1, 0, length - 1)


def _halved(rgb: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Half the size: the weighted mean of each 2×2 block, and the mean of its weights. Odd sides are padded with weight 0."""
    height, width = weight.shape
    half = (height + 1) // 2, (width + 1) // 2
    colors, weights = np.empty((*half, 3), np.float32), np.empty(half, np.float32)
    for rows in strips(half[0], 4 * width):
        some = slice(2 * rows.start, 2 * rows.stop)
        pad = (0, 2 * rows.stop - min(height, 2 * rows.stop)), (0, width % 2)
        part = np.pad(weight[some], pad) if any(map(any, pad)) else weight[some]
        pairs = part[::2] + part[1::2]
        total = pairs[:, ::2] + pairs[:, 1::2]
        weights[rows] = total / 4
        safe = np.where(total > 0, total, np.float32(1))
        for channel in range(3):  # plane by plane: far quicker than steps of three
            plane = rgb[some, :, channel]
            weighted = (np.pad(plane, pad) if any(map(any, pad)) else plane) * part
            pairs = weighted[::2] + weighted[1::2]
            np.divide(pairs[:, ::2] + pairs[:, 1::2], safe, out=colors[rows, :, channel])
    return colors, weights
