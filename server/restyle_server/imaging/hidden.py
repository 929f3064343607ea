"""Owns the colours under full transparency: replaced by their surroundings, so that nothing hidden reaches the network.

Push-pull (Gortler et al. 1996, "The Lumigraph", section 3.4): colours are averaged into ever coarser levels by their weight until no hole is left, then each
level's holes are filled from the level below it.
"""

from __future__ import annotations

import numpy as np

from .arrays import Floats
from .resize import resize


def fill_hidden(rgb: Floats, alpha: Floats | None) -> Floats:
    """rgb (h, w, 3) float32 with the colours where alpha (h, w) is 0 replaced smoothly by their visible surroundings; mid-gray when nothing is visible.

    Visible pixels are returned as they are. The array itself is returned when nothing is hidden.
    """
    if alpha is None or alpha.all():
        return rgb
    if not alpha.any():
        return np.full_like(rgb, 0.5)
    return _filled(np.where(alpha[..., None] > 0, rgb, np.float32(0)), alpha)


def _filled(rgb: Floats, weight: Floats) -> Floats:
    if (weight > 0).all():
        return rgb
    height, width = weight.shape
    coarse_rgb, coarse_weight = _halved(rgb, weight)
    below = resize(_filled(coarse_rgb, coarse_weight), width, height, "bilinear")
    return np.where(weight[..., None] > 0, rgb, below)


def _halved(rgb: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Half the size: the weighted mean of each 2×2 block, and the mean of its weights. Odd sides are padded with weight 0."""
    height, width = weight.shape
    pad = (height % 2, width % 2)
    weight = np.pad(weight, ((0, pad[0]), (0, pad[1])))
    weighted = np.pad(rgb, ((0, pad[0]), (0, pad[1]), (0, 0))) * weight[..., None]
    total = weight[::2, ::2] + weight[1::2, ::2] + weight[::2, 1::2] + weight[1::2, 1::2]
    summed = weighted[::2, ::2] + weighted[1::2, ::2] + weighted[::2, 1::2] + weighted[1::2, 1::2]
    safe = np.where(total > 0, total, np.float32(1))
    return (summed / safe[..., None]).astype(np.float32), (total / 4).astype(np.float32)
