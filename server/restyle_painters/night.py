"""Owns `night`: a sky of swirling strokes around a moon and stars, over a sleeping village."""

from __future__ import annotations

import numpy as np

from . import brush, fields
from .arrays import FloatArray
from .palette import Palette, blend
from .surface import Surface, lit, over

# deep sky, blue, light blue, pale, gold, light gold, dark earth, hill
PALETTE = Palette(("#0c1740", "#1f4596", "#4f8fc4", "#b9d7d6", "#e7a51f", "#fbe58c", "#0a1120", "#24495c"))
ASPECT = 0.75

STARS = (  # x, y, radius, in parts of the width
    (0.83, 0.15, 0.062),
    (0.09, 0.11, 0.026),
    (0.24, 0.055, 0.020),
    (0.36, 0.15, 0.030),
    (0.55, 0.06, 0.024),
    (0.69, 0.12, 0.020),
    (0.055, 0.30, 0.026),
    (0.69, 0.37, 0.024),
    (0.93, 0.40, 0.028),
    (0.29, 0.39, 0.020),
)
VORTICES = ((0.44, 0.27, 0.135, 2.6), (0.585, 0.325, 0.085, -2.4), (0.20, 0.17, 0.08, 1.0), (0.86, 0.30, 0.06, -0.8))


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    width = shape[1]
    unit = width / 1536
    guide, angle, land, village = _composition(shape, palette, rng)
    surface = Surface.primed(shape, palette.roles(8)[0] * 0.8)
    tip = brush.bristled(rng, hairs=11, dryness=0.4)
    for spacing, length, breadth, spread, thickness in ((26, 130, 34, 0.07, 2.0), (15, 84, 17, 0.13, 2.6), (12, 58, 10.5, 0.2, 2.6)):
        strokes = brush.along(angle, guide, spacing * unit, length * unit, breadth * unit, rng, spread)
        brush.lay(surface, tip, strokes, rng, 0.96, thickness * unit)
    accents = brush.along(angle, np.clip(guide * 1.32 + 0.07, 0, 1), 26 * unit, 64 * unit, 7.5 * unit, rng, 0.16)
    keep = fields.sampled(land, accents.x, accents.y) < 0.3
    brush.lay(surface, tip, accents.where(keep), rng, 0.95, 3.2 * unit)
    details = brush.along(angle, guide, 8 * unit, 20 * unit, 7.5 * unit, rng, 0.10)
    brush.lay(surface, tip, details.where(fields.sampled(village, details.x, details.y) > 0.5), rng, 0.97, 2.6 * unit)
    return lit(surface, 1.15 / unit**0.5, 0.22)


def _composition(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Guide (h, w, 3), angle (h, w), the land's mask (h, w) and the village's."""
    width = shape[1]
    roles = palette.roles(8)
    x, y = fields.grid(shape)
    x, y = x / width, y / width
    base = 0.35 * np.sin(5.2 * x + 0.6) + 0.25 * fields.noise(shape, width / 5, rng) - 0.12
    spins = [(cx * width, cy * width, r * width, spin) for cx, cy, r, spin in VORTICES]
    spins += [(cx * width, cy * width, r * width * 2.2, 2.4) for cx, cy, r in STARS]
    angle = fields.swirling(shape, base.astype(np.float32), spins)

    streak = _along_flow(fields.noise(shape, width / 110, rng) + 0.7 * fields.noise(shape, width / 40, rng), angle, width / 1536)
    value = 0.30 + 0.23 * streak + 0.30 * np.exp(-(((y - 0.29 - 0.04 * np.sin(6 * x)) / 0.085) ** 2)) + 0.12 * (y - 0.25)
    for cx, cy, radius, _ in VORTICES[:2]:
        r = np.hypot(x - cx, y - cy) / radius
        value = value + 0.22 * np.cos(8.5 * r) * np.exp(-(r**2) / 1.1)
    guide = blend(roles[:4], value)
    for cx, cy, radius in STARS:
        r = np.hypot(x - cx, y - cy) / radius
        rings = 0.55 + 0.45 * np.cos(r * 5.2)
        guide = over(guide, roles[4], np.clip(1.1 * np.exp(-(r**2) / 1.6) * (0.4 + 0.6 * rings), 0, 1))
        guide = over(guide, roles[5], fields.smoothstep(-0.95, -0.55, -r))
    moon = np.hypot(x - STARS[0][0] + 0.028, y - STARS[0][1] + 0.012) / 0.05
    guide = over(guide, roles[4], fields.smoothstep(-1, -0.85, -moon) * 0.8)
    return _with_land(guide, angle, roles, rng)


def _along_flow(field: FloatArray, angle: FloatArray, unit: float, steps: int = 7) -> FloatArray:
    """The field averaged along the flow: streaks. Line integral convolution after Cabral and Leedom 1993, a few steps of it."""
    x, y = fields.grid((field.shape[0], field.shape[1]))
    total = field.copy()
    for sign in (-1.0, 1.0):
        px, py = x.copy(), y.copy()
        for _ in range(steps):
            turn = fields.sampled(angle, px, py)
            px += sign * 9 * unit * np.cos(turn)
            py += sign * 9 * unit * np.sin(turn)
            total += fields.sampled(field, px, py)
    return np.asarray(total / total.std(), np.float32)


def _with_land(guide: FloatArray, angle: FloatArray, roles: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    shape = (guide.shape[0], guide.shape[1])
    width = shape[1]
    x, y = fields.grid(shape)
    x, y = x / width, y / width
    land = np.zeros(shape, np.float32)
    for level, height, phase, colour in ((0.505, 0.045, 0.4, 1.25), (0.56, 0.035, 2.6, 0.9), (0.675, 0.022, 4.4, 0.6)):
        ridge = level + height * np.sin(5.5 * x + phase) + 0.4 * height * np.sin(13 * x + 2 * phase)
        below = fields.smoothstep(-0.002, 0.002, y - ridge)
        rows = 0.5 + 0.5 * np.sin((y - ridge) * 330 + 6 * np.sin(8 * x))
        tone = roles[7] * colour + (roles[2] - roles[7]) * (0.42 * rows * np.exp(-(y - ridge) / 0.05))[..., None]
        guide = over(guide, tone, below)
        slope = np.arctan2(np.gradient(ridge, axis=1) * width, np.ones(shape))
        angle = np.where(below > 0.5, slope + 0.1 * fields.noise(shape, width / 20, rng), angle).astype(np.float32)
        land = np.maximum(land, below)
    guide, angle, village = _with_village(guide, angle, roles, rng)
    guide, angle, cypress = _with_cypress(guide, angle, roles)
    return guide, angle, np.maximum(land, cypress), village * (1 - cypress)


def _with_village(guide: FloatArray, angle: FloatArray, roles: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    shape = (guide.shape[0], guide.shape[1])
    width = shape[1]
    x, y = fields.grid(shape)
    x, y = x / width, y / width
    village = np.zeros(shape, np.float32)
    places = sorted((rng.uniform(0.585, 0.655), cx + rng.uniform(-0.012, 0.012)) for cx in np.linspace(0.33, 0.98, 22))
    for cy, cx in [(0.598, 0.615), *places]:
        w, h = rng.uniform(0.017, 0.028), rng.uniform(0.015, 0.026)
        pitch = 5.5 if cy == 0.598 else 0.8
        wall = (np.abs(x - cx) < w) & (np.abs(y - cy) < h)
        eaves = cy - h
        roof = (y < eaves + 0.003) & (y > eaves - pitch * (w * 1.15 - np.abs(x - cx))) & (np.abs(x - cx) < w * 1.15)
        roof &= (np.abs(x - cx) < 0.011) | (pitch < 1)
        lit_side = np.where(x > cx, 1.0, 0.55)[..., None]
        guide = over(guide, (roles[1] + 0.35 * roles[3] * rng.random()) * rng.uniform(0.6, 1.0) * lit_side, wall.astype(np.float32))
        guide = over(guide, (roles[6] * 1.6 if rng.random() < 0.4 or pitch > 1 else roles[4] * 0.45 + roles[6]) * lit_side, roof.astype(np.float32))
        window = (np.abs(x - cx - rng.uniform(-0.5, 0.5) * w) < 0.0052) & (np.abs(y - cy - 0.002) < 0.0072)
        guide = over(guide, roles[4] if rng.random() < 0.7 else roles[5], window.astype(np.float32))
        angle = np.where(wall, np.pi / 2, np.where(roof, np.where(x > cx, 1, -1) * np.arctan(pitch), angle)).astype(np.float32)
        village = np.maximum(village, (wall | roof).astype(np.float32))
    return guide, angle, village


def _with_cypress(guide: FloatArray, angle: FloatArray, roles: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    shape = (guide.shape[0], guide.shape[1])
    width = shape[1]
    x, y = fields.grid(shape)
    x, y = x / width, y / width
    cypress = np.zeros(shape, np.float32)
    for cx, top, breadth in ((0.155, 0.20, 0.062), (0.225, 0.40, 0.040)):
        fall = np.clip((y - top) / (0.75 - top), 0, 1)
        lean = 0.012 * np.sin(fall * 8)
        edge = breadth * fall**0.75 * (1 - 0.35 * fall**4) * (1 + 0.16 * np.sin(fall * 34) + 0.1 * np.sin(fall * 71 + 1))
        inside = (np.abs(x - cx - lean) < edge).astype(np.float32)
        flame = 0.5 + 0.5 * np.sin((x - cx - lean) / (edge + 0.01) * 9 + 10 * fall)
        tone = roles[6] + (roles[7] * 0.75 - roles[6]) * flame[..., None] ** 2
        guide = over(guide, tone, inside)
        upright = -np.pi / 2 + 0.5 * np.sin(fall * 22) + (x - cx) / breadth * 0.35
        angle = np.where(inside > 0.5, upright, angle).astype(np.float32)
        cypress = np.maximum(cypress, inside)
    return guide, angle, cypress
