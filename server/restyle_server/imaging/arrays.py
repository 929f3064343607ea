"""Owns the array types that imaging speaks, and how long pictures are cut into strips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Samples = NDArray[Any]  # uint8, uint16, float16 or float32, as they lie in a plane

STRIP_PIXELS = 1 << 18  # px: temporaries of a strip stay at a few MiB, so that they live in the cache and memory stays bounded


def strips(height: int, width: int, pixels: int = STRIP_PIXELS) -> Iterator[slice]:
    """Slices of rows that cover `height` rows of `width` px, each of about `pixels` pixels, at least one row."""
    rows = max(1, pixels // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(height, top + rows))
