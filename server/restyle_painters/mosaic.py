"""Owns `mosaic`: a Byzantine medallion of glass and gold tesserae, set in courses that follow the outlines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import fields, panes
from .arrays import FloatArray, IntArray
from .palette import Palette, blend
from .surface import Surface, lit, over

# gold, pale gold, deep blue, blue, ruby, green, white, brown, grout
PALETTE = Palette(("#d9a233", "#f6dc8a", "#14265e", "#3f78b8", "#a3262b", "#2f7a56", "#efe9da", "#6b3f20", "#4a4238"))
ASPECT = 1.0
Put = Callable[[FloatArray, int, FloatArray], None]  # signed px inside a form, its label, its colour
TESSERA = 15.0  # px of a 1536 px picture


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(9)
    forms, wanted = _composition(shape, roles, unit, rng)
    pieces = panes.courses(forms, TESSERA * unit, rng)
    return _set(pieces, wanted, roles, unit, rng)


def _composition(shape: tuple[int, int], roles: FloatArray, unit: float, rng: np.random.Generator) -> tuple[IntArray, FloatArray]:
    """Labels of the forms and the colours wanted (h, w, 3)."""
    x, y = fields.grid(shape)
    x, y = x / unit - 768, y / unit - 768
    r, turn = np.hypot(x, y), np.arctan2(y, x)
    forms = np.zeros(shape, np.intp)
    rgb = np.empty((*shape, 3), np.float32)
    rgb[:] = blend(roles[[0, 1]], 0.35 + 0.22 * fields.noise(shape, 60 * unit, rng))

    def put(inside: FloatArray, label: int, colour: FloatArray) -> None:
        forms[inside > 0] = label
        rgb[inside > 0] = colour[inside > 0] if colour.ndim == 3 else colour

    _vines(put, x, y, roles)
    for outer, label, colour in ((690, 1, roles[7]), (664, 2, roles[6]), (642, 3, roles[2]), (532, 4, roles[6]), (510, 5, roles[4])):
        put(outer - r, label, colour)
    wave = np.sin(turn * 18)
    for sign, colour in ((1, roles[1]), (-1, roles[3])):
        strand = 15 - np.abs(r - 587 - sign * 30 * wave)
        put(strand, 6 if sign > 0 else 7, colour)
    knot = 13 - np.hypot(r - 587, np.sin(turn * 9) * 65)
    put(knot, 8, roles[4])
    sky = blend(roles[[3, 2, 2]], (r / 480) ** 1.3)
    put(484 - r, 9, sky)
    for i in range(8):
        a = i * np.pi / 4 + np.pi / 8
        sx, sy = x - 385 * np.cos(a), y - 385 * np.sin(a)
        spin = np.arctan2(sy, sx)
        star = 46 * (0.62 + 0.38 * np.cos(8 * spin)) - np.hypot(sx, sy)
        put(star, 20 + i, roles[1])
    _heart(put, r, turn, roles)
    return forms, rgb


def _heart(put: Put, r: FloatArray, turn: FloatArray, roles: FloatArray) -> None:
    petal = np.cos(8 * turn)
    put(318 * (0.80 + 0.20 * petal) - r, 40, roles[6])
    put(300 * (0.80 + 0.20 * petal) - r, 41, roles[4])
    inner = np.cos(8 * turn + np.pi)
    put(238 * (0.78 + 0.22 * inner) - r, 42, roles[1])
    put(220 * (0.78 + 0.22 * inner) - r, 43, roles[5])
    put(148 - r, 44, roles[6])
    put(132 - r, 45, roles[2])
    put(108 * (0.60 + 0.40 * np.cos(4 * turn)) ** 0.8 - r, 46, roles[1])
    put(30 - r, 47, roles[4])


def _vines(put: Put, x: FloatArray, y: FloatArray, roles: FloatArray) -> None:
    for corner, (sx, sy) in enumerate(((-1, -1), (1, -1), (-1, 1), (1, 1))):
        for k, (cx, cy, size) in enumerate(((600, 600, 120), (690, 330, 62), (330, 690, 62))):
            px, py = (x * sx - cx), (y * sy - cy)
            r, turn = np.hypot(px, py), np.arctan2(py, px)
            arm = np.abs(((np.log(np.maximum(r, 1) / 14) / 0.30 - turn) / (2 * np.pi) + 0.5) % 1 - 0.5) * 2 * np.pi * 0.30 * r
            put(np.where((r < size) & (r > 10), 9 - arm * 0.5, -1), 100 + 10 * corner + k, roles[5])
            for i in range(9):
                a = i * 0.7 + corner
                rr = size * (1.02 + 0.05 * (i % 2))
                leaf = 0.20 * size - np.hypot((px - rr * np.cos(a)) * (1.2 if i % 2 else 0.9), py - rr * np.sin(a))
                put(leaf, 140 + 40 * corner + 10 * k + i, roles[4] if i % 3 == 0 else roles[5])


def _set(pieces: IntArray, wanted: FloatArray, roles: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    """Every tessera of one colour, tilted, its edges rounded, in rough grout."""
    shape = (pieces.shape[0], pieces.shape[1])
    colour = panes.means(pieces, wanted)
    count = len(colour)
    golden = np.exp(-(((colour - roles[0]) ** 2).sum(1)) / 0.05)
    colour = colour * (1 + (0.15 + 0.16 * golden[:, None]) * rng.standard_normal((count, 1))) + 0.035 * rng.standard_normal((count, 3))
    flash = (rng.random(count) < 0.13 * golden)[:, None]
    colour = np.clip(np.where(flash, 0.35 * colour + 0.65 * np.array([1.0, 0.95, 0.76]), colour), 0.02, 1)
    gap = panes.border_distance(pieces)
    chip = 0.55 * fields.noise(shape, 5 * unit, rng)
    inside = np.clip((gap - (1.5 + chip) * unit) / (0.9 * unit) + 0.5, 0, 1)
    mortar = roles[8] * (1 + 0.13 * fields.noise(shape, 3 * unit, rng) + 0.1 * fields.noise(shape, 40 * unit, rng))[..., None]
    glass = colour[pieces] * (1 + 0.05 * fields.noise(shape, 6 * unit, rng) + 0.035 * fields.noise(shape, 2.3 * unit, rng))[..., None]
    surface = Surface(over(mortar, glass, inside), np.zeros(shape, np.float32))
    tilt = panes.tilted(pieces, rng) * (0.16 * rng.standard_normal(count)).astype(np.float32)[pieces]
    dome = 2.1 * unit * np.sqrt(np.clip((gap - 1.2 * unit) / (4.5 * unit), 0, 1))
    surface.relief = inside * (dome + tilt + 0.22 * unit * fields.noise(shape, 4 * unit, rng)) + 0.4 * unit * (1 - inside) * fields.noise(
        shape, 2.5 * unit, rng
    )
    return lit(surface, 0.9 / unit, 0.45, soften=0.6 * unit)
