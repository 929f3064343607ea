"""Owns `wave`: a breaking wave in flat bands of blue with dark outlines, before a far mountain, as a colour print from wood blocks."""

from __future__ import annotations

import numpy as np

from . import fields, paper
from .arrays import BoolArray, FloatArray, IntArray
from .palette import Palette, blend
from .surface import over, shaded

# paper, outline, deep blue, blue, light blue, foam, dusk, sun
PALETTE = Palette(("#efe3c6", "#16264a", "#1d4079", "#3f74a8", "#a3c3c9", "#f6efdc", "#c9b391", "#d9573a"))
ASPECT = 0.75


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(8)
    x, y = fields.grid(shape)
    x, y = x / unit, y / unit
    labels, rgb = _scene(x, y, roles, unit, rng)
    sheet = paper.laid(shape, roles[0], roles[6], unit, rng, 0.05)
    grain = np.sin((y + 26 * fields.noise(shape, (90 * unit, 420 * unit), rng) + 5 * fields.noise(shape, (30 * unit, 160 * unit), rng)) / 2.3)
    worn = paper.tooth(shape, unit * 0.8, rng)
    rgb = shaded(rgb, 1 + 0.085 * grain + 0.085 * worn + 0.03 * fields.fractal(shape, 300 * unit, rng, 4))
    print_ = over(sheet, rgb * (0.25 + 0.75 * sheet / np.maximum(roles[0], 0.05)), 0.93 - 0.55 * fields.smoothstep(1.9, 2.7, worn + 0.4 * grain))
    swell = 1.7 + 0.75 * fields.noise(shape, 70 * unit, rng)
    line = np.clip((swell * unit - fields.distance(fields.edges(labels))) / unit + 0.5, 0, 1)
    return np.clip(over(print_, roles[1], line * np.clip(0.95 - 0.22 * (worn > 1.5), 0, 1)), 0, 1)


def _scene(x: FloatArray, y: FloatArray, roles: FloatArray, unit: float, rng: np.random.Generator) -> tuple[IntArray, FloatArray]:
    shape = (x.shape[0], x.shape[1])
    labels = np.zeros(shape, np.intp)
    rgb = blend(np.stack([roles[4] * 0.75 + roles[6] * 0.25, roles[6], roles[0], roles[0], roles[0]]), y / 760)
    sun = np.hypot(x - 1180, y - 250) < 120
    labels[sun], rgb[sun] = 1, roles[7]
    for cx, cy, long, thick in ((1040, 200, 330, 15), (1290, 268, 280, 13), (860, 128, 240, 11), (1420, 350, 210, 11)):
        band = (np.abs(y - cy - 5 * np.sin(x / 70)) < thick * np.sqrt(np.clip(1 - ((x - cx) / long) ** 2, 0, 1))) & (np.abs(x - cx) < long)
        labels[band], rgb[band] = 2 + int(cy), roles[0] * 0.6 + roles[5] * 0.4
    peak = y - 470 - 0.50 * np.abs(x - 1010) ** 0.97 - 0.00006 * (x - 1010) ** 2 + 5 * np.sin(x / 17)
    mountain = (peak > 0) & (y < 800)
    labels[mountain] = 300
    rgb[mountain] = blend(np.stack([roles[3], roles[4], roles[0]]), (y - 470) / 300)[mountain]
    snow = mountain & (peak < 66 + 26 * np.abs(((x / 34) % 2) - 1) + 14 * np.sin(x / 9))
    labels[snow], rgb[snow] = 301, roles[5]
    _swell(labels, rgb, x, y, 770, 62, 250, 0.4, 400, roles, unit, rng)
    _breaker(labels, rgb, x, y, roles, unit, rng)
    _swell(labels, rgb, x, y, 960, 80, 330, 2.6, 600, roles, unit, rng)
    _swell(labels, rgb, x, y, 1085, 48, 260, 5.0, 700, roles, unit, rng)
    return labels, rgb


def _banded(labels: IntArray, rgb: FloatArray, inside: BoolArray, depth: FloatArray, base: int, roles: FloatArray, breadth: float) -> None:
    """Bands that follow the depth (px): deep, blue, light in turn, each outlined."""
    index = np.clip(depth / breadth, 0, 40).astype(np.intp)
    tones = np.stack([roles[2], roles[3], roles[2], roles[4], roles[3], roles[2], roles[5]])
    labels[inside] = base + index[inside]
    rgb[inside] = tones[(index * 3 + base) % len(tones)][inside]


def _swell(
    labels: IntArray,
    rgb: FloatArray,
    x: FloatArray,
    y: FloatArray,
    level: float,
    height: float,
    length: float,
    phase: float,
    base: int,
    roles: FloatArray,
    unit: float,
    rng: np.random.Generator,
) -> None:
    crest = level - height * (np.abs(np.sin(x / length + phase)) ** 1.6) + 0.35 * height * np.sin(x / length * 2.3 + 2 * phase)
    wobble = 7 * fields.noise(labels.shape, 120 * unit, rng)
    depth = (y - crest) * (1 + 0.45 * np.sin(x / length * 1.3 + phase)) + wobble
    _banded(labels, rgb, y > crest, np.clip(depth, 0, None) ** 0.92, base, roles, 23.0)
    foam = (y > crest - 5) & (y < crest + 10 + 9 * np.abs(np.sin(x / 13 + 3 * np.sin(x / 90)))) & (np.sin(x / length + phase) ** 2 > 0.25)
    labels[foam], rgb[foam] = base + 60, roles[5]


def _breaker(labels: IntArray, rgb: FloatArray, x: FloatArray, y: FloatArray, roles: FloatArray, unit: float, rng: np.random.Generator) -> None:
    """A hump whose crest is turned over by a twist of the plane around the middle of its curl."""
    cx, cy = 690.0, 420.0
    dx, dy = x - cx, y - cy
    r = np.hypot(dx, dy)
    twist = 2.5 * np.exp(-((r / 265) ** 2))
    c, s = np.cos(twist), np.sin(twist)
    wx, wy = cx + c * dx + s * dy, cy - s * dx + c * dy
    crest = 880 - 700 * np.exp(-(((wx - 470) / 350) ** 2)) - 90 * np.exp(-(((wx - 60) / 200) ** 2))
    depth = (wy - crest) * 0.62
    inside = depth > 0
    wobble = 5 * fields.noise(labels.shape, 90 * unit, rng)
    lines = depth + 0.16 * (wx - 470) + wobble
    _banded(labels, rgb, inside, np.clip(lines + 140, 0, None), 500, roles, 24.0)
    edge = np.abs(depth) < 3.2
    rows, columns = np.nonzero(edge & (y < 620) & (wx > 130))
    if not len(rows):
        return
    pick = rng.choice(len(rows), min(330, len(rows)), replace=False)
    for k, i in enumerate(pick):
        px, py = columns[i] / unit, rows[i] / unit
        high = np.clip((650 - py) / 480, 0, 1)
        size = rng.uniform(8, 21) * (0.5 + 0.7 * high)
        ox, oy = px + rng.normal(0, 10), py + rng.normal(4, 10)
        box = (
            slice(max(0, int((oy - size - 2) * unit)), int((oy + size + 2) * unit) + 1),
            slice(max(0, int((ox - size - 2) * unit)), int((ox + size + 2) * unit) + 1),
        )
        bx, by = x[box] - ox, y[box] - oy
        blob = np.hypot(bx, by) < size * (0.85 + 0.2 * np.cos(3 * np.arctan2(by, bx) + k))
        labels[box][blob] = 1000 + k % 7
        rgb[box][blob] = roles[5] if k % 5 else roles[4]
    for k in range(210):
        ox, oy, size = rng.normal(800, 170), rng.normal(330, 150), rng.uniform(1.5, 5.5)
        drop = (slice(max(0, int((oy - size) * unit)), int((oy + size) * unit) + 1), slice(max(0, int((ox - size) * unit)), int((ox + size) * unit) + 1))
        blob = np.hypot(x[drop] - ox, y[drop] - oy) < size
        labels[drop][blob] = 1100 + k % 5
        rgb[drop][blob] = roles[5]
