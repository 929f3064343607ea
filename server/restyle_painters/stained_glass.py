"""Owns `stained-glass`: a sun over hills and water in jewel-coloured panes, leaded and lit from behind."""

from __future__ import annotations

import numpy as np

from . import fields, panes
from .arrays import FloatArray, IntArray
from .palette import Palette, blend
from .surface import over, shaded

# sun, amber, ruby, violet, deep blue, sky blue, turquoise, green, leaf, lead
PALETTE = Palette(("#ffe27a", "#f59a1b", "#c2182b", "#6a1f86", "#12309c", "#2f86d6", "#1aa7a0", "#0f7a3c", "#8ebd2a", "#17161a"))
ASPECT = 1.0


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(10)
    forms, tone, spread = _forms(shape, unit, rng)
    pieces = _cut(forms, spread, unit, rng)
    colour = _coloured(pieces, forms, tone, roles, rng)
    glass = _glass(colour, pieces, unit, rng)
    return _leaded(glass, pieces, forms, roles[9], unit, rng)


def _forms(shape: tuple[int, int], unit: float, rng: np.random.Generator) -> tuple[IntArray, FloatArray, FloatArray]:
    """The big forms' labels, a tone 0..1 within each, and the spacing of panes (px of a 1536 px picture)."""
    x, y = fields.grid(shape)
    x, y = x / unit, y / unit
    cx, cy = 880.0, 500.0
    radius, turn = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
    curl = turn + 0.45 * np.sin(radius / 170)
    forms = 10 + np.floor((curl / (2 * np.pi) + 0.5) * 22).astype(np.intp) % 22
    rings = np.searchsorted(np.array([300, 430, 590, 780, 1000]), radius + 26 * np.sin(turn * 6))
    forms = np.where(radius > 232, forms + 40 * rings, 9)
    tone = np.clip((radius - 232) / 900, 0, 1)
    petals = np.floor((turn / (2 * np.pi) + 0.5) * 16).astype(np.intp)
    forms = np.where(radius < 232, 700 + petals, forms)
    forms = np.where(radius < 150, 720 + petals // 2, forms)
    forms = np.where(radius < 74, 740, forms)
    spread = np.where(radius < 232, 400.0, 105 + 0.03 * radius)
    hills = ((930, 95, 0.0042, 0.3), (1060, 80, 0.0061, 2.2), (1180, 60, 0.0050, 4.1), (1330, 45, 0.0072, 0.8))
    for i, (level, height, pace, phase) in enumerate(hills):
        below = y > level + height * np.sin(x * pace + phase)
        forms = np.where(below, 800 + i, forms)
        tone = np.where(below, 0.5 + 0.5 * np.sin(x * 0.008 + i * 2 + y * 0.01), tone)
        spread = np.where(below, 92.0, spread)
    bed = 760 + 210 * np.sin((y - 900) / 190) * np.clip((y - 930) / 400, 0, 1)
    river = (np.abs(x - bed) < 26 + 0.30 * (y - 930)) & (y > 1010 + 20 * np.sin(x / 90))
    forms = np.where(river, 850 + np.floor((y + 26 * np.sin(x / 60)) / 54).astype(np.intp) % 40, forms)
    return _with_tree(forms, tone, spread, x, y)


def _with_tree(forms: IntArray, tone: FloatArray, spread: FloatArray, x: FloatArray, y: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    sway = 250 + 46 * np.sin(y / 165 + 0.5)
    trunk = (np.abs(x - sway) < 24 + 0.00011 * np.clip(y - 760, 0, None) ** 2) & (y > 600)
    for i, (cx, cy, r) in enumerate(((260, 330, 175), (118, 500, 130), (395, 520, 128), (250, 610, 120))):
        wave = np.hypot(x - cx, y - cy) + 9 * np.sin(6 * np.arctan2(y - cy, x - cx) + i)
        forms = np.where(wave < r, 900 + 10 * i, forms)
        tone = np.where(wave < r, 0.25 * i, tone)
        spread = np.where(wave < r, 66.0, spread)
    return np.where(trunk, 990, forms).astype(np.intp), tone.astype(np.float32), np.where(trunk, 80.0, spread).astype(np.float32)


def _cut(forms: IntArray, spread: FloatArray, unit: float, rng: np.random.Generator) -> IntArray:
    shape = (forms.shape[0], forms.shape[1])
    points = fields.scattered(shape, 62 * unit, rng, 0.8)
    keep = rng.random(len(points)) < np.minimum(1, (62 * unit / (fields.sampled(spread, *points.T) * unit)) ** 2)
    points = fields.relaxed(points[keep], shape, 1)
    x, y = fields.grid(shape)
    warp = 7 * unit
    wx, wy = x + warp * fields.noise(shape, 70 * unit, rng), y + warp * fields.noise(shape, 70 * unit, rng)
    web = fields.cells(shape, points, wx, wy)
    sun = (forms >= 700) & (forms < 760)
    return panes.merged_slivers(panes.crossed(forms, np.where(sun, 0, web)), 900 * unit**2)


def _coloured(pieces: IntArray, forms: IntArray, tone: FloatArray, roles: FloatArray, rng: np.random.Generator) -> FloatArray:
    """One colour per piece (n, 3)."""
    form = panes.majority(pieces, forms)
    middle = panes.means(pieces, tone)
    count = len(form)
    chance = rng.random(count)
    sky = blend(roles[[0, 1, 2, 3, 4, 5, 4]], middle * 1.05 + 0.13 * (form % 2) - 0.05 + 0.16 * (chance - 0.5))
    colour = np.where((chance > 0.93)[:, None], roles[rng.choice([1, 2, 5, 6], count)], sky)
    colour = np.where((form >= 700)[:, None], roles[np.where(form % 2, 1, 0)], colour)
    colour = np.where((form >= 720)[:, None], roles[np.where(form % 2, 2, 1)], colour)
    colour = np.where((form == 740)[:, None], roles[0], colour)
    hill = blend(roles[[7, 8, 6, 7]], 0.25 * (form - 800) + 0.9 * (chance - 0.4))
    colour = np.where((form >= 800)[:, None], hill, colour)
    colour = np.where((form >= 850)[:, None], blend(roles[[4, 5, 6, 5]], chance), colour)
    leaf = blend(roles[[7, 8, 8, 6, 2]], chance * 0.95 + 0.15 * middle)
    colour = np.where((form >= 900)[:, None], leaf, colour)
    colour = np.where((form == 990)[:, None], blend(np.stack([roles[3] * 0.5, roles[3] * 0.8, roles[2] * 0.6]), chance), colour)
    jitter = 1 + 0.13 * rng.standard_normal((count, 1))
    return np.clip(colour * jitter + 0.025 * rng.standard_normal((count, 3)), 0.01, 1).astype(np.float32)


def _glass(colour: FloatArray, pieces: IntArray, unit: float, rng: np.random.Generator) -> FloatArray:
    """Blown glass, pane by pane: reams along a direction of its own, seeds (bubbles), a gradient, dirt towards the lead."""
    shape = (pieces.shape[0], pieces.shape[1])
    slope = panes.tilted(pieces, rng) / unit
    own = rng.random(len(colour)).astype(np.float32)
    ream = fields.noise(shape, 26 * unit, rng)
    stripe = np.sin(slope * (0.16 + 0.25 * own[pieces]) + 2.2 * ream) * 0.55 + 0.45 * np.sin(slope * 0.55 + 3 * ream)
    hammered = fields.noise(shape, 7 * unit, rng) + 0.75 * fields.noise(shape, 3.0 * unit, rng)
    choice = own[pieces]
    texture = np.where(choice < 0.55, 0.9 * stripe + 0.4 * hammered, 1.0 * hammered)
    down, across = np.gradient(fields.blurred(texture, 0.6 * unit))
    relief = (across + down) * unit * 1.6
    slow = fields.fractal(shape, 240 * unit, rng, 4)
    light = 1.12 + 0.12 * slow + 0.06 * texture + 0.42 * np.tanh(1.3 * relief) + 0.115 * fields.noise(shape, 2.6 * unit, rng) + 0.0035 * np.clip(slope, -90, 90)
    seeds = fields.smoothstep(2.35, 2.7, fields.noise(shape, 6.5 * unit, rng))
    rim = fields.blurred(seeds, 1.2 * unit)
    light = light + 0.55 * seeds - 0.35 * (rim - seeds).clip(0)
    near = np.exp(-panes.border_distance(pieces) / (11 * unit))
    light = light - 0.42 * near + 0.10 * (1 - near)
    thickness = np.exp(-1.5 * (light - 1.0))[..., None]
    tint = np.asarray(colour[pieces], np.float32) * 0.97 + 0.012
    glint = 0.30 * np.clip(np.tanh(1.3 * relief) - 0.45, 0, 1)
    return np.asarray(np.clip(tint**thickness + glint[..., None], 0, 1), np.float32)  # Beer and Lambert: what passes falls as a power of thickness


def _leaded(glass: FloatArray, pieces: IntArray, forms: IntArray, lead: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    shape = (pieces.shape[0], pieces.shape[1])
    outline = panes.border_distance(np.where(forms < 700, 0, np.where((forms >= 850) & (forms < 900), 850, forms)).astype(np.intp))
    fine = panes.border_distance(pieces)
    wobble = 0.5 * fields.noise(shape, 60 * unit, rng)
    came = np.maximum((4.6 + wobble) * unit - fine, (7.6 + wobble) * unit - outline)
    x, y = fields.grid(shape)
    frame = np.minimum(np.minimum(x, shape[1] - 1 - x), np.minimum(y, shape[0] - 1 - y))
    came = np.maximum(came, 9 * unit - frame)
    cover = np.clip(came / (1.2 * unit) + 0.5, 0, 1)
    height = np.sqrt(np.clip(came, 0, 7.6 * unit) * 7.6 * unit + 1e-3) + 0.5 * unit * fields.noise(shape, 4 * unit, rng)
    joints = fields.blurred((fields.blurred(fields.edges(pieces).astype(np.float32), 5 * unit) * unit > 0.205).astype(np.float32), 2.5 * unit)
    height = height + 4 * unit * joints * cover
    down, across = np.gradient(fields.blurred(height, 0.8 * unit))
    facing = np.asarray(np.clip(0.35 - 0.6 * (across + down), 0, 2.0), np.float32)
    metal = np.clip(lead * (0.6 + 1.6 * facing[..., None]) + 0.45 * np.clip(facing - 0.55, 0, 1)[..., None] + 0.03 * joints[..., None], 0, 1)
    shadow = fields.blurred(np.roll(cover, (int(5 * unit), int(5 * unit)), (0, 1)), 3 * unit)
    lit = shaded(glass, 1 - 0.22 * shadow)
    bloom = fields.blurred(lit, 22 * unit)
    return over(np.clip(lit + 0.14 * bloom, 0, 1), metal, cover)
