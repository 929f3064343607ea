"""Owns `watercolour`: poppies before misty hills, in washes that bleed and dry with rims on rough paper."""

from __future__ import annotations

import numpy as np

from . import fields, paper, wash
from .arrays import FloatArray
from .palette import Palette
from .surface import over, shaded

# paper, sky, violet hill, green hill, meadow, poppy, poppy's shade, stem, centre, warm glow
PALETTE = Palette(("#fbf7ec", "#7db6d8", "#8b86bb", "#6f9d8e", "#a9bf4f", "#e2382c", "#b3173f", "#3f6b35", "#2b2233", "#f6c46a"))
ASPECT = 0.75


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(10)
    grain = paper.tooth(shape, unit * 1.15, rng)
    sheet = np.asarray(np.broadcast_to(roles[0], (*shape, 3)), np.float32)
    x, y = fields.grid(shape)
    x, y = x / unit, y / unit
    sheet = _distance(sheet, roles, x, y, grain, unit, rng)
    sheet = _flowers(sheet, roles, x, y, grain, unit, rng)
    for colour, count, largest in ((roles[5], 60, 7), (roles[4], 70, 6), (roles[1], 40, 9), (roles[7], 40, 4)):
        sheet = wash.glazed(sheet, colour, 0.9 * wash.spatter(shape, count, largest, unit, rng))
    down, across = np.gradient(fields.blurred(grain, 0.5 * unit))
    return np.clip(shaded(sheet, 1 - 0.13 * (down + across) * unit + 0.02 * fields.noise(shape, 1.7 * unit, rng)), 0, 1)


def _distance(sheet: FloatArray, roles: FloatArray, x: FloatArray, y: FloatArray, grain: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    shape = (grain.shape[0], grain.shape[1])
    cloud = 190 * fields.fractal(shape, 520 * unit, rng, 4) + 60
    sheet = wash.glazed(sheet, roles[1], 0.85 * wash.pool(np.minimum(520 - y, cloud), grain, unit, rng, 26, 0.5, 0.8))
    sheet = wash.glazed(
        sheet,
        roles[9],
        0.75
        * wash.pool(170 - np.hypot((x - 1060) / 1.8, y - 430), grain, unit, rng, 40, 0.15, 0.5)
        * fields.smoothstep(0, 160, 170 - np.hypot((x - 1060) / 1.8, y - 430)),
    )
    hills = ((430, 60, 300, 0.5, 2, 0.55), (520, 75, 230, 2.5, 2, 0.9), (600, 55, 260, 4.2, 3, 0.9), (690, 40, 330, 1.0, 3, 1.0))
    for level, height, pace, phase, role, density in hills:
        ridge = level + height * np.sin(x / pace + phase) + 0.45 * height * np.sin(x / pace * 2.7 + 2 * phase)
        fade = np.exp(-np.clip(y - ridge, 0, None) / (0.22 * level))
        hill = wash.pool(y - ridge, grain, unit, rng, 10, 0.75, 0.55)
        sheet = wash.glazed(sheet, roles[role], density * hill * (0.20 + 0.8 * fade))
        trees = y - ridge + 30 + 34 * np.abs(fields.noise((1, shape[1]), 26 * unit, rng)) * (0.5 + 0.5 * np.sin(x / 210 + 3 * phase))
        sheet = wash.glazed(sheet, roles[role], 0.55 * density * wash.pool(np.minimum(trees - 26, ridge + 22 - y), grain, unit, rng, 6, 0.8, 0.3))
    meadow = wash.pool(y - 755 - 25 * np.sin(x / 240), grain, unit, rng, 22, 0.5, 1.0)
    sheet = wash.glazed(sheet, roles[4], 0.95 * meadow)
    patch = wash.pool(60 * fields.fractal(shape, 240 * unit, rng, 3) - 25 + 0.10 * (y - 900), grain, unit, rng, 12, 0.8, 0.8)
    return wash.glazed(sheet, roles[7], 0.42 * patch * fields.smoothstep(760, 860, y))


def _flowers(sheet: FloatArray, roles: FloatArray, x: FloatArray, y: FloatArray, grain: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    places = sorted((rng.uniform(610, 1010), rng.uniform(40, 1500)) for _ in range(30))
    for cy, cx in places:
        size = 24 + 0.20 * (cy - 600) * rng.uniform(0.8, 1.3)
        reach = int(2.6 * size * unit) + 4
        box = (slice(max(0, int(cy * unit) - reach), int(1152 * unit)), slice(max(0, int(cx * unit) - reach), int(cx * unit) + reach))
        bx, by, bg = x[box] - cx, y[box] - cy, grain[box]
        if not bx.size:
            continue
        sway = 0.25 * size * np.sin(by / (1.9 * size))
        stem = (1.4 + 0.035 * size) - np.abs(bx - sway)
        stem = np.minimum(stem, by)
        reserve = fields.smoothstep(-0.10 * size, 0.16 * size, 0.98 * size - np.hypot(bx, by * 1.2))
        part = over(sheet[box], roles[0] * 0.97, 0.88 * reserve)  # kept dry, or lifted out, before the flower is painted
        part = wash.glazed(part, roles[7], 1.1 * wash.pool(stem, bg, unit, rng, 1.2, 0.6, 0.2))
        for turn, wide, role, density in ((0.0, 1.0, 5, 0.72), (2.2, 0.72, 5, 0.55), (4.1, 0.66, 6, 0.45), (5.3, 0.5, 6, 0.35)):
            turn = turn + rng.uniform(-0.4, 0.4)
            px, py = bx - 0.34 * size * np.cos(turn), (by - 0.26 * size * np.sin(turn)) * 1.25
            petal = wide * size - np.hypot(px, py) + 0.10 * size * np.sin(5 * np.arctan2(py, px) + turn * 3)
            part = wash.glazed(part, roles[role], density * wash.pool(petal, bg, unit, rng, 0.13 * size, 0.9, 0.6))
        heart = 0.2 * size - np.hypot(bx, by * 1.2)
        sheet[box] = wash.glazed(part, roles[8], 1.0 * wash.pool(heart, bg, unit, rng, 0.1 * size, 0.5, 0.4))
    return sheet
