"""Owns palettes: mean and covariance of a picture's colours in Oklab, what several have in common, and pictures brought to one.

x' = T·(x − μ) + μ_c with T = Σ^−½·(Σ^½·Σ_c·Σ^½)^½·Σ^−½, the least change of any colour that does so (Pitié & Kokaram 2007, "The linear Monge-Kantorovitch
linear colour mapping").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from .oklab import into_gamut, to_oklab

Numbers = NDArray[np.float64]

RIDGE = 4e-4  # variance added to both covariances, (0.02)²: what hardly differs is not stretched into noise


@dataclass(frozen=True, slots=True)
class Palette:
    """Of Oklab's L, a and b. mean: (3,). covariance: (3, 3)."""

    mean: Numbers
    covariance: Numbers


def palette_of(rgb: Floats, alpha: Floats | None = None) -> Palette:
    """The palette of a picture. rgb: (h, w, 3) float32, sRGB-encoded, 0–1. alpha: (h, w) in 0–1, how much each pixel counts; None, or 0
    everywhere: all alike."""
    colors = to_oklab(rgb).reshape(-1, 3).astype(np.float64)
    weight = None if alpha is None or not alpha.any() else alpha.reshape(-1).astype(np.float64)
    mean = np.average(colors, axis=0, weights=weight)
    return Palette(mean, np.cov(colors.T, aweights=weight, bias=True))


def common_palette(palettes: Sequence[Palette]) -> Palette:
    """The average of at least one palette: that of a picture in which the pictures would lie side by side, but for how their means differ."""
    return Palette(np.mean([one.mean for one in palettes], axis=0), np.mean([one.covariance for one in palettes], axis=0))


def in_palette(rgb: Floats, own: Palette, wanted: Palette) -> Floats:
    """A picture (h, w, 3) float32, sRGB-encoded, 0–1, brought from its own palette to another; the same kind of picture. Where a colour has no room, its chroma
    shrinks."""
    ridge = RIDGE * np.eye(3)
    root, back = _power(own.covariance + ridge, 0.5), _power(own.covariance + ridge, -0.5)
    move = back @ _power(root @ (wanted.covariance + ridge) @ root, 0.5) @ back
    moved = (to_oklab(rgb) - own.mean) @ move.T + wanted.mean
    return into_gamut(moved.astype(np.float32))


def _power(matrix: Numbers, exponent: float) -> Numbers:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T)
