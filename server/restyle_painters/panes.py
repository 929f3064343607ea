"""Owns pictures made of pieces: label maps cut along forms and grids of points, their borders, and one value or colour per piece."""

from __future__ import annotations

import numpy as np

from . import fields
from .arrays import FloatArray, IntArray


def crossed(*maps: IntArray) -> IntArray:
    """Labels 0..n−1 of the pieces that all the maps' borders cut together."""
    mixed = np.zeros(maps[0].shape, np.int64)
    for labels in maps:
        mixed = mixed * (int(labels.max()) + 1) + labels
    return np.unique(mixed, return_inverse=True)[1].reshape(maps[0].shape).astype(np.intp)


def merged_slivers(labels: IntArray, smallest: float) -> IntArray:
    """Pieces of fewer than `smallest` pixels given to a neighbour."""
    for _ in range(3):
        count = np.bincount(labels.ravel())
        small = count[labels] < smallest
        if not small.any():
            break
        nearest = fields.nearest_of(~small)
        labels = labels[nearest]
    return np.unique(labels, return_inverse=True)[1].reshape(labels.shape).astype(np.intp)


def means(labels: IntArray, field: FloatArray) -> FloatArray:
    """The field's mean in every piece: (h, w) → (n,), (h, w, c) → (n, c)."""
    flat = labels.ravel()
    count = np.maximum(np.bincount(flat), 1)
    if field.ndim == 2:
        return np.asarray(np.bincount(flat, field.ravel()) / count, np.float32)
    return np.stack([np.bincount(flat, field[..., c].ravel()) / count for c in range(field.shape[2])], 1).astype(np.float32)


def majority(labels: IntArray, values: IntArray) -> IntArray:
    """The commonest of `values` (h, w), ≥ 0, in every piece: (n,)."""
    pairs, count = np.unique(labels.astype(np.int64) * (int(values.max()) + 1) + values, return_counts=True)
    piece, value = np.divmod(pairs, int(values.max()) + 1)
    order = np.argsort(count, kind="stable")
    out = np.zeros(int(labels.max()) + 1, np.intp)
    out[piece[order]] = value[order]
    return out


def border_distance(labels: IntArray) -> FloatArray:
    """px to the nearest border between pieces."""
    return fields.distance(fields.edges(labels))


def tilted(labels: IntArray, rng: np.random.Generator) -> FloatArray:
    """In every piece a plane of its own: slope about 1 per px, 0 in the piece's middle."""
    x, y = fields.grid((labels.shape[0], labels.shape[1]))
    turn = rng.uniform(0, 2 * np.pi, int(labels.max()) + 1).astype(np.float32)
    cx, cy = means(labels, x)[labels], means(labels, y)[labels]
    return np.asarray((x - cx) * np.cos(turn)[labels] + (y - cy) * np.sin(turn)[labels], np.float32)


def courses(forms: IntArray, size: float, rng: np.random.Generator) -> IntArray:
    """Labels of stones about `size` px wide, laid in rows along the outlines of the forms (h, w), as a mosaicist lays them."""
    outline = border_distance(forms)
    rows = np.floor(outline / size).astype(np.intp)
    middle = np.abs(outline / size - rows - 0.5) < 0.75 / size
    tall, wide = np.nonzero(middle)
    order = rng.permutation(len(tall))
    points = _spaced(np.stack([wide[order], tall[order]], 1), size * 1.02, (forms.shape[0], forms.shape[1]))
    return merged_slivers(crossed(forms, np.minimum(rows, 200), fields.cells((forms.shape[0], forms.shape[1]), points.astype(np.float32))), 0.22 * size**2)


def _spaced(candidates: IntArray, apart: float, shape: tuple[int, int]) -> IntArray:
    """The candidates (n, 2: x, y), in their order, without those nearer than `apart` px to one taken before."""
    taken: dict[tuple[int, int], list[tuple[int, int]]] = {}
    kept = []
    limit = apart**2
    for x, y in candidates.tolist():
        column, row = int(x / apart), int(y / apart)
        near = (point for i in (-1, 0, 1) for j in (-1, 0, 1) for point in taken.get((column + i, row + j), ()))
        if all((x - px) ** 2 + (y - py) ** 2 >= limit for px, py in near):
            kept.append((x, y))
            taken.setdefault((column, row), []).append((x, y))
    return np.array(kept or [(shape[1] // 2, shape[0] // 2)], np.intp)
