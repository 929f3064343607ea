"""Owns wet paint on paper: washes whose pigment gathers at their edges and in the paper's hollows, backruns, spatter."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import fields
from .arrays import FloatArray


def glazed(paper: FloatArray, colour: ArrayLike, density: FloatArray) -> FloatArray:
    """A transparent layer over the paper (h, w, 3): what comes back falls as a power of the pigment's density (h, w). Beer and Lambert's law."""
    tint = np.clip(np.asarray(colour, np.float32), 0.02, 0.995)
    return np.asarray(paper * tint ** density[..., None], np.float32)


def pool(inside: FloatArray, grain: FloatArray, unit: float, rng: np.random.Generator, ragged: float = 9.0, rim: float = 0.9, bloom: float = 0.5) -> FloatArray:
    """The density (h, w), about 1 within, of a wash that dried: inside: signed px of a 1536 px picture, positive where it is wet; grain: the paper's height;
    ragged: px by which its edge wanders; rim: pigment gathered at the edge; bloom: backruns, 0..1."""
    shape = (inside.shape[0], inside.shape[1])
    depth = inside + ragged * (
        0.7 * fields.noise(shape, 60 * unit, rng) + 0.45 * fields.noise(shape, 22 * unit, rng) + 0.2 * fields.noise(shape, 7 * unit, rng)
    )
    wet = fields.smoothstep(-1.2, 1.2, depth)
    edge = np.exp(-np.clip(depth, 0, None) / 4.0) * rim
    flow = 1 + 0.30 * fields.fractal(shape, 330 * unit, rng, 5, 0.55)
    water = fields.fractal(shape, 260 * unit, rng, 5, 0.58)
    front = 1.15 - water
    run = bloom * (0.9 * np.exp(-np.abs(front) / 0.035) * (front < 0) + 0.7 * np.exp(-np.abs(front) / 0.012) - 0.30 * fields.smoothstep(0, 0.35, -front))
    settle = 1 - 0.17 * grain
    return np.asarray(wet * np.clip((flow + edge + run) * settle, 0.05, None), np.float32)


def spatter(shape: tuple[int, int], count: int, largest: float, unit: float, rng: np.random.Generator) -> FloatArray:
    """Droplets, coverage (h, w). largest: px of a 1536 px picture."""
    out = np.zeros(shape, np.float32)
    for _ in range(count):
        r = max(0.8, largest * rng.random() ** 4 * unit)
        x, y = rng.random() * shape[1], rng.random() * shape[0]
        x0, x1, y0, y1 = int(max(0, x - r - 2)), int(x + r + 3), int(max(0, y - r - 2)), int(y + r + 3)
        gy, gx = np.mgrid[y0 : min(y1, shape[0]), x0 : min(x1, shape[1])]
        gap = np.hypot(gx - x, (gy - y) * rng.uniform(0.85, 1.15)) - r
        out[y0:y1, x0:x1] = np.maximum(out[y0:y1, x0:x1], np.clip(0.5 - gap, 0, 1) * (0.55 + 0.45 * np.exp(gap / (2.5 * unit)).clip(0, 1)))
    return out
