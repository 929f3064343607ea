"""Owns `woodcut`: a mountain lake under a rayed sun, cut in wood with gouges that follow the forms, and printed in black on ivory."""

from __future__ import annotations

import numpy as np

from . import fields, gouge, paper
from .arrays import FloatArray
from .palette import Palette
from .surface import over

# ink, paper, second colour (printed under the black), paper's shade
PALETTE = Palette(("#16130f", "#efe4c8", "#c8502a", "#dccba4"))
ASPECT = 0.75


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    ink, ivory, second, shade = palette.roles(4)
    cut, sun = _block(shape, unit, rng)
    sheet = paper.laid(shape, ivory, shade, unit, rng)
    tint = sun * np.clip(0.9 + 0.10 * fields.noise(shape, 3 * unit, rng), 0, 1) * fields.smoothstep(-2.4, -1.4, fields.noise(shape, 5 * unit, rng))
    sheet = over(sheet, sheet * (0.12 + 0.88 * second / max(float(second.max()), 0.05)) * (0.4 + 0.6 * second), 0.92 * tint)
    return paper.printed(sheet, ink, 1 - cut, unit, rng)


def _block(shape: tuple[int, int], unit: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """What is cut away (1) and what prints (0), and where the second colour goes."""
    x, y = fields.grid(shape)
    x, y = x / unit, y / unit  # px of a 1536 px block
    wobble = 9 * fields.noise(shape, 130 * unit, rng) + 4 * fields.noise(shape, 40 * unit, rng)
    cx, cy = 985.0, 330.0
    radius = np.hypot(x - cx, y - cy)
    turn = np.arctan2(y - cy, x - cx)

    glow = np.exp(-np.clip(radius - 130, 0, None) / 330)
    swell = 0.5 + 0.5 * np.sin(turn * 14 + 0.012 * radius)
    cut = gouge.lines(
        radius + wobble * (radius > 150) + 6 * np.sin(turn * 14), turn * (radius + 60), 15, 150, 0.10 + 0.62 * glow + 0.22 * swell * glow, unit, rng
    )
    cut = np.where(radius < 122, gouge.lines(radius, turn * 60, 12, 90, np.clip(0.95 - 0.3 * (radius / 122) ** 3, 0, 1) + 0 * x, unit, rng), cut)
    cut = np.where(np.abs(radius - 129) < 7, 0, cut)
    cut = _clouds(cut, x, y, wobble, unit, rng)
    for layer in range(3):
        cut = _mountains(cut, x, y, layer, wobble, unit, rng)
    cut = _lake(cut, x, y, cx, wobble, unit, rng)
    cut = _shore(cut, x, y, unit, rng)
    cut = _pines(cut, x, y, unit, rng)
    sky = fields.smoothstep(0, 30, 640 - y) * np.exp(-np.clip(radius - 120, 0, None) / 420)
    lake = fields.smoothstep(0, 20, y - 700) * np.exp(-(((x - cx) / 210) ** 2)) * 0.8
    return fields.blurred(cut.astype(np.float32), 0.5), np.where(radius < 122, 1.0, np.maximum(sky, lake)).astype(np.float32)


def _clouds(cut: FloatArray, x: FloatArray, y: FloatArray, wobble: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    for cx, cy, breadth in ((330, 175, 250), (640, 420, 150), (1360, 120, 190), (180, 440, 170), (1400, 500, 130)):
        depth = np.zeros(x.shape, np.float32)
        for puff in np.linspace(-1, 1, 6):
            r = breadth * 0.30 * (1.15 - 0.6 * puff**2) * rng.uniform(0.8, 1.15)
            gap = np.hypot(x - cx - puff * breadth, (y - cy + (0.12 * breadth * (1 - puff**2))) * 1.25) - r
            depth += np.exp(-gap / (0.10 * breadth))
        depth = np.maximum(-0.10 * breadth * np.log(depth + 1e-6), (y - cy - 0.14 * breadth))
        light = fields.smoothstep(-0.35, 0.2, (cy - y) / breadth + 0.10)
        rows = (y - cy) * (1 - 0.3 * ((x - cx) / breadth) ** 2) + 0.22 * depth + 0.5 * wobble
        inner = gouge.lines(rows, x * 0.9, 15, 150, 0.18 + 0.80 * light, unit, rng)
        cut = np.where(depth < 0, np.where(depth > -6, 0, np.where(depth > -13, 0.96, inner)), np.where(depth < 5, 0.95, cut))
    return np.asarray(cut, np.float32)


def _mountains(cut: FloatArray, x: FloatArray, y: FloatArray, layer: int, wobble: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    peaks = (
        ((150, 330), (520, 470), (760, 520), (1260, 400), (1536, 480)),
        ((0, 520), (360, 420), (700, 575), (1080, 590), (1420, 470)),
        ((130, 600), (560, 640), (900, 655), (1290, 600), (1530, 640)),
    )[layer]
    line = np.arange(x.shape[1], dtype=np.float32) / unit
    crag = 12 * fields.noise((1, x.shape[1]), 60 * unit, rng)[0] + 5 * fields.noise((1, x.shape[1]), 18 * unit, rng)[0]
    ridge = np.min([py + (0.62 - 0.1 * layer) * np.abs(line - px) for px, py in peaks], axis=0) + crag
    ridge = np.minimum(ridge, 690)[None]
    owner = np.argmin([py + 0.6 * np.abs(x - px) + 25 * np.sin(y / 37 + i) for i, (px, py) in enumerate(peaks)], axis=0)
    middle = np.array([px for px, _ in peaks], np.float32)[owner]
    spur = 34 * np.sin((y - ridge) / 46 + middle) + 2.2 * wobble
    sunny = (x - middle + spur) > 0
    depth = y - ridge
    lean = np.where(sunny, 0.62, -0.62)
    across = (x - middle) * 0.75 - depth * lean * 0.55 + 0.8 * wobble
    down = depth + 0.5 * np.abs(x - middle)
    tone = np.where(sunny, 0.78 - 0.001 * depth, 0.20 + 0.0009 * depth) + 0.10 * layer * (sunny - 0.5)
    body = gouge.lines(across, down, (13, 15, 17)[layer], 95, np.clip(tone, 0.05, 0.86), unit, rng)
    split = np.abs(x - middle + spur) < 4.5
    below = np.where((depth < 6) | split, 0, body)
    halo = (depth > -7) & (depth < 0)
    return np.asarray(np.where((depth >= 0) & (y < 700), below, np.where(halo, 0.97, cut)), np.float32)


def _lake(cut: FloatArray, x: FloatArray, y: FloatArray, cx: float, wobble: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    depth = np.clip(y - 690, 0, None)
    ripple = y + (2 + depth * 0.030) * np.sin(x / (26 + 0.16 * depth) + 0.02 * y + wobble * 0.25) + 0.3 * wobble
    near = np.log1p(depth / 160) * 330
    path = np.exp(-(((x - cx) / (70 + 0.45 * depth)) ** 2))
    tone = 0.10 + 0.80 * path + 0.18 * np.sin(depth / 28 + x / 170) ** 2
    waves = gouge.lines(near + ripple - y, x + 40 * np.sin(y / 9), 14, 120, np.clip(tone, 0.04, 0.9), unit, rng)
    return np.asarray(np.where(y > 694, waves, cut), np.float32)


def _shore(cut: FloatArray, x: FloatArray, y: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    bank = 1010 - 190 * np.exp(-(((x - 120) / 330) ** 2)) - 90 * np.exp(-(((x - 1500) / 240) ** 2)) + 9 * np.sin(x / 31)
    depth = y - bank
    body = gouge.lines(
        depth + 14 * np.sin(x / 60), x + 0.8 * depth, 17, 80, np.clip(0.52 - depth / 330 + 0.2 * np.sin(x / 85 + depth / 33), 0.05, 0.8), unit, rng
    )
    return np.asarray(np.where(depth > 0, np.where(depth < 8, 0, body), np.where(depth > -6, 0.9, cut)), np.float32)


def _pines(cut: FloatArray, x: FloatArray, y: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    for cx, top, foot, breadth in ((1440, 560, 985, 78), (1340, 690, 1010, 55), (250, 350, 900, 112), (95, 200, 930, 150), (395, 560, 905, 75)):
        fall = np.clip((y - top) / (foot - top), 0, 1)
        tiers = 9
        step = fall * tiers
        part = step - np.floor(step)
        droop = 0.10 * np.abs(x - cx)
        part = (step - droop / (foot - top) * tiers) % 1
        edge = breadth * fall**0.85 * (0.42 + 0.62 * part) * (1 + 0.1 * np.sin(x / 5 + y / 7))
        inside = (np.abs(x - cx) < edge) & (y > top) & (y < foot)
        trunk = (np.abs(x - cx) < 0.06 * breadth + 3) & (y >= foot - 4) & (y < foot + 0.22 * breadth)
        side = (x - cx) / (breadth * 1.0)
        boughs = gouge.lines(
            part * 34 + 0.22 * np.abs(x - cx),
            np.abs(x - cx) * 1.2 + y * 0.4,
            11,
            46,
            np.clip(0.30 + 0.55 * side - 0.5 * (1 - part) + 0.15, 0.0, 0.78),
            unit,
            rng,
        )
        halo = fields.blurred((inside | trunk).astype(np.float32), 3.5 * unit) > 0.06
        cut = np.where(inside, boughs, np.where(trunk, 0, np.where(halo, 0.97, cut)))
    return np.asarray(cut, np.float32)
