"""Owns which files are Restyle's own work, byte for byte: no other is replaced without being told to."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.failures import Failure
from ..terminal.output import named

if TYPE_CHECKING:
    from .record import Record


def is_free(path: Path) -> bool:
    """Whether nothing would be lost by writing there: nothing is there, or what Restyle wrote and nobody has changed since."""
    if not os.path.lexists(path):
        return True
    try:
        found = _digest(path)
    except OSError:
        return False
    with _record() as record:
        return bool(record and record.written(path) == found)


def note(path: Path) -> None:
    """Remembers that Restyle wrote the file as it is now. What can't be remembered is asked about next time."""
    with contextlib.suppress(OSError), _record() as record:
        if record:
            record.wrote(path, _digest(path))


def painted(path: Path, job: str) -> None:
    """Remembers which job of the server the file shows, until it is written again. It was painted alone: no run of a folder takes it for its own."""
    from .record import Entry

    with contextlib.suppress(OSError), _record() as record:
        if record:
            record.put(path, Entry("", job, None))
            record.shows(path, job)


def job_of(path: Path) -> str | None:
    """The job whose painting the file shows; None for one that is no painting, that Restyle did not write, or that is of an earlier version."""
    with _record() as record:
        return record.shown(path) if record else None


def refusal(path: Path) -> Failure:
    """For a file that isn't free."""
    return Failure(f"{named(path)} is there already, and it isn't as Restyle wrote it; choose another name, or say --overwrite if it shall be replaced.")


@contextlib.contextmanager
def _record() -> Iterator[Record | None]:
    """None: there is no place to remember anything."""
    from ..terminal.places import state_dir
    from .record import Record

    try:
        folder = state_dir()
    except OSError:
        yield None
        return
    with contextlib.closing(Record(folder)) as record:
        yield record


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
