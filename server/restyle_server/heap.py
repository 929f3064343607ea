"""Owns what the C library keeps of the memory that front end and workers are done with. Only glibc can be told; elsewhere nothing happens."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from .limits import KIB

MAPPED_BYTES = 48 * KIB  # from this size on, memory goes back when it is let go: gRPC reads into pieces of 64 KiB, which else hold the heap together
HELD_BYTES = 1 << 30  # up to this size, a painting's memory stays the worker's
OLD_MOST = 32 << 20  # that older ones take
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt's M_TRIM_THRESHOLD, M_MMAP_THRESHOLD


def settle() -> None:
    """To be called once, before the server takes calls. Sets a threshold that glibc would raise with every large piece."""
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, MAPPED_BYTES)


def hold() -> None:
    """To be called once, by a process that paints on a processor, which is to call `give_back` after each job, and when it rests. Activations of 32 MB
    and more would else go back to the system whenever they are let go: to have them mapped and cleared again takes a sixth of an evaluation."""
    mallopt = _glibc("mallopt")
    if mallopt is not None and (mallopt(_MMAP_THRESHOLD, HELD_BYTES) or mallopt(_MMAP_THRESHOLD, OLD_MOST)):
        mallopt(_TRIM_THRESHOLD, HELD_BYTES)


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
