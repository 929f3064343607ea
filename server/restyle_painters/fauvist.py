"""Owns `fauvist`: a harbour in broad patches of colours straight from the tube, the canvas showing between them."""

from __future__ import annotations

import numpy as np

from . import brush, fields
from .arrays import FloatArray
from .palette import Palette, blend
from .surface import Surface, lit, over

# canvas, vermilion, orange, yellow, green, turquoise, ultramarine, violet, pink
PALETTE = Palette(("#f1e6cc", "#e23d24", "#f58a1f", "#f7cf3c", "#2e9e58", "#26b3b5", "#2447b0", "#7a3f98", "#f29cb0"))
ASPECT = 0.75


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(9)
    guide, angle, edge = _composition(shape, roles, unit, rng)
    weave = np.sin(fields.grid(shape)[0] / (1.3 * unit)) * np.sin(fields.grid(shape)[1] / (1.3 * unit))
    surface = Surface.primed(shape, roles[0] * (0.97 + 0.03 * weave)[..., None])
    surface.relief += 0.35 * unit * weave
    flat = brush.bristled(rng, variants=24, hairs=9, dryness=0.42)
    loaded = brush.bristled(rng, variants=20, hairs=7, dryness=0.2, ridge=1.0)
    for tip, spacing, length, width, spread, thickness in ((flat, 54, 92, 44, 0.07, 1.6), (loaded, 39, 70, 29, 0.12, 2.8), (loaded, 62, 52, 17, 0.2, 3.2)):
        strokes = brush.along(angle, guide, spacing * unit, length * unit, width * unit, rng, spread, stray=0.2)
        brush.lay(surface, tip, strokes, rng, 0.97, thickness * unit)
    strokes = brush.along(angle + 0.0, np.broadcast_to(roles[6] * 0.55, (*shape, 3)), 11 * unit, 46 * unit, 10 * unit, rng, 0.15, stray=0.1)
    turn = fields.sampled(fields.slope_angle(fields.blurred(edge, 3 * unit)), strokes.x, strokes.y)
    outline = brush.Strokes(strokes.x, strokes.y, turn, strokes.length, strokes.width, strokes.bend * 0, strokes.first, strokes.second)
    rim = np.hypot(*np.gradient(fields.blurred(edge, 2.5 * unit)))
    keep = (fields.sampled(rim, strokes.x, strokes.y) > 0.05 / unit) & (rng.random(len(strokes.x)) < 0.8)
    brush.lay(surface, loaded, outline.where(keep), rng, 0.9, 2.6 * unit)
    return lit(surface, 0.75 / unit, 0.2, soften=0.7 * unit)


def _composition(shape: tuple[int, int], roles: FloatArray, unit: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Guide, angle, and a field whose steps are the outlines."""
    x, y = fields.grid(shape)
    x, y = x / shape[1], y / shape[1]
    rough = fields.fractal(shape, 190 * unit, rng, 3)
    patch = fields.noise(shape, 75 * unit, rng)
    guide = blend(roles[[5, 8, 3, 2]], y * 2.9 + 0.10 * rough) + 0
    guide = over(guide, roles[8], 0.9 * fields.smoothstep(0.5, 0.7, patch))
    guide = over(guide, roles[5], 0.9 * fields.smoothstep(0.7, 0.9, -patch) * (y < 0.2))
    angle = 0.5 * np.sin(5 * x + 3 * y) - 0.2 + 0.2 * rough
    edge = np.zeros(shape, np.float32)
    for step, (level, height, pace, phase, ramp) in enumerate(
        ((0.25, 0.055, 4.2, 0.3, (7, 6, 8)), (0.315, 0.045, 6.5, 2.0, (4, 1, 5)), (0.36, 0.03, 9.0, 4.0, (2, 4, 1)))
    ):
        ridge = level - height * np.sin(x * pace + phase) - 0.3 * height * np.sin(x * pace * 2.6)
        below = fields.smoothstep(-0.001, 0.001, y - ridge)
        guide = over(guide, blend(roles[list(ramp)], 0.5 + 0.42 * patch + 0.2 * rough), below)
        edge = np.where(below > 0.5, step + 1.0, edge)
        angle = np.where(below > 0.5, 0.9 - step * 0.5 + 0.35 * rough, angle)
    guide, angle, edge = _houses(guide, angle, edge, x, y, roles, rng)
    sea = y > 0.435
    ripple = np.sin((y - 0.40) * 105 + 3 * np.sin(9 * x) + 2 * rough)
    water = blend(roles[[6, 5, 4, 2, 8]], 0.33 + 0.22 * ripple + 0.24 * patch + 0.2 * np.exp(-(((x - 0.6) / 0.14) ** 2)))
    guide = over(guide, water, sea.astype(np.float32))
    angle = np.where(sea, 0.12 * np.sin(14 * x), angle)
    edge = np.where(sea, 5.0, edge)
    for cx, cy, size, hull, sail in ((0.30, 0.575, 0.15, 1, 3), (0.70, 0.50, 0.10, 6, 2), (0.88, 0.63, 0.13, 4, 8)):
        reflect = (np.abs(x - cx + 0.02 * ripple) < 0.38 * size) & (y > cy) & (y < cy + 0.9 * size)
        guide = over(guide, roles[sail] * 0.95, reflect * (ripple > 0.1) * 0.9)
        boat = (np.abs(x - cx) < size * (0.75 - 0.8 * (y - cy) / size)) & (y > cy - 0.02) & (y < cy + 0.24 * size)
        left = (x < cx - 0.006) & (x > cx - 0.62 * (y - cy + 1.75 * size)) & (y < cy - 0.04) & (y > cy - 1.75 * size)
        right = (x > cx + 0.004) & (x < cx + 0.42 * (y - cy + 1.5 * size)) & (y < cy - 0.04)
        for n, (mask, colour, turn) in enumerate(((left, sail, 1.3), (right, 0, 1.8), (boat, hull, 0.1))):
            guide = over(guide, roles[colour], mask.astype(np.float32))
            edge = np.where(mask, 6.0 + n, edge)
            angle = np.where(mask, turn, angle)
    return np.clip(guide, 0, 1), angle.astype(np.float32), edge.astype(np.float32)


def _houses(
    guide: FloatArray, angle: FloatArray, edge: FloatArray, x: FloatArray, y: FloatArray, roles: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    for i, cx in enumerate(np.linspace(0.05, 0.97, 13)):
        width, top = rng.uniform(0.03, 0.045), rng.uniform(0.345, 0.40)
        wall = (np.abs(x - cx) < width) & (y > top) & (y < 0.44)
        roof = (np.abs(x - cx) < width * 1.1) & (y <= top) & (y > top - 0.045 + 0.9 * np.abs(x - cx))
        guide = over(guide, roles[(8, 3, 0, 2, 5)[i % 5]], wall.astype(np.float32))
        guide = over(guide, roles[(1, 7, 1, 6)[i % 4]], roof.astype(np.float32))
        window = (np.abs(np.abs(x - cx) - 0.4 * width) < 0.005) & (np.abs(y - top - 0.03) < 0.009)
        guide = over(guide, roles[6], window.astype(np.float32))
        edge = np.where(wall, 9.0 + i % 2, np.where(roof, 12.0, edge))
        angle = np.where(wall, np.pi / 2, np.where(roof, np.where(x > cx, 0.75, -0.75), angle))
    return guide, angle, edge
