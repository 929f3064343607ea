"""Owns `engraving`: a still life of turned vessels and fruit, modelled by hatching that follows the forms, in brown-black ink."""

from __future__ import annotations

import numpy as np

from . import fields, gouge, paper
from .arrays import BoolArray, FloatArray
from .palette import Palette

# paper, paper's shade, ink
PALETTE = Palette(("#f1e8d2", "#dfcfaa", "#1c1512"))
ASPECT = 0.75

# x, top, bottom, and radii from top to bottom, px of a 1536 px picture; painted from back to front
VESSELS = (
    (520.0, 150.0, 850.0, (46, 44, 42, 48, 110, 170, 196, 204, 196, 170, 120, 96, 120)),
    (1010.0, 330.0, 900.0, (150, 158, 140, 120, 136, 190, 232, 246, 236, 200, 140, 110, 150)),
    (255.0, 600.0, 935.0, (6, 60, 96, 118, 146, 170, 182, 178, 152, 84)),
    (760.0, 715.0, 985.0, (20, 92, 124, 138, 142, 138, 124, 92, 20)),
    (1330.0, 700.0, 980.0, (24, 96, 130, 144, 148, 142, 126, 92, 24)),
    (505.0, 830.0, 1030.0, (14, 68, 92, 102, 106, 102, 90, 66, 14)),
)
LIGHT = np.array([-0.62, -0.50, 0.60], np.float32)
LIGHT = LIGHT / np.linalg.norm(LIGHT)


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    ground, shade, ink = palette.roles(3)
    x, y = fields.grid(shape)
    x, y = x / unit, y / unit
    lines = _room(x, y, unit, rng)
    for vessel in VESSELS:
        lines = _vessel(lines, x, y, vessel, unit, rng)
    sheet = paper.laid(shape, ground, shade, unit, rng, 0.04)
    return paper.printed(sheet, ink, lines, unit * 0.75, rng)


def _hatched(dark: FloatArray, sets: list[tuple[FloatArray, FloatArray]], spacing: float, unit: float, rng: np.random.Generator) -> FloatArray:
    """Ink (h, w) of up to three crossing sets of lines: the second and third enter where it gets darker. dark: 0..1."""
    ink = np.zeros(dark.shape, np.float32)
    for level, (across, along) in enumerate(sets):
        tone = np.clip((dark - 0.05 - 0.26 * level) * (0.92 - 0.1 * level), 0, 0.72)
        ink = np.maximum(ink, gouge.lines(across, along, spacing * (1 + 0.08 * level), 170 - 40 * level, tone, unit, rng, taper=0.35, waver=0.2))
    return ink


def _room(x: FloatArray, y: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    shape = (x.shape[0], x.shape[1])
    wobble = 5 * fields.noise(shape, 190 * unit, rng)
    slow = fields.fractal(shape, 500 * unit, rng, 3)
    wall = np.clip(0.30 + 0.45 * np.clip((x - 300) / 1300, 0, 1) + 0.22 * np.abs(y - 300) / 500 + 0.05 * slow, 0.06, 0.95)
    fold = np.sin((x + 0.25 * y + 40 * np.sin(y / 170)) / 62)
    curtain = x > 1180 + 60 * np.sin(y / 210) - 0.22 * y
    cloth = np.clip(0.50 - 0.44 * fold + 0.0002 * y, 0.03, 1)
    room = _hatched(wall, [(y + wobble, x), (0.7 * x + 0.7 * y + wobble, 0.7 * x - 0.7 * y), (0.7 * x - 0.7 * y, x)], 8.5, unit, rng)
    bend = 26 * np.abs(fold)
    drape = _hatched(cloth, [(y + bend + 0.25 * x, x), (x + 0.25 * y + 40 * np.sin(y / 170), y), (0.8 * x - 0.6 * y, y)], 8.0, unit, rng)
    out = np.where(curtain, drape, room)
    rim = np.abs(x - (1180 + 60 * np.sin(y / 210) - 0.22 * y)) < 2.4
    out = np.where(rim, 1, out)
    table = y > 860
    near = np.log1p(np.clip(y - 860, 0, None) / 160) * 300
    grain = near + 6 * np.sin(x / 130 + near / 40) + wobble
    dark = np.full(shape, 0.26, np.float32) + 0.1 * slow + 0.24 * (y > 1085)
    for cx, _, bottom, radii in VESSELS:
        reach = max(radii) * 1.55
        shadow = np.hypot((x - cx - 0.62 * reach) / reach, (y - bottom + 10) / (0.20 * reach))
        dark = dark + 0.62 * fields.smoothstep(-1.15, -0.55, -shadow)
    board = _hatched(np.clip(dark, 0, 1), [(grain, x), (0.5 * x + grain, x), (0.5 * x - grain, x)], 8.5, unit, rng)
    board = np.where(np.abs(y - 1085) < 2.5, 1, board)
    return np.asarray(np.where(table, np.where(y < 863, 1, board), out), np.float32)


def _vessel(
    lines: FloatArray, x: FloatArray, y: FloatArray, vessel: tuple[float, float, float, tuple[int, ...]], unit: float, rng: np.random.Generator
) -> FloatArray:
    cx, top, bottom, radii = vessel
    down = np.linspace(top, bottom, 200)
    turned = np.interp(down, np.linspace(top, bottom, len(radii)), radii)
    radius = fields.blurred(turned[:, None], 7)[:, 0]
    r = np.interp(y[:, 0], down, radius, left=0, right=0)[:, None]
    slope = np.interp(y[:, 0], down, np.gradient(radius, down))[:, None]
    side = np.clip((x - cx) / np.maximum(r, 1), -1, 1)
    toward = np.sqrt(1 - side**2)
    inside: BoolArray = (np.abs(x - cx) < r) & (r > 3)
    length = np.sqrt(1 + slope**2)
    shade = (side * LIGHT[0] - slope * LIGHT[1] + toward * LIGHT[2]) / length
    bounce = 0.22 * np.clip(side, 0, 1) ** 3
    dark = np.clip(0.80 - 0.86 * np.clip(shade, -0.15, 1) - bounce, 0, 0.96)
    glint = np.hypot((side + 0.42) / 0.13, (y - top - 0.33 * (bottom - top)) / (0.06 * (bottom - top)))
    dark = np.where(glint < 1, 0, dark)
    latitude = y + 0.20 * r * toward
    meridian = np.arcsin(side) * np.maximum(r, 1) * 0.8
    ink = _hatched(dark, [(latitude, meridian), (0.75 * meridian + 0.66 * latitude, latitude), (0.75 * meridian - 0.66 * latitude, latitude)], 7.5, unit, rng)
    rim = np.minimum(np.abs(np.abs(x - cx) - r) / length, np.abs(y - bottom)) < 2.6
    halo = (np.abs(x - cx) < r + 8) & (y > top - 8) & (y < bottom + 3) & (side < 0.2)
    return np.asarray(np.where(inside, np.where(rim, 1, ink), np.where(halo, lines * 0.12, lines)), np.float32)
