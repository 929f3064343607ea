"""Owns how much memory a painting needs, before it is begun. Constants measured, tests compare them with the peak at 256 and 512 px. Imports no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from .parameters import SMALLEST_SIDE, Optimizer, Precision, Resolved

# bytes per pixel of the work: activations with their padded copies, the gradient on its way back, statistics in fp32
PER_PIXEL: Mapping[Precision, float] = MappingProxyType({Precision.BF16: 1900.0, Precision.FP32: 3400.0})
OPTIMIZER_PER_PIXEL: Mapping[Optimizer, float] = MappingProxyType({Optimizer.LBFGS: 450.0, Optimizer.ADAM: 150.0})
FULL_PER_PIXEL = 80.0  # bytes per pixel of the full layer: canvas, its samples, the painting, the upsampled change
FIXED: Mapping[Precision, float] = MappingProxyType({Precision.BF16: 150e6, Precision.FP32: 200e6})  # network, the styles' moments, conversion buffers


def estimate_bytes(resolved: Resolved, width: int, height: int) -> int:
    """Peak memory in bytes, over that of an idle worker, to paint a layer of width × height px."""
    work = resolved.width * resolved.height
    per_pixel = PER_PIXEL[resolved.precision] + OPTIMIZER_PER_PIXEL[resolved.optimizer]
    return round(FIXED[resolved.precision] + work * per_pixel + width * height * FULL_PER_PIXEL)


def largest_size(resolved: Resolved, width: int, height: int, available: int) -> int:
    """The longest side of the work, in px, at which a layer of width × height px fits into that many bytes; 0 when none does."""
    per_pixel = PER_PIXEL[resolved.precision] + OPTIMIZER_PER_PIXEL[resolved.optimizer]
    pixels = (available - FIXED[resolved.precision] - width * height * FULL_PER_PIXEL) / per_pixel
    if pixels <= 0:
        return 0
    longest = min(max(width, height), math.floor(math.sqrt(pixels * max(width, height) / min(width, height))))
    return longest if longest >= SMALLEST_SIDE else 0
