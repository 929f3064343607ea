"""Owns how a file is replaced: whole or not at all, on the disk before the earlier one goes; and what a killed writer leaves goes with the next write.

A file in the making lies beside its place under a name of its own, and its writer holds it locked. Locks end with their processes: what bears such a name
and can be locked has no writer any more. Windows removes no file that is open, which does the same. Where files can't be locked, leftovers stay.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PART = re.compile(r"\.restyle-[0-9a-f]{16}\.part")  # what the file in the making is called: short, however long the other's name is
MODE = 0o666  # less the process's umask, as every program's files
PRIVATE = 0o600  # for the user's eyes only


def atomic_write(path: Path, content: str | bytes, *, private: bool = False, lasting: bool = True) -> None:
    """All of `content` at `path`, text in UTF-8, or nothing changed there. private, lasting: as `replacing` has them. OSError."""
    with replacing(path, private=private, lasting=lasting) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def replacing(path: Path, *, private: bool = False, lasting: bool = True) -> Iterator[Path]:
    """An empty file beside `path` to write to, which takes its name when the block is left without an error, and else is removed. OSError.

    private: only its owner may read it; otherwise it gets the permissions of the file that it replaces. lasting: it survives a power cut right afterwards, for
    which the caller waits; without, what is there after one may be the earlier file, the new one, or one that is cut short.
    """
    sweep(path.parent)
    part, claim = _claimed(path.parent, PRIVATE if private else MODE)
    try:
        yield part
        if not private:
            _keep_mode(path, part)
        if lasting:
            _flush(part)
        if fcntl is None:
            claim = _closed(claim)  # Windows renames no file that is open
        part.replace(path)
        if lasting:
            _flush_folder(path.parent)
    finally:
        _closed(claim)
        with contextlib.suppress(OSError):
            part.unlink()


def sweep(folder: Path) -> None:
    """Removes what writers that are gone have left in the folder. Files of other names, links and folders stay, whoever made them."""
    with contextlib.suppress(OSError):
        with os.scandir(folder) as entries:
            left = [Path(entry.path) for entry in entries if PART.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)]
        for part in left:
            _take(part)


def _claimed(folder: Path, mode: int) -> tuple[Path, int]:
    """A new file, and the open number that its lock lives in."""
    while True:
        part = folder / f".restyle-{os.urandom(8).hex()}.part"
        claim = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        if fcntl is None:
            return part, claim
        with contextlib.suppress(OSError):
            fcntl.flock(claim, fcntl.LOCK_EX)
        if part.exists():
            return part, claim
        os.close(claim)  # somebody took it for a leftover, in the moment before it was locked


def _take(part: Path) -> None:
    """Removes a file in the making, unless its writer lives."""
    with contextlib.suppress(OSError):
        if fcntl is None:
            part.unlink()
            return
        claim = os.open(part, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
        finally:
            os.close(claim)


def _closed(claim: int) -> int:
    """-1: nothing is open any more."""
    if claim >= 0:
        os.close(claim)
    return -1


def _keep_mode(path: Path, part: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        part.chmod(stat.S_IMODE(path.stat().st_mode) & 0o777)


def _flush(part: Path) -> None:
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """The file has its name already; some systems and file systems can't flush a folder."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
