"""Owns who may paint into the work folder of a film: one command the whole film, or several at once stretches that share no frame. Locks end with their
processes, whatever ends those; on a folder that several machines share, as far as its file system has locks."""

from __future__ import annotations

import contextlib
import errno
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import filelock

from ..terminal.failures import Failure
from ..terminal.output import named

LOCK = "lock"  # held by who paints the whole film, and for a moment by who begins a stretch
OF_STRETCH = re.compile(r"lock-(\d+)-(\d+)")
TURN_SECONDS = 60.0  # that the beginning of a stretch waits for others that begin: each looks at the settings, which takes a moment

WITHOUT = (errno.ENOLCK, errno.EOPNOTSUPP)  # what file systems without locks say, beside what filelock knows

Stretch = tuple[int, int]
"""The first and the last position that is painted."""


def is_lock(path: Path) -> bool:
    return path.name == LOCK or OF_STRETCH.fullmatch(path.name) is not None


@contextlib.contextmanager
def whole(folder: Path) -> Iterator[None]:
    """Nobody else paints there. Failure when somebody does, or nobody could know."""
    with _held(folder, LOCK, 0.0):
        for path in folder.iterdir():
            if OF_STRETCH.fullmatch(path.name):
                with _held(folder, path.name, 0.0):
                    pass
        yield


@contextlib.contextmanager
def of(folder: Path, stretch: Stretch) -> Iterator[contextlib.ExitStack]:
    """Nobody else paints these frames. Until what is given is closed, nobody else begins either. Failure as above."""
    with contextlib.ExitStack() as turn, contextlib.ExitStack() as own:
        turn.enter_context(_held(folder, LOCK, TURN_SECONDS))
        mine = f"{LOCK}-{stretch[0]}-{stretch[1]}"
        for path in folder.iterdir():
            other = OF_STRETCH.fullmatch(path.name)
            if other and path.name != mine and int(other[1]) <= stretch[1] and stretch[0] <= int(other[2]):
                with _held(folder, path.name, 0.0):
                    pass
        own.enter_context(_held(folder, mine, 0.0))
        yield turn


@contextlib.contextmanager
def _held(folder: Path, name: str, seconds: float) -> Iterator[None]:
    lock = filelock.FileLock(folder / name, timeout=seconds)
    try:
        _acquire(lock)
    except filelock.Timeout as error:
        what = OF_STRETCH.fullmatch(name)
        frames = f" frames {what[1]} to {what[2]}" if what else ""
        raise Failure(f"Another command is painting{frames} into {named(folder)}; wait for it, or end it.") from error
    except PermissionError as error:
        raise Failure(f"{named(folder)} belongs to somebody else and can't be written to; let all who paint the film write there.") from error
    except (NotImplementedError, UserWarning, OSError) as error:
        if isinstance(error, OSError) and error.errno not in WITHOUT:
            raise
        raise Failure(f"The file system of {named(folder)} has no locks, without which two commands could paint the same frames; write elsewhere.") from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: filelock.BaseFileLock) -> None:
    """NotImplementedError or UserWarning where filelock would take the file's being there for a lock, as it does without real ones: such a lock outlives who
    was killed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="flock not supported")
        lock.acquire()
