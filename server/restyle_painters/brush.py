"""Owns the brush: tips with bristles, and strokes laid one by one, each a bent strip of paint with tints and relief of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from . import fields
from .arrays import BoolArray, FloatArray, IntArray
from .surface import Surface

FINENESS = 4  # levels of detail of a tip, each half the cells of the one before
ACROSS, ALONG = 40, 160  # cells of a tip's texture: a few per bristle, and enough for its ragged ends


@dataclass(frozen=True, slots=True)
class Tip:
    """Prints of one brush, float32 (variants, ACROSS, ALONG): coverage 0..1, tint 0..1 (which of the stroke's two colours), relief about 0..1."""

    cover: FloatArray
    tint: FloatArray
    relief: FloatArray

    def coarser(self) -> Tip:
        """The same prints at half the cells."""
        halves = (a.reshape(a.shape[0], a.shape[1] // 2, 2, a.shape[2] // 2, 2).mean((2, 4)) for a in (self.cover, self.tint, self.relief))
        return Tip(*halves)


def bristled(rng: np.random.Generator, variants: int = 16, hairs: float = 14, dryness: float = 0.35, ridge: float = 0.6) -> Tip:
    """A flat brush. hairs: bristle bundles across; dryness: 0 covers fully, 1 leaves gaps; ridge: paint pushed to the edges."""
    v = np.linspace(-1, 1, ACROSS, dtype=np.float32)[:, None]
    u = np.linspace(-1, 1, ALONG, dtype=np.float32)[None]
    prints = [_print(rng, u, v, hairs, dryness, ridge) for _ in range(variants)]
    cover, tint, relief = (np.stack([print_[i] for print_ in prints]) for i in range(3))
    return Tip(cover, tint, relief)


def _print(rng: np.random.Generator, u: FloatArray, v: FloatArray, hairs: float, dryness: float, ridge: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    shape = (ACROSS, ALONG)
    streak = fields.noise(shape, (ACROSS / hairs, ALONG / 1.5), rng)
    fine = fields.noise(shape, (ACROSS / hairs / 2, ALONG / 3), rng)
    start = 0.10 * fields.noise((ACROSS, 1), (4, 1), rng)
    end = 0.18 * fields.noise((ACROSS, 1), (3, 1), rng)
    body = fields.smoothstep(-1.0, -0.9, u + 0.02 - np.abs(start) - 0.15 * v**2)
    tail = 1 - fields.smoothstep(0.62, 0.98, u + np.abs(end) + 0.12 * v**2 + 0.1 * streak * dryness)
    side = 1 - fields.smoothstep(0.82, 1.0, np.abs(v + 0.06 * fields.noise((1, ALONG), (1, 40), rng)))
    worn = fields.smoothstep(-2.2 + 1.6 * dryness, -1.2 + 1.6 * dryness, streak + 0.5 * fine - dryness * 1.3 * np.clip(u + 0.2, 0, None))
    cover = body * tail * side * worn
    edge = np.exp(-(((np.abs(v) - 0.85) / 0.1) ** 2)) + 0.8 * np.exp(-(((u + 0.9) / 0.05) ** 2))
    relief = 0.5 + 0.28 * streak + 0.14 * fine + ridge * edge * 0.5
    tint = np.clip(0.5 + 0.32 * streak + 0.15 * fine, 0, 1)
    return cover, tint, (relief * cover).astype(np.float32)


def round_tip(rng: np.random.Generator, variants: int = 16, rough: float = 0.12) -> Tip:
    """A single touch of a loaded round brush or a daub: an uneven oval, thickest near its rim."""
    v = np.linspace(-1, 1, ACROSS, dtype=np.float32)[:, None]
    u = np.linspace(-1, 1, ALONG, dtype=np.float32)[None]
    prints = []
    for _ in range(variants):
        wobble = rough * fields.noise((ACROSS, ALONG), (ACROSS / 3, ALONG / 3), rng)
        r = np.hypot(u, v) + wobble
        cover = 1 - fields.smoothstep(0.78, 0.95, r)
        grain = fields.noise((ACROSS, ALONG), (ACROSS / 8, ALONG / 5), rng)
        relief = (0.55 + 0.5 * np.exp(-(((r - 0.7) / 0.16) ** 2)) + 0.12 * grain) * cover
        prints.append((cover, np.clip(0.5 + 0.3 * grain, 0, 1), relief))
    cover, tint, relief = (np.stack([print_[i] for print_ in prints]).astype(np.float32) for i in range(3))
    return Tip(cover, tint, relief)


@dataclass(frozen=True, slots=True)
class Strokes:
    """What to lay, in this order; arrays of n: x, y (px, middle), angle (radians), length and width (px), bend (radians per px); two colours (n, 3)."""

    x: FloatArray
    y: FloatArray
    angle: FloatArray
    length: FloatArray
    width: FloatArray
    bend: FloatArray
    first: FloatArray
    second: FloatArray

    def where(self, keep: BoolArray) -> Strokes:
        """Only the strokes that are True in `keep` (n)."""
        return Strokes(*(getattr(self, name)[keep] for name in self.__slots__))


def drawn(marks: ArrayLike, first: FloatArray, unit: float, darker: float = 0.8) -> Strokes:
    """Strokes from rows of x, y, angle, length, width, bend in px of a 1536 px picture (n, 6) and colours (n, 3). unit: px of this picture per px of that;
    darker: factor that makes the second colour."""
    x, y, angle, length, width, bend = np.asarray(marks, np.float32).T
    return Strokes(x * unit, y * unit, angle, length * unit, np.maximum(width * unit, 1.5), bend / unit, first, np.asarray(first * darker, np.float32))


def along(
    angle: FloatArray,
    guide: FloatArray,
    spacing: float,
    length: float,
    width: float,
    rng: np.random.Generator,
    spread: float = 0.06,
    stray: float = 0.12,
) -> Strokes:
    """Strokes that follow an angle field (h, w), coloured from a guide (h, w, 3) at their middle. spread: deviation of colour; stray: of direction,
    radians."""
    shape = (guide.shape[0], guide.shape[1])
    x, y = fields.scattered(shape, spacing, rng, margin=length / 3).T
    count = len(x)
    turn = fields.sampled(angle, x, y)
    lengths = (length * rng.uniform(0.65, 1.25, count)).astype(np.float32)
    reach = lengths * 0.3
    ahead = fields.sampled(angle, x + reach * np.cos(turn), y + reach * np.sin(turn))
    behind = fields.sampled(angle, x - reach * np.cos(turn), y - reach * np.sin(turn))
    difference = np.angle(np.exp(1j * (ahead - behind)))
    bend = np.clip(difference / (2 * reach), -1.4 / lengths, 1.4 / lengths)
    base = fields.sampled(guide, x, y)
    value = spread * rng.standard_normal((count, 1))
    tone = spread * (0.12 + 0.6 * base.mean(1, keepdims=True))  # dark paint varies less
    first = base * (1 + value) + tone * rng.standard_normal((count, 3))
    second = base * (1 + value + 1.6 * spread * rng.standard_normal((count, 1))) + tone * rng.standard_normal((count, 3))
    turn = turn + stray * rng.standard_normal(count)
    widths = width * rng.uniform(0.7, 1.25, count)
    arrays = (x, y, turn, lengths, widths, bend, np.clip(first, 0, 1), np.clip(second, 0, 1))
    return Strokes(*(np.asarray(array, np.float32) for array in arrays))


def lay(
    surface: Surface,
    tip: Tip,
    strokes: Strokes,
    rng: np.random.Generator,
    opacity: float = 1.0,
    thickness: float = 2.0,
    level: float = 0.6,
    within: IntArray | None = None,
) -> None:
    """Paints the strokes in their order. thickness: px of relief; level: 0..1 of the relief below that a stroke presses flat; within: labels (h, w), where a
    stroke stays inside the piece that it began in."""
    variants = rng.integers(0, len(tip.cover), len(strokes.x))
    levels = [tip]
    while len(levels) < FINENESS:
        levels.append(levels[-1].coarser())
    for i, variant in enumerate(variants):
        cells = max(ACROSS / float(strokes.width[i]), ALONG / float(strokes.length[i]))  # per px: above 1.5 they would alias
        fineness = min(FINENESS - 1, max(0, int(np.log2(max(cells, 1e-3) / 1.5) + 1)))
        _lay_one(surface, levels[fineness], int(variant), strokes, i, opacity, thickness, level, within)


def _lay_one(
    surface: Surface, tip: Tip, variant: int, strokes: Strokes, i: int, opacity: float, thickness: float, level: float, within: IntArray | None
) -> None:
    x, y, angle, length, width, bend = (float(a[i]) for a in (strokes.x, strokes.y, strokes.angle, strokes.length, strokes.width, strokes.bend))
    half_length, half_width = length / 2, width / 2
    c, s = np.cos(angle), np.sin(angle)
    sag = abs(bend) * half_length**2 / 2
    reach_x = abs(c) * half_length + abs(s) * (half_width + sag) + 1
    reach_y = abs(s) * half_length + abs(c) * (half_width + sag) + 1
    height, breadth = surface.relief.shape
    x0, x1 = max(0, int(x - reach_x)), min(breadth, int(x + reach_x) + 2)
    y0, y1 = max(0, int(y - reach_y)), min(height, int(y + reach_y) + 2)
    if x0 >= x1 or y0 >= y1:
        return
    dx = np.arange(x0, x1, dtype=np.float32) - np.float32(x)
    dy = np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(y)
    u = dx * np.float32(c) + dy * np.float32(s)
    v = dy * np.float32(c) - dx * np.float32(s) - np.float32(bend / 2) * u * u
    across, along = tip.cover.shape[1:]
    column = ((u / half_length + 1) * (along / 2)).astype(np.int32)
    row = ((v / half_width + 1) * (across / 2)).astype(np.int32)
    inside = (np.abs(u) < half_length) & (np.abs(v) < half_width)
    if within is not None:
        inside &= within[y0:y1, x0:x1] == within[min(max(round(y), 0), height - 1), min(max(round(x), 0), breadth - 1)]
    rows, columns = np.nonzero(inside)
    if not len(rows):
        return
    at = (np.minimum(row[rows, columns], across - 1), np.minimum(column[rows, columns], along - 1))
    cover = tip.cover[variant][at] * np.float32(opacity)
    tint = tip.tint[variant][at][:, None]
    rows += y0
    columns += x0
    flat = rows * breadth + columns
    rgb = surface.rgb.reshape(-1, 3)
    relief = surface.relief.reshape(-1)
    paint = strokes.first[i] + tint * (strokes.second[i] - strokes.first[i])
    below = rgb[flat]
    rgb[flat] = below + cover[:, None] * (paint - below)
    relief[flat] = relief[flat] * (1 - np.float32(level) * cover) + np.float32(thickness) * tip.relief[variant][at]
