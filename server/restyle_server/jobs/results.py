"""Owns whether a result's file still is what was painted: as long as it was, and every byte the same."""

from __future__ import annotations

import logging
import os
import queue
import stat
import threading
import time
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..limits import CHUNK_BYTES
from ..records.result import Failure, Result
from .folders import borrow

log = logging.getLogger(__name__)

AT_ONCE_BYTES = 128 << 20  # read through before a server answers, 0.1 s from memory and a second from a slow disk; the rest beside its work
DAMAGED = Failure("RESULT_DAMAGED", "This painting's file was damaged on the server's disk; paint it again, and have the disk checked if it happens twice.")
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe put in its place must not block


class Damaged(Exception):
    """The file is not what was painted."""


def opened(result: Result) -> BinaryIO:
    """The result's file, as long as it was written. Damaged, FileNotFoundError when it is gone, other OSErrors."""
    descriptor = os.open(result.path, _FLAGS)
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode) or about.st_size != result.size:
        os.close(descriptor)
        raise Damaged
    return os.fdopen(descriptor, "rb")


def piece(file: BinaryIO, crc: int) -> tuple[bytes, int]:
    """The next bytes, none at the end, and the checksum up to there. OSError."""
    data = file.read(CHUNK_BYTES)
    return data, zlib.crc32(data, crc)


def check(result: Result) -> None:
    """Reads it through. Damaged, OSError."""
    with opened(result) as file:
        done, crc = 0, 0
        while True:
            data, crc = piece(file, crc)
            if not data:
                break
            done += len(data)
    if (done, crc) != (result.size, result.crc32):
        raise Damaged


def lend(result: Result, target: Path) -> None:
    """The same bytes for another job to start from, checked. Damaged, OSError."""
    check(result)
    borrow(result.path, target)


@dataclass(frozen=True, slots=True)
class Glance:
    """What a first look at results found, by their jobs' ids. later: those to be read through."""

    damaged: Sequence[str]
    gone: Sequence[str]
    later: Sequence[tuple[str, Result]]


def glanced(results: Iterable[tuple[str, Result]]) -> Glance:
    """Every result's length, and the bytes of the first few, AT_ONCE_BYTES in all."""
    left, damaged, gone, later = AT_ONCE_BYTES, [], [], []
    for job_id, result in results:
        left -= result.size
        try:
            if left >= 0:
                check(result)
            else:
                opened(result).close()
                later.append((job_id, result))
        except Damaged:
            damaged.append(job_id)
        except (FileNotFoundError, NotADirectoryError):
            gone.append(job_id)
        except OSError as error:  # it can't be read now, which is no reason to let it go
            log.warning("job %s: its result can't be read: %s", job_id, error.strerror)
    return Glance(damaged, gone, later)


class Checking:
    """Reads results through, one after the other, on a thread of its own and at half the disk's pace; puts the ids of those that are damaged into `found`."""

    def __init__(self, results: Sequence[tuple[str, Result]]) -> None:
        self.found: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._ending = threading.Event()
        if results:
            threading.Thread(target=self._check, args=(results,), daemon=True, name="check of results").start()

    def close(self) -> None:
        """Ends after the result at hand."""
        self._ending.set()

    def _check(self, results: Sequence[tuple[str, Result]]) -> None:
        for job_id, result in results:
            began = time.monotonic()
            try:
                check(result)
            except Damaged:
                self.found.put(job_id)
            except OSError:  # gone meanwhile, or not to be read now: whoever reads it hears of it
                pass
            if self._ending.wait(time.monotonic() - began):
                return
