"""Owns `autumn`: a birch avenue in October, in short dabs of warm oil."""

from __future__ import annotations

import numpy as np

from . import brush, fields
from .arrays import FloatArray
from .palette import Palette, blend
from .surface import Surface, lit, over

# pale gold, gold, orange, crimson, brown, moss, blue shade, bark, sky
PALETTE = Palette(("#fbe9a6", "#f0b429", "#dd6b20", "#a62a22", "#4a2a1c", "#6e7b2f", "#3d4a73", "#efe7d8", "#bcd0dc"))
ASPECT = 0.75


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(9)
    guide, angle = _ground(shape, roles, unit, rng)
    surface = Surface.primed(shape, roles[4])
    tip = brush.bristled(rng, variants=20, hairs=10, dryness=0.35)
    daub = brush.round_tip(rng, variants=24, rough=0.22)
    for spacing, length, width, spread, thickness in ((34, 90, 44, 0.07, 1.8), (20, 50, 22, 0.12, 2.4)):
        brush.lay(surface, tip, brush.along(angle, guide, spacing * unit, length * unit, width * unit, rng, spread, stray=0.35), rng, 0.96, thickness * unit)
    _trunks(surface, tip, roles, unit, rng)
    _leaves(surface, daub, tip, guide, roles, unit, rng)
    return lit(surface, 0.85 / unit, 0.18, soften=0.7 * unit)


def _ground(shape: tuple[int, int], roles: FloatArray, unit: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    x, y = fields.grid(shape)
    x, y = x / shape[1], y / shape[1]
    rough = fields.fractal(shape, 150 * unit, rng, 4)
    centre = np.hypot((x - 0.54) / 1.1, y - 0.36)
    guide = blend(roles[[8, 0, 1, 2, 3, 4]], centre * 1.55 + 0.13 * rough)
    angle = 1.1 + 0.7 * rough
    floor = y > 0.42 + 0.02 * np.sin(9 * x)
    spread = (x - 0.54) / (0.05 + 1.6 * np.clip(y - 0.41, 0, 1))
    litter = blend(roles[[4, 3, 2, 1, 5]], 0.50 + 0.26 * rough + 0.15 * np.sin(60 * np.sqrt(np.clip(y - 0.38, 0, 1)) + 6 * x))
    path = np.exp(-((spread / 0.42) ** 4))
    bars = np.sin(150 * np.clip(y - 0.40, 0, 1) ** 0.6 + 2.5 * rough)
    way = blend(roles[[6, 7, 0]], 0.45 + 0.40 * bars + 0.1 * rough)
    guide = over(guide, litter, floor.astype(np.float32))
    guide = over(guide, way, floor * path * 0.92)
    return np.clip(guide, 0, 1), np.where(floor, 0.08 + 0.2 * rough, angle).astype(np.float32)


def _trunks(surface: Surface, tip: brush.Tip, roles: FloatArray, unit: float, rng: np.random.Generator) -> None:
    rows: list[tuple[float, ...]] = []
    colours: list[FloatArray] = []
    trees = sorted((rng.uniform(0.03, 1.0) ** 1.6, side) for side in (-1, 1) for _ in range(9))
    for near, side in trees:
        foot, x = 650 + 430 * near, 830 + side * (75 + 640 * near + rng.normal(0, 16))
        width, top = 9 + 50 * near, 560 - 700 * near
        y = foot
        while y > top:
            lean = 0.04 * side
            for part in (-0.30, 0.0, 0.30):
                shade = np.clip(0.66 - 1.1 * side * part + rng.normal(0, 0.12), 0, 1)
                colour = roles[6] * (1 - shade) + roles[7] * shade
                if rng.random() < 0.13:
                    colour = roles[4] * 0.8
                rows.append(
                    (x + part * width + lean * (foot - y) + rng.normal(0, 1.5), y, np.pi / 2 + rng.normal(0, 0.1), width * 1.5 + 10, width * 0.5 + 2, 0)
                )
                colours.append(colour)
            if rng.random() < 0.30:
                rows.append((x + rng.normal(0, 0.2) * width, y, rng.normal(0, 0.2), width * 0.75, width * 0.17 + 2, 0))
                colours.append(roles[4] * 0.7)
            y -= width * 0.42 + 4
    strokes = brush.drawn(rows, np.array(colours, np.float32), unit)
    brush.lay(surface, tip, strokes, rng, 0.96, 2.2 * unit)


def _leaves(surface: Surface, daub: brush.Tip, tip: brush.Tip, guide: FloatArray, roles: FloatArray, unit: float, rng: np.random.Generator) -> None:
    shape = surface.shape
    x, y = fields.grid(shape)
    x, y = x / shape[1], y / shape[1]
    clump = fields.fractal(shape, 130 * unit, rng, 4, 0.7)
    crown = fields.smoothstep(
        -0.25,
        0.25,
        0.40 * clump + 0.22 - 3.4 * np.clip(y - 0.24, 0, 1) + 0.9 * np.abs(x - 0.54) - 0.9 * np.exp(-(((x - 0.54) / 0.16) ** 2) - ((y - 0.33) / 0.13) ** 2),
    )
    fallen = fields.smoothstep(0.30, 0.55, 0.16 + 0.22 * clump + 0.3 * (y - 0.5)) * (y > 0.46)
    tones = blend(
        roles[[4, 3, 2, 1, 0]], 0.60 + 0.15 * fields.fractal(shape, 90 * unit, rng, 4, 0.75) + 0.10 * clump - 0.34 * np.abs(x - 0.54) + 0.25 * (0.2 - y)
    )
    turn = (0.9 + 0.9 * clump).astype(np.float32)
    for spacing, length, width, spread, cover in (
        (15, 27, 15, 0.13, crown),
        (12, 17, 9.5, 0.22, crown),
        (13, 22, 9, 0.2, 0.75 * fallen),
        (19, 13, 8, 0.2, np.maximum(crown, fallen) * 0.8),
    ):
        leaves = brush.along(turn, tones, spacing * unit, length * unit, width * unit, rng, spread, stray=0.8)
        keep = rng.random(len(leaves.x)) < fields.sampled(cover, leaves.x, leaves.y)
        brush.lay(surface, daub, leaves.where(keep), rng, 0.97, 2.8 * unit, level=0.7)
