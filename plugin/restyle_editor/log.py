"""Owns an editor's log file: Windows gives a plug-in no console, so whatever went wrong is written here, and the message names the file."""

from __future__ import annotations

import contextlib
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

LARGEST_BYTES = 256 * 1024  # then a new one begins, the last few dozen runs later; one old one is kept
_place: list[Callable[[], Path]] = [Path]


def keep_in(place: Callable[[], Path]) -> None:
    """Logs into restyle.log of the folder that `place` names, outside of the plug-in's own, so that an update keeps what is there."""
    _place[0] = place


def folder() -> Path:
    """Where the log is, and whatever else an editor keeps."""
    return _place[0]()


def path() -> Path:
    return folder() / "restyle.log"


def write(text: str) -> None:
    """Adds a line with the time. A log that can't be written must not stop a painting."""
    with contextlib.suppress(OSError):
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        if path().exists() and path().stat().st_size > LARGEST_BYTES:
            path().replace(folder() / "restyle.old.log")
        with path().open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")


def write_traceback() -> None:
    """The exception that is being handled."""
    text = traceback.format_exc()
    write(text)
    if sys.stderr is not None:  # pythonw has none
        sys.stderr.write(text)
