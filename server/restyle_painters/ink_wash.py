"""Owns `ink-wash`: mountains in mist, a pine and bamboo, in grey washes and a dry brush's bristle marks on rice paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import brush, fields, paper, wash
from .arrays import FloatArray
from .palette import Palette
from .surface import Surface, over

# paper, paper's shade, ink, seal
PALETTE = Palette(("#efe8d8", "#d9ccb1", "#1b1d22", "#b8281e"))
ASPECT = 0.75


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    ground, shade, ink, seal = palette.roles(4)
    sheet = paper.laid(shape, ground, shade, unit, rng, 0.05)
    grain = paper.tooth(shape, unit, rng)
    x, y = fields.grid(shape)
    x, y = x / unit, y / unit
    sheet = _mountains(sheet, ink, x, y, grain, unit, rng)
    surface = Surface.primed(shape, sheet)
    wet = brush.bristled(rng, variants=16, hairs=10, dryness=0.42)
    dry = brush.bristled(rng, variants=24, hairs=16, dryness=0.85)
    _rocks(surface, dry, ink, ground, unit, rng)
    _pine(surface, wet, dry, ink, ground, unit, rng)
    _bamboo(surface, wet, dry, ink, ground, unit, rng)
    rgb = surface.rgb * (1 - 0.03 * grain[..., None])
    stamp = (np.abs(x - 1440) < 30) & (np.abs(y - 1050) < 30)
    marks = fields.noise(shape, 11 * unit, rng) + 0.4 * grain
    cut = (np.abs(marks) < 0.28) & (np.abs(x - 1440) < 24) & (np.abs(y - 1050) < 24)
    return np.clip(over(rgb, seal, np.asarray((stamp & ~cut) * np.clip(0.9 + 0.12 * grain, 0, 1), np.float32)), 0, 1)


def _mountains(sheet: FloatArray, ink: FloatArray, x: FloatArray, y: FloatArray, grain: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    shape = (grain.shape[0], grain.shape[1])
    ranges = (
        (((300, 300), (620, 390), (980, 250), (1400, 380)), 0.16, 1.5),
        (((150, 420), (760, 330), (1180, 470)), 0.28, 1.35),
        (((420, 520), (1010, 500), (1500, 430)), 0.45, 1.2),
        (((60, 690), (820, 740), (1320, 660)), 0.6, 0.8),
    )
    for peaks, density, steep in ranges:
        line = np.min([py + steep * np.abs(x - px) * (0.75 + 0.25 * np.sin(px)) for px, py in peaks], axis=0)
        crag = (
            26 * fields.noise((1, shape[1]), 90 * unit, rng) + 11 * fields.noise((1, shape[1]), 30 * unit, rng) + 4 * fields.noise((1, shape[1]), 9 * unit, rng)
        )
        depth = y - np.minimum(line, 790) - crag
        mist = np.exp(-np.clip(depth, 0, None) / 120) + 0.12 * np.exp(-np.clip(depth, 0, None) / 420)
        body = wash.pool(depth, grain, unit, rng, 5, 0.7, 0.5)
        fall = fields.noise(shape, (120 * unit, 13 * unit), rng) + 0.8 * fields.noise(shape, (46 * unit, 6 * unit), rng)
        lean = (np.arange(shape[1]) + np.rint(0.5 * depth * unit * np.sign(np.sin(x / 95)))).astype(np.intp) % shape[1]
        fall = np.take_along_axis(fall, lean, 1)
        texture = fields.smoothstep(0.1, 1.3, fall + 0.55 * grain + 0.6 * np.exp(-np.clip(depth, 0, None) / 60))
        sheet = wash.glazed(sheet, ink, density * (0.34 * body * mist + 0.75 * body * texture * mist))
    lake = wash.pool(20 * fields.noise(shape, (14 * unit, 300 * unit), rng) - 10, grain, unit, rng, 5, 0.5, 0.5)
    return wash.glazed(sheet, ink, 0.10 * lake * fields.smoothstep(800, 900, y))


def _pulled(
    surface: Surface, tip: brush.Tip, path: Sequence[tuple[float, float, float]], colour: FloatArray, other: FloatArray, unit: float, rng: np.random.Generator
) -> None:
    """One long pull of the brush through points (x, y, width) in px of a 1536 px picture, as overlapping strokes."""
    knots = np.array(path, np.float32) * unit
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(knots[:, :2], axis=0).T))])
    step = max(2.0, float(knots[:, 2].mean()) * 1.1)
    place = np.linspace(0, length[-1], max(3, int(length[-1] / step)))
    x, y, width = (np.interp(place, length, knots[:, i]) for i in range(3))
    x, y = (fields.blurred(a[:, None], 1.2)[:, 0] for a in (x, y))
    angle = np.arctan2(np.gradient(y), np.gradient(x))
    n = len(x)
    arrays = (x, y, angle, np.full(n, 3.2 * step), width, np.gradient(np.unwrap(angle)) / step, np.tile(colour, (n, 1)), np.tile(other, (n, 1)))
    brush.lay(surface, tip, brush.Strokes(*(np.asarray(a, np.float32) for a in arrays)), rng, 0.9, 0.0)


def _rocks(surface: Surface, tip: brush.Tip, ink: FloatArray, ground: FloatArray, unit: float, rng: np.random.Generator) -> None:
    for _ in range(210):
        x, y = rng.uniform(-40, 760), 0.0
        y = rng.uniform(930, 1180) + 0.09 * x
        grey = ink + (ground - ink) * rng.uniform(0.0, 0.5)
        _pulled(
            surface,
            tip,
            [(x, y, 14), (x + rng.uniform(30, 90), y + rng.uniform(-30, 10), 40), (x + rng.uniform(90, 190), y + rng.uniform(10, 70), 26)],
            grey,
            grey * 0.7,
            unit,
            rng,
        )


def _pine(surface: Surface, wet: brush.Tip, dry: brush.Tip, ink: FloatArray, ground: FloatArray, unit: float, rng: np.random.Generator) -> None:
    trunk = [(250, 1100, 74), (215, 960, 62), (260, 820, 54), (225, 700, 46), (300, 590, 38), (290, 480, 28), (360, 400, 16)]
    _pulled(surface, dry, trunk, ink * 1.4 + 0.06, ink, unit, rng)
    _pulled(surface, dry, [(x + 15, y, w * 0.6) for x, y, w in trunk], ink, ink * 0.6, unit, rng)
    boughs = (
        ((240, 760), (430, 700), (640, 730)),
        ((250, 680), (120, 610), (10, 640)),
        ((300, 580), (470, 520), (600, 540)),
        ((290, 500), (180, 440), (90, 450)),
        ((340, 420), (430, 350), (540, 350)),
    )
    for bough in boughs:
        _pulled(surface, dry, [(*p, w) for p, w in zip(bough, (24, 17, 8), strict=True)], ink, ink * 0.5, unit, rng)
        for _ in range(34):
            t = rng.uniform(0.25, 1.05)
            cx = np.interp(t, [0, 0.5, 1], [p[0] for p in bough]) + rng.normal(0, 26)
            cy = np.interp(t, [0, 0.5, 1], [p[1] for p in bough]) - abs(rng.normal(0, 26))
            _needles(surface, wet, cx, cy, ink + (ground - ink) * 0.45 * rng.random() ** 2, unit, rng)


def _needles(surface: Surface, tip: brush.Tip, cx: float, cy: float, colour: FloatArray, unit: float, rng: np.random.Generator) -> None:
    n = 17
    turn = np.linspace(-np.pi * 0.97, -0.03 * np.pi, n) + rng.normal(0, 0.08, n)
    length = rng.uniform(26, 46, n)
    marks = (cx + 0.5 * length * np.cos(turn), cy + 0.5 * length * np.sin(turn), turn, length, np.full(n, 4.4), rng.normal(0, 0.004, n))
    brush.lay(surface, tip, brush.drawn(np.stack(marks, 1), np.tile(colour, (n, 1)), unit), rng, 0.9, 0.0)


def _bamboo(surface: Surface, wet: brush.Tip, dry: brush.Tip, ink: FloatArray, ground: FloatArray, unit: float, rng: np.random.Generator) -> None:
    for x0, lean, width, grey in ((1440, -60, 30, 0.55), (1290, 40, 22, 0.68), (1375, -20, 36, 0.25), (1180, 70, 16, 0.75)):
        colour = ink + (ground - ink) * grey
        y = 1190.0
        while y > -60:
            top = y - rng.uniform(120, 190)
            at = x0 + lean * (1190 - y) / 1190
            _pulled(
                surface,
                wet,
                [(at, y - 7, width), (at + lean * 0.05, (y + top) / 2, width * 0.93), (at + lean * 0.1, top + 7, width)],
                colour,
                colour * 0.75,
                unit,
                rng,
            )
            _pulled(surface, wet, [(at - width * 0.55, y, 7), (at, y - 4, 8), (at + width * 0.55, y, 7)], ink, ink, unit, rng)
            y = top
    for _ in range(150):
        x, y = rng.uniform(1010, 1530), rng.uniform(20, 620) ** 1.0
        turn = rng.normal(1.15 if rng.random() < 0.6 else 2.1, 0.35)
        length, grey = rng.uniform(70, 150), rng.random() ** 2 * 0.7
        colour = ink + (ground - ink) * grey
        dx, dy = np.cos(turn) * length, np.sin(turn) * length
        _pulled(
            surface,
            wet,
            [(x, y, 5), (x + 0.35 * dx, y + 0.3 * dy, 19), (x + 0.7 * dx, y + 0.66 * dy, 12), (x + dx, y + dy, 2)],
            colour,
            colour * 0.8,
            unit,
            rng,
        )
