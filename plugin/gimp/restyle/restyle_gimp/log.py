"""Owns the plug-in's log file: Windows gives a plug-in no console, so whatever went wrong is written here and the message names the file."""

from __future__ import annotations

import contextlib
import sys
import time
import traceback
from pathlib import Path

LARGEST_BYTES = 256 * 1024  # then it begins anew: the last few dozen runs
_state: dict[str, Path] = {}


def begin(folder: Path) -> None:
    """Logs into restyle.log of `folder`, GIMP's own profile, which is writable in a sandbox too."""
    _state["path"] = folder / "restyle.log"
    with contextlib.suppress(OSError):
        if path().exists() and path().stat().st_size > LARGEST_BYTES:
            path().replace(folder / "restyle.old.log")


def path() -> Path:
    return _state.get("path", Path("restyle.log"))


def write(text: str) -> None:
    """One entry. A log that can't be written must not stop a painting."""
    line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n"
    with contextlib.suppress(OSError), path().open("a", encoding="utf-8") as file:
        file.write(line)


def write_traceback() -> None:
    """The exception being handled, whole."""
    text = traceback.format_exc()
    write(text)
    if sys.stderr is not None:  # pythonw has none
        sys.stderr.write(text)
