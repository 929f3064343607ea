"""Owns the small pictures that people watch while a painting takes shape."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats
from ..resample.resize import resize_visible


def rgba8(rgb: Floats, alpha: Floats | None, longest: int) -> tuple[int, int, bytes]:
    """(width, height, RGBA bytes with straight alpha) of rgb (h, w, 3) float32 sRGB-encoded, clipped to 0–1; never enlarged, longest side at most `longest`
    px."""
    height, width = rgb.shape[:2]
    factor = min(1.0, longest / max(width, height))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small, small_alpha = resize_visible(rgb, alpha, *size)
    pixels = np.full((size[1], size[0], 4), 255, np.uint8)
    pixels[..., :3] = np.rint(np.clip(np.nan_to_num(small), 0, 1) * 255)
    if small_alpha is not None:
        pixels[..., 3] = np.rint(np.clip(small_alpha, 0, 1) * 255)
    return size[0], size[1], pixels.tobytes()
