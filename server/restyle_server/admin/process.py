"""Owns what the server's process asks of the system for itself: its files' permissions, how many it may open, and that memory goes back."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

from ..limits import MIB

FILES = 65_536  # that may be open: each connection is one, and who has no token can hold thousands; most systems allow 1,024 unless asked
ARENAS = 1  # of glibc's heaps, each of which keeps what a burst of large messages took
MAPPED_BYTES = MIB  # from this size on a block is the system's again when it is freed
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # malloc.h


def prepare() -> None:
    """Called once, before the server's threads start."""
    os.environ["PYTHONSAFEPATH"] = "1"  # for the workers: what lies in the folder that the server was started from is no module
    if os.name != "posix":
        return
    os.umask(0o077)  # nothing that it writes is anybody else's: results, logs, SQLite's own files
    _open_files()
    if sys.platform == "linux":
        _give_memory_back()


def _open_files() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _give_memory_back() -> None:
    with contextlib.suppress(OSError, AttributeError):  # another C library has no mallopt, or needs none
        libc = ctypes.CDLL(None)
        for what, value in ((M_ARENA_MAX, ARENAS), (M_MMAP_THRESHOLD, MAPPED_BYTES), (M_TRIM_THRESHOLD, MIB)):
            libc.mallopt(what, value)
