"""Owns the guided filter: a picture explained locally as a linear function of a guide, so that it follows the guide's edges.

Source: He, Sun, Tang 2013, "Guided Image Filtering", equations 19–21 (colour guide).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Floats


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
    covariance = boxed(guide[..., :, None] * guide[..., None, :], radius) - mean_guide[..., :, None] * mean_guide[..., None, :]
    cross = boxed(guide[..., :, None] * values[..., None, :], radius) - mean_guide[..., :, None] * mean_values[..., None, :]
    if flat_slope is not None:
        cross += epsilon * flat_slope[..., None, None] * np.eye(3, dtype=np.float32)
    slope = np.linalg.solve(covariance + epsilon * np.eye(3, dtype=np.float32), cross).astype(np.float32)
    offset = mean_values - np.einsum("hwij,hwi->hwj", slope, mean_guide)
    return Guidance(boxed(slope, radius), boxed(offset, radius))


def smoothed(guide: Floats, values: Floats, radius: int, epsilon: float) -> Floats:
    """values (h, w, c) without what is finer than the windows, but with the edges of the guide (h, w, 3)."""
    return guidance(guide, values, radius, epsilon).applied(guide)


def boxed(picture: Floats, radius: int) -> Floats:
    """Mean over (2·radius + 1)² px windows, cut off at the borders; (h, w, …) float32. Running sums are kept in float64, so that they don't drift."""
    return _box_rows(_box_rows(picture, radius, 0), radius, 1)


def _box_rows(picture: Floats, radius: int, axis: int) -> Floats:
    length = picture.shape[axis]
    sums = np.cumsum(picture, axis=axis, dtype=np.float64)
    sums = np.concatenate((np.zeros_like(np.take(sums, [0], axis)), sums), axis)
    at = np.arange(length)
    first, last = np.maximum(at - radius, 0), np.minimum(at + radius + 1, length)
    counts = (last - first).reshape([-1 if dimension == axis else 1 for dimension in range(picture.ndim)])
    return np.asarray((np.take(sums, last, axis) - np.take(sums, first, axis)) / counts, np.float32)


def _applied(slope: Floats, offset: Floats, guide: Floats) -> Floats:
    out = offset.copy()
    for index in range(3):
        out += slope[..., index, :] * guide[..., index, None]
    return out
