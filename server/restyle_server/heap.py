"""Owns what the C library keeps of the memory that front end and workers are done with. Only glibc can be told; elsewhere nothing happens."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .limits import KIB

MAPPED_BYTES = 48 * KIB  # from this size on, memory goes back when it is let go: gRPC reads into pieces of 64 KiB, which else hold the heap together
HELD_BYTES = 1 << 30  # up to this size, a painting's memory stays the worker's
TILE_BYTES = 128 << 20  # the same of a large picture, which is painted in tiles: theirs are smaller, and the picture's own planes larger
OLD_MOST = 32 << 20  # that older ones take
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt's M_TRIM_THRESHOLD, M_MMAP_THRESHOLD


def settle() -> None:
    """To be called once, before the server takes calls. Sets a threshold that glibc would raise with every large piece."""
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, MAPPED_BYTES)


def hold(most: int = HELD_BYTES) -> None:
    """To be called by a process that paints on a processor, before it does, which is to call `give_back` after each job, and when it rests. Activations of
    32 MB and more would else go back to the system whenever they are let go: to have them mapped and cleared again takes a sixth of an evaluation. most: bytes
    of the largest piece that stays."""
    mallopt = _glibc("mallopt")
    if mallopt is not None and (mallopt(_MMAP_THRESHOLD, most) or mallopt(_MMAP_THRESHOLD, OLD_MOST)):
        mallopt(_TRIM_THRESHOLD, HELD_BYTES)


@contextmanager
def tiles_alone() -> Iterator[None]:
    """While a large picture is painted by a process that holds its memory: what is larger than a tile's goes back as soon as it is let go. In the heap, planes
    of the whole picture would leave gaps that the next one does not fit into."""
    hold(TILE_BYTES)
    try:
        yield
    finally:
        hold()


def give_back() -> None:
    """Returns free memory to the system: a few milliseconds, after what was large."""
    trim = _glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _glibc(name: str) -> Callable[..., Any] | None:
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):  # Windows has no such library
        return None
