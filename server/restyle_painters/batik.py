"""Owns `batik`: flowers and dotted scrolls kept white by wax on dyed cotton, with the dye that crept through the wax's cracks."""

from __future__ import annotations

import numpy as np

from . import fields, panes
from .arrays import BoolArray, FloatArray
from .palette import Palette
from .surface import over, shaded

# cloth, ochre, brown, indigo, dark indigo
PALETTE = Palette(("#f0e3c4", "#d08f34", "#7a3b1d", "#27407c", "#101b3c"))
ASPECT = 0.75
REPEAT = 384.0  # px of a 1536 px picture


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(5)
    x, y = fields.grid(shape)
    drift = 5.5
    x = x / unit + drift * fields.noise(shape, 80 * unit, rng) + 1.4 * fields.noise(shape, 16 * unit, rng)
    y = y / unit + drift * fields.noise(shape, 80 * unit, rng) + 1.4 * fields.noise(shape, 16 * unit, rng)
    wax, ochre, brown = _motifs(x, y, shape, unit, rng)
    blot = fields.fractal(shape, 170 * unit, rng, 5)
    rgb = np.asarray(np.broadcast_to(roles[0], (*shape, 3)), np.float32)
    rgb = over(rgb, roles[1], _bled(ochre, unit) * np.clip(0.85 + 0.10 * blot, 0, 1))
    rgb = over(rgb, roles[2], _bled(brown, unit) * np.clip(0.88 + 0.10 * blot, 0, 1))
    dyed = np.clip(1 - _bled(wax, unit), 0, 1)
    vat = roles[3] + (roles[4] - roles[3]) * fields.smoothstep(-1.2, 1.6, blot)[..., None]
    rgb = over(rgb, vat, dyed * np.clip(0.94 + 0.05 * blot, 0, 1))
    rgb = over(rgb, roles[4] * 0.6 + roles[3] * 0.4, _cracks(shape, unit, rng) * (0.85 - 0.35 * dyed))
    weave = np.sin(fields.grid(shape)[0] * 2 * np.pi / (4.2 * unit)) + np.sin(fields.grid(shape)[1] * 2 * np.pi / (4.2 * unit))
    thread = fields.noise(shape, (2.4 * unit, 40 * unit), rng) + fields.noise(shape, (40 * unit, 2.4 * unit), rng)
    return np.clip(shaded(rgb, 1 + 0.065 * weave * (1 + 0.4 * thread) + 0.045 * thread), 0, 1)


def _bled(mask: FloatArray, unit: float) -> FloatArray:
    return 0.75 * fields.blurred(mask, 0.8 * unit) + 0.25 * fields.blurred(mask, 3.2 * unit)


def _motifs(x: FloatArray, y: FloatArray, shape: tuple[int, int], unit: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Where the wax lies (1), and under it where ochre and brown went before."""
    row = np.floor(y / (REPEAT * 0.75))
    px = (x + REPEAT / 2 * (row % 2)) % REPEAT - REPEAT / 2
    py = y % (REPEAT * 0.75) - REPEAT * 0.375
    r, turn = np.hypot(px, py), np.arctan2(py, px)
    petal = 104 * (0.70 + 0.30 * np.abs(np.cos(4 * turn))) - r
    inner = 70 * (0.62 + 0.38 * np.abs(np.sin(4 * turn))) - r
    wax = (petal > 0) & ~((petal > 7) & (petal < 11))
    ochre = (inner > 0) | (r < 26)
    brown = (np.abs(inner) < 2.6) | ((r < 17) & (r > 9)) | ((petal > 12) & (inner < -6) & (np.abs(np.sin(12 * turn + 0.04 * r)) < 0.12))
    beads = np.hypot((turn * 24 / (2 * np.pi) % 1 - 0.5) * 2 * np.pi * 122 / 24, r - 122) < 5.4
    ring = np.abs(r - 138) < 2.2
    wax = wax | beads | ring
    ochre = ochre | ring
    wax, ochre, brown = _scrolls(wax, ochre, brown, px, py, r)
    dots = fields.scattered(shape, 19 * unit, rng, 0.35)
    gap = _distance_to(dots, shape) / unit
    free = fields.distance(wax | ochre | brown) / unit > 11
    wax = wax | ((gap < 2.7) & free)
    return wax.astype(np.float32), ochre.astype(np.float32), brown.astype(np.float32)


def _scrolls(wax: BoolArray, ochre: BoolArray, brown: BoolArray, px: FloatArray, py: FloatArray, r: FloatArray) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Leaves on stems that fill the corners between the flowers."""
    for sx in (-1, 1):
        for sy in (-1, 1):
            u, v = px * sx - 150, py * sy - 92
            rr, tt = np.hypot(u, v), np.arctan2(v, u)
            arm = np.abs(((np.log(np.maximum(rr, 1) / 6) / 0.34 - tt) / (2 * np.pi) + 0.5) % 1 - 0.5) * 2 * np.pi * 0.34 * rr
            stem = (arm < 4.2) & (rr < 52) & (rr > 5) & (r > 144)
            wax = wax | stem
            for k in range(5):
                a = 0.9 + k * 1.05
                lu, lv = u - 52 * np.cos(a), v - 52 * np.sin(a)
                along, across = lu * np.cos(a) + lv * np.sin(a), -lu * np.sin(a) + lv * np.cos(a)
                leaf = (np.abs(across) < 9 * np.clip(1 - (along / 23) ** 2, 0, 1)) & (np.abs(along) < 23) & (r > 146)
                wax = wax | leaf
                ochre = ochre | (leaf & (k % 2 == 0))
                brown = brown | (leaf & (np.abs(across) < 1.5))
    return wax, ochre, brown


def _distance_to(points: FloatArray, shape: tuple[int, int]) -> FloatArray:
    mask = np.zeros(shape, bool)
    column, row = np.clip(points[:, 0], 0, shape[1] - 1).astype(int), np.clip(points[:, 1], 0, shape[0] - 1).astype(int)
    mask[row, column] = True
    return fields.distance(mask)


def _cracks(shape: tuple[int, int], unit: float, rng: np.random.Generator) -> FloatArray:
    """Veins of dye, broad ones with fine ones between."""
    x, y = fields.grid(shape)
    total = np.zeros(shape, np.float32)
    for spacing, width, strength in ((120, 1.7, 0.95), (46, 0.9, 0.7), (20, 0.55, 0.5)):
        points = fields.scattered(shape, spacing * unit, rng, 1.2, margin=spacing * unit)
        wander = 0.16 * spacing * unit
        wx = x + wander * fields.fractal(shape, spacing * 0.6 * unit, rng, 4, 0.6)
        wy = y + wander * fields.fractal(shape, spacing * 0.6 * unit, rng, 4, 0.6)
        gap = panes.border_distance(fields.cells(shape, points, wx, wy)) / unit
        thick = width * np.clip(1 + 0.8 * fields.noise(shape, 60 * unit, rng), 0, 2.2)
        broken = fields.smoothstep(-0.7, 0.5, fields.noise(shape, 150 * unit, rng))
        total = np.maximum(total, strength * broken * np.clip(thick - gap + 0.5, 0, 1))
    return total
