"""Owns `marbled`: a sheet of marbled paper, floating colours drawn through with combs."""

from __future__ import annotations

import numpy as np

from . import fields, paper
from .arrays import FloatArray
from .palette import Palette
from .surface import shaded

# ground, then the colours as they were dropped
PALETTE = Palette(("#f2e6cf", "#15324f", "#b3372b", "#e0a33a", "#2f7f86", "#f2e6cf", "#6d1f3a", "#7fb0a8"))
ASPECT = 0.75


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(8)
    x, y = fields.grid(shape)
    x, y = _combed(x / unit, y / unit, shape, unit, rng)
    rgb = _floating(x, y, roles, rng)
    rgb = fields.blurred(rgb, 0.55 * unit)
    fibres = paper.tooth(shape, unit * 0.8, rng)
    slow = fields.fractal(shape, 300 * unit, rng, 4)
    speck = fields.smoothstep(2.2, 2.8, fields.noise(shape, 4.5 * unit, rng) + 0.3 * slow)
    return np.clip(shaded(rgb, 1 + 0.04 * fibres + 0.05 * slow + 0.35 * speck), 0, 1)


def _combed(x: FloatArray, y: FloatArray, shape: tuple[int, int], unit: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Where the colour that ends up at x, y floated before the combs: the last comb is undone first. Tines drag what is near them; the pull falls
    exponentially with distance (Jaffer's mathematical marbling, 2012)."""
    for cx, cy, radius, turn in ((390, 330, 210, 2.4), (1130, 310, 240, -2.6), (760, 800, 250, 2.5), (200, 900, 170, -2.1), (1370, 860, 190, 2.2)):
        dx, dy = x - cx, y - cy
        r = np.hypot(dx, dy)
        angle = turn * np.exp(-((r / radius) ** 2) * 1.6)
        c, s = np.cos(angle), np.sin(angle)
        x, y = cx + c * dx - s * dy, cy + s * dx + c * dy
    x = x + 9 * fields.noise(shape, 210 * unit, rng)
    y = y - 96 * np.exp(-np.abs((x / 52) % 1 - 0.5) * 52 / 10.0)
    x = x - 150 * np.exp(-np.abs((y / 150) % 1 - 0.5) * 150 / 34.0) * np.where(np.floor(y / 150) % 2, 1, -1)
    return x, y - 120 * np.exp(-np.abs((x / 170) % 1 - 0.5) * 170 / 45.0) * np.where(np.floor(x / 170) % 2, 1, -1)


def _floating(x: FloatArray, y: FloatArray, roles: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Rings of colour as drops spread and push each other aside: levels of a smooth landscape, some thin, some broad."""
    land = (768, 768)
    height = fields.fractal(land, 90, rng, 5, 0.5)
    value = fields.sampled(height, (x * 0.25 + 60) % 760, (y * 0.25 + 60) % 760, smooth=True)
    widths = np.tile(rng.uniform(0.25, 1.0, 28), 3)[:64]
    steps = np.cumsum(widths) / widths.sum() * 7.5 - 3.7
    index = np.searchsorted(steps, value)
    order = np.concatenate([rng.permutation(len(roles)) for _ in range(10)])
    return np.asarray(roles[order[np.clip(index, 0, len(order) - 1)]], np.float32)
