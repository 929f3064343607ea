"""Owns `charcoal`: bare trees by a winter river, drawn with the stick's edge and point, smudged, on toothed paper."""

from __future__ import annotations

import numpy as np

from . import brush, fields, paper
from .arrays import FloatArray
from .palette import Palette
from .surface import Surface, over, shaded

# paper, charcoal, white chalk
PALETTE = Palette(("#e6ded0", "#191817", "#fbf8f1"))
ASPECT = 0.75


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    ground, black, chalk = palette.roles(3)
    tooth = paper.tooth(shape, unit * 0.62, rng)
    dust = Surface.primed(shape, 0.0)  # red: charcoal, green: chalk, both as pressure on the tooth
    smudge = _masses(dust, unit, rng)
    _trees(dust, unit, rng)
    pressure = dust.rgb[..., 0]
    caught = fields.smoothstep(0.0, 1.0, pressure * 3.0 - 1.05 + 0.55 * tooth) * np.clip(0.25 + pressure * 1.6, 0, 1)
    bright = fields.smoothstep(0.0, 1.0, dust.rgb[..., 1] * 2.2 - 1.2 + 0.62 * tooth)
    sheet = shaded(np.broadcast_to(ground, (*shape, 3)), 1 + 0.028 * tooth + 0.03 * fields.fractal(shape, 420 * unit, rng, 4))
    sheet = over(sheet, black, np.clip(smudge * (0.92 - 0.10 * tooth), 0, 0.9))
    sheet = over(sheet, chalk, 0.85 * bright)
    return np.clip(over(sheet, black, 0.95 * caught), 0, 1)


def _masses(dust: Surface, unit: float, rng: np.random.Generator) -> FloatArray:
    """Lays the sky, hills, banks and water with the stick's side; returns what is rubbed in with the thumb."""
    shape = dust.shape
    x, y = fields.grid(shape)
    x, y = x / unit, y / unit
    rough = fields.fractal(shape, 260 * unit, rng, 4)
    tone = np.clip(0.22 + 0.12 * rough - 0.35 * np.exp(-(((x - 980) / 420) ** 2) - ((y - 430) / 240) ** 2), 0.0, 1) * (y < 620)
    angle = np.full(shape, -0.5, np.float32) + 0.3 * rough
    for level, height, pace, phase, dark in ((500, 70, 260, 0.4, 0.26), (585, 42, 190, 2.0, 0.36), (652, 22, 300, 4.0, 0.52)):
        ridge = level + height * np.sin(x / pace + phase) + 12 * rough
        below = y > ridge
        tone = np.where(below, dark + 0.10 * rough + 0.25 * np.exp(-np.clip(y - ridge, 0, None) / 22), tone)
        angle = np.where(below, -0.9 + phase * 0.3, angle)
    river = (y > 690) & (np.abs(x - 900 - 0.55 * (y - 690) + 60 * np.sin(y / 70)) < 90 + 0.85 * (y - 690))
    tone = np.where(y > 690, 0.30 + 0.12 * np.sin(x / 75 + y / 21) + 0.12 * rough + 0.0006 * (y - 690), tone)
    angle = np.where(y > 690, 0.10, angle)
    tone = np.where(river, 0.12 + 0.16 * np.sin(y / 7 + 2.5 * np.sin(x / 90)) + 0.2 * np.exp(-(((x - 700) / 130) ** 2)), tone)
    angle = np.where(river, 0.02, angle)
    side = brush.bristled(rng, variants=20, hairs=18, dryness=0.55)
    guide = np.stack([np.clip(tone, 0, 0.95), np.zeros(shape), np.zeros(shape)], -1).astype(np.float32)
    for spacing, length, width, spread in ((27, 150, 34, 0.22), (19, 110, 13, 0.35), (13, 80, 6, 0.45)):
        strokes = brush.along(angle.astype(np.float32), guide, spacing * unit, length * unit, width * unit, rng, spread, stray=0.10)
        strokes = strokes.where(strokes.first[:, 0] > 0.16)
        brush.lay(dust, side, strokes, rng, 0.72, 0.0)
    light = np.stack([np.zeros(shape), np.clip(1.0 - 2.6 * tone, 0, 1), np.zeros(shape)], -1).astype(np.float32)
    marks = brush.along(angle.astype(np.float32), light, 34 * unit, 100 * unit, 16 * unit, rng, 0.1)
    brush.lay(dust, side, marks.where(marks.first[:, 1] > 0.55), rng, 0.7, 0.0)
    return np.asarray(np.clip(0.75 * fields.blurred(np.clip(tone, 0, 1).astype(np.float32), 16 * unit) + 0.05 * rough - 0.05, 0, 1), np.float32)


def _trees(dust: Surface, unit: float, rng: np.random.Generator) -> None:
    point = brush.bristled(rng, variants=16, hairs=7, dryness=0.3)
    marks: list[tuple[float, ...]] = []
    for x, foot, height, width in (
        (250, 1010, 300, 62),
        (470, 850, 215, 36),
        (1290, 930, 265, 50),
        (1440, 800, 170, 26),
        (95, 830, 190, 30),
        (690, 720, 95, 12),
        (1120, 725, 85, 11),
    ):
        _branch(marks, x, foot, -np.pi / 2 + rng.normal(0, 0.06), height, width, 0, rng)
        marks += [
            (x + rng.normal(0, 0.9) * width, foot + rng.normal(0, 0.15) * width, rng.normal(0.05, 0.25), width * rng.uniform(0.8, 2.4), width * 0.22 + 2, 0.0)
            for _ in range(int(width))
        ]
    dark = np.zeros((len(marks), 3), np.float32)
    dark[:, 0] = rng.uniform(0.75, 1.0, len(marks))
    strokes = brush.drawn(marks, dark, unit, 0.7)
    brush.lay(dust, point, strokes, rng, 0.95, 0.0)


def _branch(marks: list[tuple[float, ...]], x: float, y: float, turn: float, length: float, width: float, depth: int, rng: np.random.Generator) -> None:
    """A limb as two or three strokes, then its twigs."""
    for _ in range(3 if depth == 0 else 2):
        bend = rng.normal(0, 0.0011)
        part = length / (3 if depth == 0 else 2)
        marks.append((x + np.cos(turn) * part / 2, y + np.sin(turn) * part / 2, turn, part * 1.35, width, bend))
        marks.append((x + np.cos(turn) * part / 2, y + np.sin(turn) * part / 2, turn, part * 1.35, width * 0.8, bend))
        if width > 9:
            marks.append((x + np.cos(turn) * part / 2 + 0.33 * width, y + np.sin(turn) * part / 2, turn, part * 1.3, width * 0.45, bend))
        x, y = x + np.cos(turn) * part, y + np.sin(turn) * part
        turn += rng.normal(0, 0.13)
        width *= 0.80
        if depth and depth < 6:
            _branch(marks, x, y, turn + rng.choice([-1, 1]) * rng.uniform(0.4, 0.9), length * 0.55, width * 0.55, depth + 2, rng)
    if depth < 7 and width > 0.9:
        for sign in (-1, 1):
            _branch(marks, x, y, turn + sign * rng.uniform(0.2, 0.6), length * rng.uniform(0.62, 0.82), width * 0.8, depth + 1, rng)
