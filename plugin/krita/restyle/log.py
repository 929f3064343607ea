"""Owns the plug-in's log file and its folder: outside of the plug-in's own, so that an update keeps what is there."""

from __future__ import annotations

import contextlib
import sys
import time
import traceback
from pathlib import Path

from .client import discovery

LARGEST_BYTES = 256 * 1024  # then a new one begins; one old one is kept


def folder() -> Path:
    """Where settings, recent paintings and the log are."""
    return discovery.data_dir() / "krita"


def path() -> Path:
    return folder() / "restyle.log"


def write(text: str) -> None:
    """One entry. A log that can't be written must not stop a painting."""
    with contextlib.suppress(OSError):
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        if path().exists() and path().stat().st_size > LARGEST_BYTES:
            path().replace(folder() / "restyle.old.log")
        with path().open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")


def write_traceback() -> None:
    """The exception being handled, whole."""
    text = traceback.format_exc()
    write(text)
    if sys.stderr is not None:
        sys.stderr.write(text)
