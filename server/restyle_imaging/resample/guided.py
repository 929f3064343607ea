"""Owns the guided filter: a picture explained locally as a linear function of a guide, so that it follows the guide's edges.

Source: He, Sun, Tang 2013, "Guided Image Filtering", equations 19–21 (colour guide).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from .resize import resize

SMALL_RADIUS = 2  # px: windows of 5 × 5 are the smallest that tell an edge from noise


@dataclass(frozen=True, slots=True)
class Guidance:
    """Per pixel: value[j] ≈ Σ_i slope[..., i, j]·guide[..., i] + offset[..., j]. slope (h, w, 3, c), offset (h, w, c), float32."""

    slope: Floats
    offset: Floats

    def applied(self, guide: Floats) -> Floats:
        """(h, w, 3) guide to (h, w, c)."""
        return _applied(self.slope, self.offset, guide)


def guidance(guide: Floats, values: Floats, radius: int, epsilon: float, flat_slope: Floats | None = None) -> Guidance:
    """The local linear models of values (h, w, c) over guide (h, w, 3), in windows of (2·radius + 1)² px.

    epsilon: variance of the guide below which it counts as flat. flat_slope: (h, w), the slope of each channel over itself that flat places fall back to
    (ridge regression towards it), needs c = 3; None: 0, the local mean. values 0 with flat_slope 0 give slope and offset 0, exactly.
    """
    mean_guide, mean_values = boxed(guide, radius), boxed(values, radius)
    covariance = _products(guide, guide, radius) - mean_guide[..., :, None] * mean_guide[..., None, :]
    cross = _products(guide, values, radius) - mean_guide[..., :, None] * mean_values[..., None, :]
    if flat_slope is not None:
        cross += epsilon * flat_slope[..., None, None] * np.eye(3, dtype=np.float32)
    slope = _solved(covariance + epsilon * np.eye(3, dtype=np.float32), cross)
    offset = mean_values - Guidance(slope, np.zeros_like(mean_values)).applied(mean_guide)
    return Guidance(boxed(slope, radius), boxed(offset, radius))


def smoothed(guide: Floats, values: Floats, radius: int, epsilon: float) -> Floats:
    """values (h, w, c) without what is finer than the windows, but with the edges of the guide (h, w, 3).

    The models are made at a size where the windows are SMALL_RADIUS wide, and applied at full size (He, Sun 2015, "Fast Guided Filter").
    """
    height, width = guide.shape[:2]
    factor = max(1, radius // SMALL_RADIUS)
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    small = guidance(resize(guide, *size, "area"), resize(values, *size, "area"), max(1, round(radius / factor)), epsilon)
    channels = values.shape[2]
    slope = resize(small.slope.reshape(size[1], size[0], 3 * channels), width, height, "bilinear").reshape(height, width, 3, channels)
    return _applied(slope, resize(small.offset, width, height, "bilinear"), guide)


def boxed(picture: Floats, radius: int) -> Floats:
    """Mean over (2·radius + 1)² px windows, cut off at the borders; (h, w, …) float32. Meant for small radii: it adds shifted copies, which is exact where
    running sums drift. The result lies plane by plane in memory, as what is made of it will."""
    planes = _planes(picture)
    down = _windowed(planes, radius, -2)
    return _pixels(_windowed(down, radius, -1))


def _planes(picture: Floats) -> Floats:
    """(…, h, w) of a picture (h, w, …), each plane contiguous."""
    return np.ascontiguousarray(np.moveaxis(picture, (0, 1), (-2, -1)), np.float32)


def _pixels(planes: Floats) -> Floats:
    return np.moveaxis(planes, (-2, -1), (0, 1))


def _products(a: Floats, b: Floats, radius: int) -> Floats:
    """Windowed means of a's channels times b's, (h, w, channels of a, channels of b)."""
    first, second = _planes(a), _planes(b)
    return boxed(_pixels(first[:, None] * second[None]), radius)


def _solved(matrix: Floats, right: Floats) -> Floats:
    """x of matrix·x = right for symmetric positive definite (h, w, 3, 3) and (h, w, 3, c), by elimination: far faster than LAPACK, called per pixel, for so
    many."""
    a, b, c, d, e, f = (matrix[..., row, column] for row, column in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)))
    ratio_b, ratio_c = b / a, c / a
    d, e = d - b * ratio_b, e - c * ratio_b
    ratio_e = e / d
    f = f - c * ratio_c - e * ratio_e
    out = np.empty_like(right)
    for index in range(right.shape[-1]):
        first = right[..., 0, index]
        second = right[..., 1, index] - ratio_b * first
        third = (right[..., 2, index] - ratio_c * first - ratio_e * second) / f
        out[..., 2, index] = third
        out[..., 1, index] = second / d - ratio_e * third
        out[..., 0, index] = first / a - ratio_b * out[..., 1, index] - ratio_c * third
    return out


def _windowed(planes: Floats, radius: int, axis: int) -> Floats:
    """Means over 2·radius + 1 neighbours along an axis, −2 or −1, of (…, h, w)."""
    length = planes.shape[axis]
    sums = planes.copy()
    along, own = np.moveaxis(sums, axis, 0), np.moveaxis(planes, axis, 0)
    for shift in range(1, min(radius, length - 1) + 1):
        along[shift:] += own[:-shift]
        along[:-shift] += own[shift:]
    at = np.arange(length)
    counts = (np.minimum(at + radius + 1, length) - np.maximum(at - radius, 0)).astype(np.float32)
    sums /= counts[:, None] if axis == -2 else counts
    return sums


def _applied(slope: Floats, offset: Floats, guide: Floats) -> Floats:
    out = offset.copy()
    for index in range(3):
        out += slope[..., index, :] * guide[..., index, None]
    return out
