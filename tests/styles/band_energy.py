"""Owns how a style picture is measured: energy at several scales, and traces of compression blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Picture = NDArray[Any]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def band_energies(rgb: Picture, periods: tuple[float, ...] = (4, 16, 64)) -> list[float]:
    """Shares of the luminance's variance at these periods (px), each with an octave to either side; by a cosine transform, so that borders add nothing."""
    luminance = rgb.astype(np.float64) @ LUMINANCE
    power = fft.dctn(luminance - luminance.mean(), norm="ortho") ** 2
    rows, columns = (np.arange(n) / (2 * n) for n in luminance.shape)
    frequency = np.hypot(rows[:, None], columns[None])
    total = power.sum()
    return [float(power[(frequency > 0.5 / period) & (frequency <= 2 / period)].sum() / total) for period in periods]


def block_excess(rgb: Picture, side: int) -> float:
    """How much stronger steps are on the worst lines of a grid of `side` px than on its usual lines; 1.0 when there are no blocks."""
    luminance = rgb.astype(np.float64) @ LUMINANCE
    return max(_excess(luminance, side), _excess(luminance.T, side))


def _excess(luminance: Picture, side: int) -> float:
    step = np.diff(luminance, axis=1)
    jump = np.abs(step[:, 1:-1] - (step[:, :-2] + step[:, 2:]) / 2).mean(0)
    lines = [jump[phase::side].mean() for phase in range(side)]
    return float(max(lines) / np.median(lines))
