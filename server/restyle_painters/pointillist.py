"""Owns `pointillist`: an afternoon by the river in dots of unmixed colour."""

from __future__ import annotations

import numpy as np

from . import brush, fields
from .arrays import FloatArray
from .palette import Palette, blend
from .surface import Surface, lit, over

# light, sky, water, shade, sunlit grass, grass, deep green, bloom, earth
PALETTE = Palette(("#fff3d0", "#8cc3ea", "#3a7fc0", "#3b3a86", "#d3d646", "#5fa544", "#1f5a4a", "#e8632f", "#b98a54"))
ASPECT = 0.75
DOTS = ((19.0, 24.0), (14.0, 16.5), (11.5, 11.5), (12.0, 8.4))  # px of a 1536 px picture: spacing, diameter


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(9)
    guide = _composition(shape, roles, unit, rng)
    surface = Surface.primed(shape, roles[0] * (0.97 + 0.02 * fields.noise(shape, 3 * unit, rng))[..., None])
    tip = brush.round_tip(rng, variants=24)
    still = np.zeros(shape, np.float32)
    for layer, (spacing, diameter) in enumerate(DOTS):
        dots = brush.along(still, guide, spacing * unit, diameter * unit * 1.12, diameter * unit, rng, 0.0, stray=1.2)
        colour = _divided(dots.first, roles, 0.10 + 0.06 * layer, rng)
        dots = brush.Strokes(dots.x, dots.y, dots.angle, dots.length, dots.width, dots.bend * 0, colour, np.clip(colour * 1.08, 0, 1))
        brush.lay(surface, tip, dots, rng, 0.97, 1.6 * unit, level=0.7)
    return lit(surface, 0.55 / unit, 0.10, soften=0.6 * unit)


def _divided(colour: FloatArray, roles: FloatArray, strength: float, rng: np.random.Generator) -> FloatArray:
    """The mixed colours (n, 3) split into purer ones that mix again in the eye: pushed away from grey, some towards their complement."""
    count = len(colour)
    grey = colour.mean(1, keepdims=True)
    pure = grey + (colour - grey) * 1.25
    hue = roles[rng.integers(0, len(roles), count)]
    near = np.exp(-((hue - colour) ** 2).sum(1, keepdims=True) / 0.18)
    mixed = pure + near * 0.75 * (hue - pure) * rng.random((count, 1))
    mixed = mixed * (1 + strength * rng.standard_normal((count, 1))) + 0.5 * strength * rng.standard_normal((count, 3))
    opposite = rng.random(count) < 0.06
    mixed[opposite] = 0.25 * mixed[opposite] + 0.75 * np.clip(1.15 * grey[opposite] * 2 - pure[opposite], 0, 1)
    return np.asarray(np.clip(mixed, 0, 1), np.float32)


def _composition(shape: tuple[int, int], roles: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    x, y = fields.grid(shape)
    x, y = x / shape[1], y / shape[1]
    rough = fields.fractal(shape, 160 * unit, rng, 4)
    guide = blend(roles[[1, 1, 0]], y * 3.2 + 0.10 * rough)
    guide = over(guide, roles[0], 0.85 * fields.smoothstep(0.3, 1.4, fields.fractal(shape, 420 * unit, rng, 5) - 5 * (y - 0.12) ** 2 * 10))
    far = y > 0.235 + 0.02 * np.sin(11 * x) + 0.012 * rough
    guide = over(guide, blend(roles[[3, 6, 5, 1]], 0.45 + 0.22 * rough), 0.85 * far)
    water = y > 0.30
    ripple = np.sin(260 * np.clip(y - 0.25, 0, None) ** 0.7 + 5 * rough)
    guide = over(guide, blend(roles[[3, 2, 1, 0]], 0.50 + 0.16 * ripple + 0.12 * rough + 0.25 * np.cos(5 * (x - 0.55))), water.astype(np.float32))
    for cx, cy, size in ((0.62, 0.355, 0.060), (0.82, 0.325, 0.034), (0.50, 0.318, 0.022)):
        sail = (np.abs(x - cx - 0.2 * (cy - y)) < 0.42 * (y - cy + size * 1.9)) & (y < cy) & (x > cx - 0.10 * size)
        hull = (np.abs(y - cy - 0.12 * size) < 0.16 * size) & (np.abs(x - cx) < size * 0.85)
        mirror = (np.abs(x - cx) < 0.4 * size * (1 + 0.4 * ripple)) & (y > cy + 0.25 * size) & (y < cy + 1.8 * size)
        guide = over(guide, roles[0], mirror * 0.5 * (0.5 + 0.5 * ripple))
        guide = over(guide, roles[0] * 1.05, sail.astype(np.float32))
        guide = over(guide, roles[8] * 0.7, hull.astype(np.float32))
    bank = y - 0.41 - 0.34 * (0.62 - x) * (x < 0.62) * -0.35 - 0.10 * np.clip(x - 0.25, 0, 1)
    light = np.sin(7 * x - 13 * y + 1.0) + 0.6 * rough
    guide = over(guide, blend(roles[[6, 5, 4, 4]], 0.48 + 0.30 * light), fields.smoothstep(-0.002, 0.002, bank))
    path = np.abs(x - 0.75 + 1.1 * (y - 0.75)) < 0.05 + 0.16 * (y - 0.5)
    guide = over(guide, roles[8] * 0.5 + roles[0] * 0.5, path * fields.smoothstep(0.03, 0.05, bank) * 0.9)
    blossoms = fields.smoothstep(1.5, 1.9, fields.noise(shape, 15 * unit, rng)) * (y > 0.56)
    guide = over(guide, roles[7], 0.9 * blossoms)
    for cx, cy, r in ((0.13, 0.20, 0.20), (0.33, 0.30, 0.11), (0.97, 0.24, 0.13)):
        trunk = np.abs(x - cx - 0.02 * np.sin(14 * y)) < 0.13 * r * (1 + 2.5 * np.clip(y - cy - 1.6 * r, 0, 1))
        foot = cy + 1.65 * r
        guide = over(guide, roles[3] * 0.75 + roles[8] * 0.15, (trunk & (y > cy) & (y < foot)).astype(np.float32))
        shadow = np.hypot((x - cx - 0.7 * r) / (1.9 * r), (y - foot - 0.05 * r) / (0.28 * r))
        guide = over(guide, roles[3] * 0.6 + roles[6] * 0.4, 0.85 * fields.smoothstep(-1.1, -0.8, -shadow))
        crown = np.hypot((x - cx) / 1.15, y - cy) / r + 0.16 * fields.fractal(shape, 110 * unit, rng, 3)
        leaf = blend(roles[[3, 6, 5, 4]], 0.45 + 0.9 * ((x - cx) * 0.5 - (y - cy)) / r * 0.5 + 0.22 * rough)
        guide = over(guide, leaf, fields.smoothstep(-1.02, -0.94, -crown))
    return np.clip(guide, 0, 1)
