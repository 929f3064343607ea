"""Owns the counting of what an evaluation costs, and medians with their spread. Imports no torch."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CHANNELS = (64, 128, 256, 512, 512)  # of VGG's blocks
PASSES = 2  # forward, and back to the image; the filters get no gradient
OPERATIONS = 2  # a multiplication and an addition


def evaluation_flop(width: int, height: int, convolutions: Sequence[int]) -> float:
    """Floating-point operations of one loss with its gradient by the image: the convolutions to relu5_1 and the five Gram matrices, as a direct convolution
    counts them; nothing else is counted. convolutions: of each block to relu5_1."""
    total, inputs = 0.0, 3
    for level, (outputs, count) in enumerate(zip(CHANNELS, convolutions, strict=True)):
        pixels = -(-width >> level) * -(-height >> level)
        for _ in range(count):
            total += pixels * 9 * inputs * outputs
            inputs = outputs
        total += pixels * outputs**2
    return total * PASSES * OPERATIONS


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several measurements, the least and the largest."""

    median: float
    low: float
    high: float


def spread(values: Iterable[float]) -> Spread:
    """The spread of at least one value."""
    found = list(values)
    return Spread(statistics.median(found), min(found), max(found))
