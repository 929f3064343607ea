"""Owns the array types that imaging speaks, and how long pictures are cut into strips."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Samples = NDArray[Any]  # uint8, uint16, float16 or float32, as they lie in a plane

MOST_THREADS = 8  # beyond it, memory is what takes the time
STRIP_PIXELS = 1 << 18  # px: temporaries of a strip stay at a few MiB, so that they live in the cache and memory stays bounded


def strips(height: int, width: int, pixels: int = STRIP_PIXELS) -> Iterator[slice]:
    """Slices of rows that cover `height` rows of `width` px, each of about `pixels` pixels, at least one row."""
    rows = max(1, pixels // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(height, top + rows))


def each(work: Callable[[slice], None], parts: Iterable[slice]) -> None:
    """Does the work for each part, over as many threads as this process may use; what numpy does with large arrays runs side by side. The first error is
    raised."""
    slices = list(parts)
    if len(slices) < 2 or threads() < 2:
        for part in slices:
            work(part)
        return
    for _ in _crew().map(work, slices):
        pass


def threads() -> int:
    """Threads that arithmetic may use: OMP_NUM_THREADS, as everywhere else, or the cores of this process."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST_THREADS, int(wanted) if wanted.isdecimal() else cores))


@functools.cache
def _crew() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads(), "imaging")
