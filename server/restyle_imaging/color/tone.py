"""Owns how values outside 0–1 (HDR, wide gamut) are brought into 0–1 for the network, and taken out again.

The middle stays as it is; from a knee k on, a logarithm of slope 1 at the knee bends the range up to the picture's peak P into the rest of 0–1, and likewise
below:
    y = k + m·ln(1 + (x − k)/m),   m such that y(P) = 1
It is invertible, and the identity when nothing lies outside 0–1. Strokes in the highlights are therefore painted with real differences, as shares of their
brightness, and come back with values up to the peak instead of a clipped plateau. The peak is a high percentile, so that a single hot pixel doesn't flatten the
rest; what lies above it keeps its excess (canvas.py carries the change over, not the colour).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats

KNEE_HIGH = 0.5  # sRGB-encoded: mid-tones and shadows are untouched by highlights
KNEE_LOW = 0.1  # above it nothing is touched by negative values
PERCENTILE = 0.1  # %: share of samples that may lie beyond the peak (and below the floor)
SAMPLED = 1 << 20  # samples that the percentiles are taken of; more would not move them
NEGLIGIBLE = 2e-3  # half a step of 8 bits: a range that exceeds 0–1 by less is rounding of a profile, and needs no shoulder


@dataclass(frozen=True, slots=True)
class Tone:
    """floor ≤ 0 and peak ≥ 1: the range of sRGB-encoded values that is folded into 0–1."""

    floor: float = 0.0
    peak: float = 1.0

    @property
    def is_identity(self) -> bool:
        return self.floor == 0.0 and self.peak == 1.0

    def into(self, rgb: Floats) -> Floats:
        """sRGB-encoded unbounded values to 0–1, same shape."""
        if self.is_identity:
            return np.clip(rgb, 0, 1)
        toned = rgb.copy()
        if self.peak > 1:
            toned = np.where(rgb > KNEE_HIGH, KNEE_HIGH + _bent(rgb - KNEE_HIGH, self.peak - KNEE_HIGH, 1 - KNEE_HIGH), toned)
        if self.floor < 0:
            toned = np.where(rgb < KNEE_LOW, KNEE_LOW - _bent(KNEE_LOW - rgb, KNEE_LOW - self.floor, KNEE_LOW), toned)
        return np.clip(toned, 0, 1).astype(np.float32)

    def out_of(self, toned: Floats) -> Floats:
        """The inverse of into(), for values in 0–1."""
        if self.is_identity:
            return toned
        rgb = toned
        if self.peak > 1:
            rgb = np.where(toned > KNEE_HIGH, KNEE_HIGH + _unbent(toned - KNEE_HIGH, self.peak - KNEE_HIGH, 1 - KNEE_HIGH), rgb)
        if self.floor < 0:
            rgb = np.where(toned < KNEE_LOW, KNEE_LOW - _unbent(KNEE_LOW - toned, KNEE_LOW - self.floor, KNEE_LOW), rgb)
        return rgb.astype(np.float32)


def tone_of(rgb: Floats, alpha: Floats | None) -> Tone:
    """The tone of a picture: (h, w, 3) sRGB-encoded, unbounded; alpha (h, w) or None. What is transparent has no say."""
    values = rgb.reshape(-1, 3) if alpha is None else rgb[alpha > 0]
    if values.size == 0 or (values.min() >= -NEGLIGIBLE and values.max() <= 1 + NEGLIGIBLE):
        return Tone()
    sampled = values[:: max(1, len(values) // SAMPLED)]
    floor, peak = np.percentile(sampled, (PERCENTILE, 100 - PERCENTILE))
    return Tone(float(floor) if floor < -NEGLIGIBLE else 0.0, float(peak) if peak > 1 + NEGLIGIBLE else 1.0)


def _bent(over: Floats, reach: float, room: float) -> Floats:
    """What lies over the knee, 0 to `reach`, as 0 to `room`."""
    m = _softness(reach, room)
    return np.asarray(m * np.log1p(np.clip(over, 0, reach) / m), np.float32)


def _unbent(over: Floats, reach: float, room: float) -> Floats:
    m = _softness(reach, room)
    return np.asarray(m * np.expm1(np.clip(over, 0, room) / m), np.float32)


def _softness(reach: float, room: float) -> float:
    """m with m·ln(1 + reach/m) = room, by halving; the left side rises with m from 0 to reach > room."""
    low, high = 1e-6, 1e6
    for _ in range(100):
        m = math.sqrt(low * high)
        low, high = (m, high) if m * math.log1p(reach / m) < room else (low, m)
    return math.sqrt(low * high)
