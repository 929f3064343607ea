"""Owns resampling kernels as matrices: banded, cut into small dense blocks, so that BLAS applies them to all channels at once.

Geometry and normalisation are Pillow's: sample centres at (i + ½)·scale, the kernel widens when it shrinks, weights are cut off at the borders and sum to 1.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, each

Kernel = Literal["lanczos", "bicubic", "bilinear", "area"]

TAPS = 32  # source samples of a block: fewer leave BLAS idle, more multiply by zeros
SHORTEST = 8  # rows of a block, for the same reason

Weights = NDArray[np.float64]


def _lanczos(x: Weights) -> Weights:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


def _bicubic(x: Weights) -> Weights:
    """Keys 1981 with a = −½."""
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1
    far = -0.5 * (((x - 5) * x + 8) * x - 4)
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def _bilinear(x: Weights) -> Weights:
    return np.asarray(np.maximum(1 - np.abs(x), 0.0))


def _hamming(x: Weights) -> Weights:
    """Positive everywhere, nearly as sharp as bicubic when it shrinks."""
    return np.where(np.abs(x) < 1, np.sinc(x) * (0.54 + 0.46 * np.cos(np.pi * x)), 0.0)


_KERNELS: dict[Kernel, tuple[Callable[[Weights], Weights], float]] = {  # with the radius beyond which they are 0
    "lanczos": (_lanczos, 3.0),
    "bicubic": (_bicubic, 2.0),
    "bilinear": (_bilinear, 1.0),
    "area": (_hamming, 1.0),
}


@dataclass(frozen=True, slots=True)
class Block:
    """Some targets in terms of the sources they need: target = weights · source. weights: (targets, sources) float32."""

    target: slice
    source: slice
    weights: Floats

    def within(self, targets: slice) -> Block | None:
        """The part of it that makes some of the targets, from no more sources than they need; None: it makes none of them."""
        start, stop = max(targets.start, self.target.start), min(targets.stop, self.target.stop)
        if start >= stop:
            return None
        weights = self.weights[start - self.target.start : stop - self.target.start]
        taps = np.flatnonzero(weights.any(axis=0))
        first, last = int(taps[0]), int(taps[-1]) + 1
        return Block(slice(start, stop), slice(self.source.start + first, self.source.start + last), weights[:, first:last])


@functools.lru_cache(64)
def blocks(source: int, target: int, kernel: Kernel) -> tuple[Block, ...]:
    """The matrix that resamples `source` samples to `target`, in blocks from the top."""
    weigh, radius = _KERNELS[kernel]
    scale = source / target
    stretch = max(scale, 1.0)
    centers = (np.arange(target) + 0.5) * scale
    first = np.maximum(np.floor(centers - radius * stretch + 0.5), 0).astype(np.intp)
    last = np.minimum(np.floor(centers + radius * stretch + 0.5), source).astype(np.intp)
    rows = max(SHORTEST, int(TAPS / scale))
    made = []
    for top in range(0, target, rows):
        some = slice(top, min(target, top + rows))
        taps = slice(int(first[some].min()), int(last[some].max()))
        at = np.arange(taps.start, taps.stop)
        weights = weigh((at - centers[some, None] + 0.5) / stretch)
        weights *= (at >= first[some, None]) & (at < last[some, None])
        weights /= weights.sum(axis=1, keepdims=True)
        made.append(Block(some, taps, weights.astype(np.float32)))
    return tuple(made)


def down(rows: Floats, target: int, kernel: Kernel) -> Floats:
    """rows (h, n), each column resampled to `target` samples: (target, n)."""
    out = np.empty((target, rows.shape[1]), np.float32)

    def make(block: Block) -> None:
        np.matmul(block.weights, rows[block.source], out=out[block.target])

    each(make, blocks(len(rows), target, kernel), work=rows.size)
    return out


def across(rows: Floats, target: int, kernel: Kernel) -> Floats:
    """rows (n, w), each row resampled to `target` samples: (n, target)."""
    out = np.empty((len(rows), target), np.float32)

    def make(block: Block) -> None:
        np.matmul(rows[:, block.source], block.weights.T, out=out[:, block.target])

    each(make, blocks(rows.shape[1], target, kernel), work=rows.size)
    return out
