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


class Enlargement:
    """A picture (h, w, c) at width × height px, made row by row as it is asked for, so that the whole never has to be there."""

    def __init__(self, picture: Floats, width: int, height: int, kernel: Kernel) -> None:
        self._channels = [Image.fromarray(np.ascontiguousarray(picture[..., index], np.float32)) for index in range(picture.shape[2])]
        self._kernel = _KERNELS[kernel]
        self._width = width
        self._scale = picture.shape[0] / height
        self._source = picture.shape[:2]

    def rows(self, rows: slice) -> Floats:
        """Some rows, (rows, width, c) float32. Not clipped: sharp kernels overshoot."""
        height, width = self._source
        box = (0.0, rows.start * self._scale, float(width), min(float(height), rows.stop * self._scale))
        out = np.empty((rows.stop - rows.start, self._width, len(self._channels)), np.float32)
        for index, channel in enumerate(self._channels):
            out[..., index] = np.asarray(channel.resize((self._width, len(out)), self._kernel, box=box))
        return out


def _resampled(plane: Floats, width: int, height: int, kernel: Kernel) -> Floats:
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(image.resize((width, height), _KERNELS[kernel]), np.float32)


def _within(resampled: Floats, original: Floats) -> Floats:
    return np.clip(resampled, original.min(), original.max())
