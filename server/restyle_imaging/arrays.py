"""Owns the array types that imaging speaks, and how long pictures are cut into strips."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Samples = NDArray[Any]  # uint8, uint16, float16 or float32, as they lie in a plane

MOST_THREADS = 8  # beyond it, memory is what takes the time
WORTH_A_THREAD = 1 << 16  # values: a tenth of a millisecond's work
STRIP_PIXELS = 1 << 18  # px: temporaries of a strip stay at a few MiB, so that they live in the cache and memory stays bounded

Part = TypeVar("Part")

_here = threading.local()


def strips(height: int, width: int, pixels: int = STRIP_PIXELS) -> Iterator[slice]:
    """Slices of rows that cover `height` rows of `width` px, each of about `pixels` pixels, at least one row."""
    rows = max(1, pixels // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(height, top + rows))


def each(do: Callable[[Part], None], parts: Iterable[Part], work: int = STRIP_PIXELS) -> None:
    """Does something with each part, over as many threads as this process may use; what numpy does with large arrays runs side by side. work: values in all,
    of which few are not worth a thread. The first error is raised. Inside it, everything runs on the thread that it is on."""
    listed = list(parts)
    if len(listed) < 2 or work < WORTH_A_THREAD or threads() < 2 or getattr(_here, "busy", False):
        for part in listed:
            do(part)
        return

    def on_a_thread(part: Part) -> None:
        _here.busy = True
        do(part)

    for _ in _crew().map(on_a_thread, listed):
        pass


def threads() -> int:
    """Threads that arithmetic may use: OMP_NUM_THREADS, as everywhere else, or the cores of this process."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST_THREADS, int(wanted) if wanted.isdecimal() else cores))


@functools.cache
def _crew() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads(), "imaging")
