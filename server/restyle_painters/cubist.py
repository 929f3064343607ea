"""Owns `cubist`: a guitar, a bottle and a glass on a table, broken into facets that each see them from a side of their own."""

from __future__ import annotations

import numpy as np

from . import brush, fields, panes
from .arrays import FloatArray, IntArray
from .palette import Palette, blend
from .surface import Surface, lit, over, shaded

# dark, umber, ochre, sand, cream, grey, blue grey, olive, rust
PALETTE = Palette(("#1b1716", "#6a4526", "#c8862f", "#e6c27e", "#f8edcd", "#a3aab0", "#3f6690", "#7a8140", "#bf4a26"))
ASPECT = 1.0


def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> FloatArray:
    """float32 (h, w, 3) in 0..1."""
    unit = shape[1] / 1536
    roles = palette.roles(9)
    facets = _facets(shape, unit, rng)
    guide, angle = _seen(facets, shape, roles, unit, rng)
    surface = Surface.primed(shape, roles[1] * 0.8)
    flat = brush.bristled(rng, variants=20, hairs=9, dryness=0.3)
    for spacing, length, width, spread in ((26, 84, 34, 0.04), (17, 52, 18, 0.07), (13, 34, 9, 0.11)):
        brush.lay(
            surface, flat, brush.along(angle, guide, spacing * unit, length * unit, width * unit, rng, spread, stray=0.05), rng, 0.95, 2.6 * unit, within=facets
        )
    edge = panes.border_distance(facets)
    slow = fields.noise(shape, 120 * unit, rng)
    line = np.clip((2.0 + 1.1 * slow) - edge / unit + 0.5, 0, 1) * (0.6 + 0.4 * fields.smoothstep(-0.6, 0.6, slow))
    surface.rgb = over(surface.rgb, roles[0], line * np.clip(0.95 + 0.2 * fields.noise(shape, 3 * unit, rng), 0, 1))
    return lit(surface, 0.95 / unit**0.5, 0.2)


def _facets(shape: tuple[int, int], unit: float, rng: np.random.Generator) -> IntArray:
    """The plane cut by straight lines, each through the biggest piece that is left, most along a few directions."""
    x, y = fields.grid(shape)
    x, y = x / unit, y / unit
    labels = np.zeros(shape, np.intp)
    directions = np.array([0.35, 1.15, 1.9, 2.65, -0.1])
    for count in range(1, 60):
        size = np.bincount(labels.ravel(), minlength=count).astype(np.float64)
        big = int(np.argmax(size * rng.uniform(0.35, 1.0, len(size))))
        inside = labels == big
        rows, columns = np.nonzero(inside)
        at = rng.integers(len(rows), size=9)
        cx, cy = columns[at].mean() / unit, rows[at].mean() / unit
        turn = rng.choice(directions) + rng.normal(0, 0.12)
        labels[inside & ((x - cx) * np.sin(turn) - (y - cy) * np.cos(turn) > 0)] = count
    return panes.merged_slivers(labels, 1500 * unit**2)


def _seen(facets: IntArray, shape: tuple[int, int], roles: FloatArray, unit: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """What the facets show, and along which direction each is brushed."""
    count = int(facets.max()) + 1
    x, y = fields.grid(shape)
    x, y = x / unit, y / unit
    mx, my = panes.means(facets, x)[facets], panes.means(facets, y)[facets]
    turn = (0.15 * rng.standard_normal(count)).astype(np.float32)[facets]
    zoom = (1 + 0.12 * rng.standard_normal(count)).astype(np.float32)[facets]
    dx, dy = (x - mx) * zoom, (y - my) * zoom
    sx = mx + dx * np.cos(turn) - dy * np.sin(turn) + (15 * rng.standard_normal(count)).astype(np.float32)[facets]
    sy = my + dx * np.sin(turn) + dy * np.cos(turn) + (15 * rng.standard_normal(count)).astype(np.float32)[facets]
    rgb = _still_life(sx, sy, roles)
    own = roles[rng.choice([2, 3, 4, 5, 6, 7, 3, 8], count)]
    rgb = over(rgb, own[facets], np.asarray(rng.choice([0.0, 0.15, 0.55], count, p=[0.5, 0.32, 0.18]), np.float32)[facets])
    light = panes.tilted(facets, rng) / unit
    spread = np.sqrt(np.bincount(facets.ravel()) / unit**2)[facets]
    shade = 1 + np.clip(light / spread, -0.75, 0.75) * 0.85 + 0.22
    edge = panes.border_distance(facets) / unit
    shade = shade + 0.20 * np.exp(-edge / 14) * np.sign(light)
    brushed = rng.uniform(-np.pi / 2, np.pi / 2, count).astype(np.float32)[facets]
    return np.clip(shaded(rgb, np.clip(shade, 0.25, 1.8)), 0, 1), brushed


def _still_life(x: FloatArray, y: FloatArray, roles: FloatArray) -> FloatArray:
    rgb = blend(roles[[6, 5, 7, 1]], (x + 0.6 * y) / 2300)
    table = np.hypot((x - 780) / 700, (y - 1130) / 420) < 1
    rgb = over(rgb, blend(roles[[1, 2, 2]], 0.5 + 0.4 * np.sin(y / 16 + np.sin(x / 90))), table.astype(np.float32))
    sheet = (np.abs(x - 1110 + 0.3 * (y - 880)) < 190) & (np.abs(y - 880) < 250)
    staves = (np.abs((y + 0.1 * x) / 15 % 7 - 3) < 2.5) & (np.abs((y + 0.1 * x) / 15 % 1 - 0.5) < 0.12)
    rgb = over(rgb, roles[4], sheet.astype(np.float32))
    rgb = over(rgb, roles[0], (sheet & staves).astype(np.float32))
    c, s = np.cos(-0.85), np.sin(-0.85)
    u, v = (x - 700) * c + (y - 900) * s, -(x - 700) * s + (y - 900) * c
    waist = 165 + 48 * np.cos(u / 92) + 0.10 * -u
    body = (np.abs(v) < waist * np.sqrt(np.clip(1 - (np.abs(u + 20) / 330) ** 3, 0, 1))) & (np.abs(u + 20) < 330)
    rgb = over(rgb, blend(roles[[8, 2, 3]], 0.5 + v / 380 + 0.06 * np.sin(v / 5)), body.astype(np.float32))
    rgb = over(rgb, roles[0], (np.hypot(u - 70, v) < 70).astype(np.float32))
    rgb = over(rgb, roles[4], (np.abs(np.hypot(u - 70, v) - 82) < 6).astype(np.float32))
    neck = (u > 200) & (u < 800) & (np.abs(v) < 34)
    rgb = over(rgb, roles[1] * 0.8, neck.astype(np.float32))
    strings = (np.abs(v / 9 % 1 - 0.5) < 0.10) & (np.abs(v) < 27) & (u > -190) & (u < 800)
    rgb = over(rgb, roles[4], strings * 0.9)
    rgb = over(rgb, roles[3], (neck & (np.abs(u / 46 % 1 - 0.5) < 0.05)) * 0.9)
    wide = np.where(y < 330, 44, np.where(y < 470, 44 + 0.75 * (y - 330), 149))
    bottle = (np.abs(x - 420) < wide) & (y > 120) & (y < 860)
    rgb = over(rgb, blend(roles[[7, 7, 0]], 0.5 + (x - 420) / 330), bottle.astype(np.float32))
    rgb = over(rgb, roles[4] * 0.95, ((np.abs(x - 420) < 120) & (np.abs(y - 650) < 90)).astype(np.float32))
    rgb = over(rgb, roles[8], ((np.abs(x - 420) < 90) & (np.abs(y / 24 % 1 - 0.5) < 0.16) & (np.abs(y - 650) < 66)).astype(np.float32))
    bowl = (np.abs(x - 1080) < 120 - 0.00125 * np.clip(y - 330, 0, None) ** 2) & (y > 300) & (y < 600)
    rgb = over(rgb, roles[6] * 0.5 + roles[4] * 0.5, 0.85 * bowl)
    return over(rgb, roles[8] * 0.8, 0.8 * (bowl & (y > 420)))
