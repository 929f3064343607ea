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
