"""Owns GIMP's own progress bar, at the foot of the image's window, or wherever GIMP shows it."""

from __future__ import annotations

import time

from gi.repository import Gimp

from .. import strings

SHOW_SECONDS = 0.1  # between two changes: each is a round trip to GIMP


class StatusBar:
    """Use it as a context manager, on GIMP's thread."""

    def __init__(self) -> None:
        self._shown = 0.0

    def __enter__(self) -> StatusBar:
        Gimp.progress_init(strings.CONNECTING)
        return self

    def __exit__(self, *_: object) -> None:
        Gimp.progress_end()

    def show(self, text: str, fraction: float) -> None:
        """fraction: 0 to 1. What comes too soon after the last is left out."""
        if time.monotonic() - self._shown > SHOW_SECONDS:
            self._shown = time.monotonic()
            Gimp.progress_set_text(text)
            Gimp.progress_update(fraction)
