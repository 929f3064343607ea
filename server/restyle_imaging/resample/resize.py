"""Owns resampling: antialiased, without overshoot, in float, with a variant that weighs pixels by their alpha."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats
from .kernels import Kernel, across, blocks, down

__all__ = ["Enlargement", "Kernel", "resize", "resize_visible"]

TINY = 1e-4  # weight below which an average of colours says nothing


def resize(picture: Floats, width: int, height: int, kernel: Kernel = "lanczos") -> Floats:
    """picture (h, w) or (h, w, c) float32, resampled to width × height px; the kernel widens when it shrinks, so that nothing aliases.

    Values stay within the range of each channel: the ringing of sharp kernels is clipped. The same size returns the very array.
    """
    if picture.shape[:2] == (height, width):
        return picture
    if picture.ndim == 2:
        return np.asarray(np.clip(_resampled(picture[..., None], width, height, kernel)[0], picture.min(), picture.max()))
    low, high = _range(picture)
    out = np.empty((height, width, picture.shape[2]), np.float32)
    for channel, plane in enumerate(_resampled(picture, width, height, kernel)):
        np.clip(plane, low[channel], high[channel], out=out[..., channel])
    return out


def resize_visible(rgb: Floats, alpha: Floats | None, width: int, height: int) -> tuple[Floats, Floats | None]:
    """rgb (h, w, 3) and alpha (h, w) or None, resampled; colours count by their alpha, so that transparent ones never bleed into visible ones."""
    if alpha is None:
        return resize(rgb, width, height), None
    if alpha.shape == (height, width):
        return rgb, alpha
    plain = resize(rgb, width, height, "area")
    if alpha.min() == alpha.max() and alpha.flat[0] > TINY:  # all count alike
        return plain, np.full((height, width), alpha.flat[0], np.float32)
    small_alpha = resize(alpha, width, height, "area")
    seen = small_alpha > TINY
    weighted = np.empty_like(rgb)
    for channel in range(3):  # a broadcast over the last axis would run in steps of three
        np.multiply(rgb[..., channel], alpha, out=weighted[..., channel])
    weighted = resize(weighted, width, height, "area")
    colors = np.where(seen[..., None], weighted / np.maximum(small_alpha, np.float32(TINY))[..., None], plain)
    low, high = _range(rgb)
    return np.clip(colors, low.min(), high.max()), small_alpha


class Enlargement:
    """A picture (h, w, c) at width × height px, made row by row as it is asked for, so that the whole never has to be there."""

    def __init__(self, picture: Floats, width: int, height: int, kernel: Kernel) -> None:
        self._source = np.ascontiguousarray(picture.transpose(0, 2, 1), np.float32)  # (h, c, w)
        self._width, self._height = width, height
        self._kernel = kernel

    def rows(self, rows: slice) -> Floats:
        """Some rows, (rows, width, c) float32. Not clipped: sharp kernels overshoot."""
        return self.planes(rows).transpose(0, 2, 1)

    def planes(self, rows: slice) -> Floats:
        """The same, as they lie in memory: (rows, c, width)."""
        height, channels, width = self._source.shape
        wanted = [part for block in blocks(height, self._height, self._kernel) if (part := block.within(rows)) is not None]
        first, last = wanted[0].source.start, max(part.source.stop for part in wanted)
        wide = across(self._source[first:last].reshape(-1, width), self._width, self._kernel).reshape(last - first, channels * self._width)
        out = np.empty((rows.stop - rows.start, channels * self._width), np.float32)
        for part in wanted:
            source = slice(part.source.start - first, part.source.stop - first)
            np.matmul(part.weights, wide[source], out=out[part.target.start - rows.start : part.target.stop - rows.start])
        return out.reshape(-1, channels, self._width)


def _resampled(picture: Floats, width: int, height: int, kernel: Kernel) -> Floats:
    """picture (h, w, c) as planes (c, height, width)."""
    h, w, channels = picture.shape
    if height >= h:
        planes = picture.transpose(2, 0, 1)
    else:  # first along the axis that makes it smaller
        rows = down(np.ascontiguousarray(picture, np.float32).reshape(h, w * channels), height, kernel)
        planes = rows.reshape(height, w, channels).transpose(2, 0, 1)
    planes = np.ascontiguousarray(planes, np.float32)
    if width != w:
        planes = across(planes.reshape(-1, w), width, kernel).reshape(channels, -1, width)
    if planes.shape[1] != height:
        planes = np.stack([down(plane, height, kernel) for plane in planes])
    return planes


def _range(picture: Floats) -> tuple[Floats, Floats]:
    """Smallest and largest value of each channel of (h, w, c)."""
    rows = np.ascontiguousarray(picture).reshape(len(picture), -1)  # along the columns first: far quicker than over the last axis
    return rows.min(axis=0).reshape(-1, picture.shape[2]).min(axis=0), rows.max(axis=0).reshape(-1, picture.shape[2]).max(axis=0)
