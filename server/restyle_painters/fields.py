"""Owns the fields that pictures are composed from: noise, warps, vortices, distances, cells. All are float32 (h, w), lengths in pixels."""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.spatial import cKDTree

from .arrays import BoolArray, FloatArray, IntArray

Shape = tuple[int, int]


def grid(shape: Shape) -> tuple[FloatArray, FloatArray]:
    """x and y of every pixel."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return x.astype(np.float32), y.astype(np.float32)


def noise(shape: Shape, period: float | tuple[float, float], rng: np.random.Generator) -> FloatArray:
    """Smooth noise of one scale, mean about 0, deviation about 1. period: px between independent values, one number or (down, across)."""
    down, across = period if isinstance(period, tuple) else (period, period)
    rows, columns = int(shape[0] / down) + 5, int(shape[1] / across) + 5
    coarse = Image.fromarray(rng.standard_normal((rows, columns)).astype(np.float32))
    x0, y0 = 2 + rng.random(2) * 0.5
    box = (x0, y0, x0 + shape[1] / across, y0 + shape[0] / down)
    return 1.4 * np.asarray(coarse.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box), np.float32)


def fractal(shape: Shape, period: float, rng: np.random.Generator, octaves: int = 5, gain: float = 0.5) -> FloatArray:
    """Noise summed over octaves from `period` px downwards, deviation about 1."""
    total = np.zeros(shape, np.float32)
    power = 0.0
    for octave in range(octaves):
        step = period / 2**octave
        if step < 1:
            break
        total += gain**octave * noise(shape, step, rng)
        power += gain ** (2 * octave)
    return np.asarray(total / np.sqrt(max(power, 1e-6)), np.float32)


def blurred(field: FloatArray, sigma: float) -> FloatArray:
    """Gaussian blur over the first two axes. sigma in px."""
    if sigma <= 0:
        return field
    return np.asarray(ndimage.gaussian_filter(field, (sigma, sigma) + (0,) * (field.ndim - 2), mode="nearest"), np.float32)


def smoothstep(low: float, high: float, field: FloatArray) -> FloatArray:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((field - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def sampled(field: FloatArray, x: FloatArray, y: FloatArray, smooth: bool = False) -> FloatArray:
    """Values of the field (h, w) or (h, w, c) at positions in px; nearest, or bilinear when `smooth`; the border is repeated."""
    if smooth:
        layers = field if field.ndim == 3 else field[..., None]
        out = np.stack([ndimage.map_coordinates(layers[..., c], [y, x], order=1, mode="nearest") for c in range(layers.shape[2])], -1)
        return np.asarray(out if field.ndim == 3 else out[..., 0], np.float32)
    row = np.clip(np.rint(y), 0, field.shape[0] - 1).astype(np.intp)
    column = np.clip(np.rint(x), 0, field.shape[1] - 1).astype(np.intp)
    found: FloatArray = field[row, column].astype(np.float32)
    return found


def swirling(shape: Shape, base: FloatArray, vortices: list[tuple[float, float, float, float]]) -> FloatArray:
    """An angle field: `base` (radians) bent around vortices (x, y, radius px, spin); spin's sign turns, its size is how firmly."""
    x, y = grid(shape)
    across, down = np.cos(base), np.sin(base)
    for cx, cy, radius, spin in vortices:
        dx, dy = x - cx, y - cy
        r = np.hypot(dx, dy) + 1e-3
        hold = abs(spin) * np.exp(-((r / radius) ** 2)) * np.sign(spin)
        across, down = across - hold * dy / r, down + hold * dx / r
    return np.asarray(np.arctan2(down, across), np.float32)


def slope_angle(field: FloatArray) -> FloatArray:
    """Direction along the field's level lines, radians."""
    down, across = np.gradient(field)
    return np.asarray(np.arctan2(across, -down), np.float32)


def scattered(shape: Shape, spacing: float, rng: np.random.Generator, jitter: float = 0.9, margin: float = 0.0) -> FloatArray:
    """Points of a jittered hexagonal grid, float32 (n, 2) as x, y, in random order; `margin` px beyond the border too."""
    step = spacing * 0.866
    rows = np.arange(-margin, shape[0] + margin + step, step)
    columns = np.arange(-margin, shape[1] + margin + spacing, spacing)
    x, y = np.meshgrid(columns, rows)
    x[1::2] += spacing / 2
    points = np.stack([x.ravel(), y.ravel()], 1) + (rng.random((x.size, 2)) - 0.5) * spacing * jitter
    return rng.permutation(points).astype(np.float32)


def relaxed(points: FloatArray, shape: Shape, rounds: int = 2) -> FloatArray:
    """The points moved towards the middles of their Voronoi cells, for cells of even size."""
    x, y = grid((max(2, shape[0] // 4), max(2, shape[1] // 4)))
    pixels = np.stack([x.ravel(), y.ravel()], 1) * 4
    for _ in range(rounds):
        owner = cKDTree(points).query(pixels)[1]
        count = np.bincount(owner, minlength=len(points)).astype(np.float32)
        sums = np.stack([np.bincount(owner, pixels[:, axis], len(points)) for axis in (0, 1)], 1)
        points = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], points).astype(np.float32)
    return points


def cells(shape: Shape, points: FloatArray, x: FloatArray | None = None, y: FloatArray | None = None) -> IntArray:
    """The index of the nearest point for every pixel; x, y: warped positions to look from."""
    if x is None or y is None:
        x, y = grid(shape)
    owner = cKDTree(points).query(np.stack([x.ravel(), y.ravel()], 1))[1]
    return np.asarray(owner, np.intp).reshape(shape)


def edges(labels: IntArray) -> BoolArray:
    """Pixels whose right or lower neighbour has another label."""
    out = np.zeros(labels.shape, bool)
    out[:, :-1] |= labels[:, 1:] != labels[:, :-1]
    out[:-1] |= labels[1:] != labels[:-1]
    return out


def distance(mask: BoolArray) -> FloatArray:
    """px to the nearest True pixel."""
    if not mask.any():
        return np.full(mask.shape, float(sum(mask.shape)), np.float32)
    return np.asarray(ndimage.distance_transform_edt(~mask), np.float32)


def nearest_of(mask: BoolArray) -> tuple[IntArray, IntArray]:
    """Row and column of the nearest True pixel, for every pixel: an index into any field of this shape."""
    found = ndimage.distance_transform_edt(~mask, return_distances=False, return_indices=True)
    return np.asarray(found[0], np.intp), np.asarray(found[1], np.intp)
