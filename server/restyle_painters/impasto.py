"""Owns `impasto`: a coast at sunset, laid on with a palette knife in thick slabs."""

from __future__ import annotations

import numpy as np

from . import brush, fields
from .arrays import FloatArray
from .palette import Palette, blend
from .surface import Surface, lit, over

# sun, apricot, coral, violet, deep sea, turquoise, foam, rock, grass
PALETTE = Palette(("#ffe9a8", "#ff9f45", "#e2525c", "#6a4a8f", "#12486b", "#2fa5a8", "#eef3ea", "#3a2a35", "#8a8f3a"))
ASPECT = 0.75


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    guide, angle = _composition(shape, palette.roles(9), unit, rng)
    surface = Surface.primed(shape, palette.roles(9)[2] * 0.7)
    knife = brush.bristled(rng, variants=24, hairs=5, dryness=0.12, ridge=1.5)
    scraped = brush.bristled(rng, variants=16, hairs=9, dryness=0.62, ridge=0.9)
    for tip, spacing, length, width, spread, thickness in (
        (knife, 52, 175, 84, 0.06, 6.0),
        (knife, 36, 115, 52, 0.09, 7.0),
        (scraped, 40, 120, 34, 0.12, 4.0),
        (knife, 36, 70, 26, 0.13, 7.0),
    ):
        strokes = brush.along(angle, guide, spacing * unit, length * unit, width * unit, rng, spread, stray=0.28)
        brush.lay(surface, tip, strokes, rng, 1.0, thickness * unit, level=0.85)
    touches = brush.along(angle, np.clip(guide * 1.25 + 0.06, 0, 1), 60 * unit, 48 * unit, 15 * unit, rng, 0.14, stray=0.5)
    brush.lay(surface, knife, touches, rng, 1.0, 8 * unit, level=0.8)
    surface.relief += 0.35 * unit * fields.noise(shape, 2.6 * unit, rng)  # the paint's own grain
    return lit(surface, 0.62 / unit, 0.35, soften=0.8 * unit)


def _composition(shape: tuple[int, int], roles: FloatArray, unit: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    x, y = fields.grid(shape)
    x, y = x / shape[1], y / shape[1]
    drift = 0.05 * fields.noise(shape, 240 * unit, rng) + 0.03 * fields.noise(shape, 90 * unit, rng)
    sun = np.hypot((x - 0.66) / 1.2, y - 0.285)
    guide = blend(roles[[0, 0, 1, 2, 3, 3]], sun * 1.45 + 1.4 * drift + 0.05 * np.sin(22 * (y + 0.4 * drift)))
    angle = 0.25 * fields.noise(shape, 260 * unit, rng) - 0.25
    guide = over(guide, roles[0] * 1.1, fields.smoothstep(-0.05, -0.044, -sun))
    sea = fields.smoothstep(-0.002, 0.002, y - 0.385)
    swell = np.sin(np.clip(y - 0.37, 0, None) ** 0.6 * 105 + 5 * np.sin(5 * x) + 8 * drift)
    water = blend(roles[[4, 4, 5, 6]], 0.32 + 0.30 * swell + 0.5 * drift + 0.25 * (y - 0.4))
    glitter = np.exp(-(((x - 0.66) / (0.05 + 0.35 * (y - 0.38))) ** 2)) * (0.45 + 0.55 * swell)
    water = over(water, roles[1], np.clip(glitter, 0, 0.92))
    guide = over(guide, water, sea)
    angle = np.where(sea > 0.5, 0.16 * np.sin(30 * x + 40 * y), angle)
    shore = 0.62 - 0.33 * np.clip(0.52 - x, 0, 1) + 0.035 * np.sin(9 * x) + 0.25 * drift
    surf = np.exp(-(((y - shore + 0.018) / 0.014) ** 2))
    guide = over(guide, roles[6], np.clip(1.2 * surf, 0, 1))
    land = fields.smoothstep(-0.003, 0.003, y - shore)
    cliff = blend(roles[[7, 7, 3, 8, 1]], 0.35 + 0.35 * fields.noise(shape, 70 * unit, rng) + 1.2 * (y - shore))
    guide = over(guide, cliff, land)
    angle = np.where(land > 0.5, 0.95 + 0.5 * fields.noise(shape, 130 * unit, rng), angle)
    top = 0.30 + 0.9 * np.clip(x - 0.02, 0, 1) ** 1.6 + 0.02 * np.sin(30 * x) + 0.3 * drift
    bluff = fields.smoothstep(-0.003, 0.003, y - top) * fields.smoothstep(-0.34, -0.32, -x)
    face = blend(roles[[7, 3, 2, 1]], 0.30 + 0.30 * np.sin(40 * x + 25 * drift + 9 * y) + 0.35 * (x - 0.1) * 3)
    guide = over(guide, over(face, roles[8], fields.smoothstep(-0.045, -0.02, top - y + 0.0)), bluff * (1 - land))
    angle = np.where(bluff * (1 - land) > 0.5, 1.35 + 0.3 * fields.noise(shape, 100 * unit, rng), angle)
    return np.clip(guide, 0, 1), angle.astype(np.float32)
