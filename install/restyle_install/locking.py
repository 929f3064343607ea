"""Owns a lock between processes that make the same folder: held by the system, so that a killed process leaves none behind. Standard library only."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LONGEST_WAIT = 3600.0  # s: the other one may be downloading gigabytes
PAUSE = 0.2  # s between tries

_held: set[int] = set()


class Locked(Exception):
    """Another process holds the lock for too long; the text is a sentence."""


@contextmanager
def locked(folder: Path, waiting: Callable[[], None], patience: float = LONGEST_WAIT) -> Iterator[None]:
    """Holds the lock of `folder`, which need not exist; calls waiting() once when it must wait. Locked after `patience` seconds."""
    name = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    owner = getattr(os, "getuid", lambda: "user")()
    path = Path(tempfile.gettempdir()) / f"restyle-{owner}-{name}.lock"
    with path.open("a") as file:
        end = time.monotonic() + patience
        told = False
        while not _taken(file):
            if not told:
                waiting()
                told = True
            if time.monotonic() >= end:
                raise Locked(f"Another command has been working on {folder} for long; end it, then try again.")
            time.sleep(PAUSE)
        _held.add(file.fileno())
        try:
            yield
        finally:
            _held.discard(file.fileno())
            _released(file)


def held() -> tuple[int, ...]:
    """File descriptors of the locks that this process holds. A program that inherits them keeps the locks when this process is killed: it works on."""
    return tuple(_held) if os.name == "posix" else ()


if sys.platform == "win32":
    import msvcrt

    def _taken(file: IO[str]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _released(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _taken(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _released(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
