"""Owns resampling: antialiased, without overshoot, in float, with a variant that weighs pixels by their alpha."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PIL import Image

from .arrays import Floats

Kernel = Literal["lanczos", "bicubic", "bilinear", "area"]

_KERNELS = {
    "lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "area": Image.Resampling.HAMMING,  # positive everywhere, nearly as sharp as bicubic when it shrinks
}
TINY = 1e-4  # weight below which an average of colours says nothing


def resize(picture: Floats, width: int, height: int, kernel: Kernel = "lanczos") -> Floats:
    """picture (h, w) or (h, w, c) float32, resampled to width × height px; the kernel widens when it shrinks, so that nothing aliases.

    Values stay within the range of each channel: the ringing of sharp kernels is clipped. The same size returns the very array.
    """
    if picture.shape[:2] == (height, width):
        return picture
    if picture.ndim == 2:
        return _within(_resampled(picture, width, height, kernel), picture)
    out = np.empty((height, width, picture.shape[2]), np.float32)
    for channel in range(picture.shape[2]):
        out[..., channel] = _within(_resampled(picture[..., channel], width, height, kernel), picture[..., channel])
    return out


def resize_visible(rgb: Floats, alpha: Floats | None, width: int, height: int) -> tuple[Floats, Floats | None]:
    """rgb (h, w, 3) and alpha (h, w) or None, resampled; colours count by their alpha, so that transparent ones never bleed into visible ones."""
    if alpha is None:
        return resize(rgb, width, height), None
    if alpha.shape == (height, width):
        return rgb, alpha
    small_alpha = resize(alpha, width, height, "area")
    weighted = resize(rgb * alpha[..., None], width, height, "area")
    plain = resize(rgb, width, height, "area")
    seen = small_alpha[..., None] > TINY
    colors = np.where(seen, weighted / np.maximum(small_alpha, TINY)[..., None], plain)
    return np.clip(colors, rgb.min(), rgb.max()).astype(np.float32), small_alpha


def rows_of(picture: Floats, width: int, height: int, rows: slice, kernel: Kernel) -> Floats:
    """Rows `rows` of what picture (h, w, c) gives at width × height px, without making the rest. Not clipped."""
    scale = picture.shape[0] / height
    box = (0.0, rows.start * scale, float(picture.shape[1]), min(float(picture.shape[0]), rows.stop * scale))
    size = (width, rows.stop - rows.start)
    out = np.empty((size[1], width, picture.shape[2]), np.float32)
    for channel in range(picture.shape[2]):
        image = Image.fromarray(np.ascontiguousarray(picture[..., channel]))
        out[..., channel] = np.asarray(image.resize(size, _KERNELS[kernel], box=box))
    return out


def _resampled(plane: Floats, width: int, height: int, kernel: Kernel) -> Floats:
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(image.resize((width, height), _KERNELS[kernel]), np.float32)


def _within(resampled: Floats, original: Floats) -> Floats:
    return np.clip(resampled, original.min(), original.max())
