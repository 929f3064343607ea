"""Owns the counting of what an evaluation costs, and medians with their spread. Imports no torch."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 1))  # channels and convolutions of VGG19's blocks, to relu5_1
PASSES = 2  # forward, and back to the image; the filters get no gradient
OPERATIONS = 2  # a multiplication and an addition


def evaluation_flop(width: int, height: int) -> float:
    """Floating-point operations of one loss with its gradient by the image: the convolutions to relu5_1 and the five Gram matrices, as a direct convolution
    counts them; nothing else is counted."""
    total, inputs = 0.0, 3
    for level, (outputs, count) in enumerate(BLOCKS):
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
