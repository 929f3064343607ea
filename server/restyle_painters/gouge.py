"""Owns cut and engraved lines: rows of strokes that swell and taper, along any coordinates that a form gives them."""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray

HASHES = 4093  # prime: rows and strokes wrap around their random numbers unseen


def lines(
    across: FloatArray,
    along: FloatArray,
    spacing: float,
    length: float,
    tone: FloatArray | float,
    unit: float,
    rng: np.random.Generator,
    taper: float = 0.55,
    waver: float = 0.25,
) -> FloatArray:
    """How much is cut, float32 (h, w) in 0..1, antialiased. across, along: a form's coordinates (h, w) in px of a 1536 px picture; rows lie `spacing` apart,
    strokes are `length` long; tone: 0 uncut, 1 all cut away; taper: 0..1, how pointed the strokes end; unit: px of this picture per px of a 1536 px one."""
    chance = rng.random((3, HASHES)).astype(np.float32)
    rows = across / spacing
    index = np.floor(rows).astype(np.int64) % HASHES
    offset = chance[0][index]
    stretch = 0.7 + 0.6 * chance[1][index]
    place = along / (length * stretch) + 7 * offset
    stroke = np.floor(place).astype(np.int64)
    part = place - stroke
    chance_of = chance[2][(stroke * 131 + index * 17) % HASHES]
    swell = np.clip(4 * part * (1 - part), 0, 1) ** taper
    centre = 0.5 + waver * 0.3 * (chance_of - 0.5)
    half = 0.5 * np.asarray(tone, np.float32) * swell * (1 + waver * (chance_of - 0.5) * 2)
    down, over = np.gradient(rows)
    pixel = np.clip(np.hypot(down, over), 1e-4, 0.5)  # rows per px
    gap = np.abs(rows - np.floor(rows) - centre) - half
    return np.asarray(np.clip(0.5 - gap / pixel, 0, 1) * (half > 0.02), np.float32)
