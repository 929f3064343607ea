"""Owns the front end's side of a worker on another machine: what a slot has in a process's place."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..devices.slots import Gone, Hear
from ..devices.vitals import Vitals
from ..worker import messages as say
from .messages import Alive, Heard, Kept, Kill, Tell

REACH_SECONDS = 4.0  # without a word, after which nobody knows how the worker is: it is asked every second


class RemoteWorker:
    """One worker. name: of its device, for people. speak: to the bridge. Everything happens on the loop's thread."""

    def __init__(self, number: int, name: str, speak: Callable[[Any], None], hear: Hear) -> None:
        self.number = number
        self._name = name
        self._speak = speak
        self._hear = hear
        self._heard_at = float("-inf")
        self._vitals: Vitals | None = None
        self._arrived = False  # whether it has all that it was told
        self.over = False
        self.pid: int | None = None

    @property
    def reached(self) -> bool:
        return self._arrived and time.monotonic() - self._heard_at < REACH_SECONDS

    def tell(self, command: say.Command) -> None:
        self._speak(Tell(self.number, command))

    def kill(self) -> None:
        self._speak(Kill(self.number))

    def vitals(self) -> Vitals | None:
        return self._vitals

    def alive(self, word: Alive) -> None:
        self._heard_at, self.pid, self._vitals, self._arrived = time.monotonic(), word.pid, word.vitals, word.arrived

    def heard(self, word: Heard) -> None:
        """Files first: who hears of them finds them. Of a worker that was given up nothing counts any more."""
        for waiting, place in word.files:
            with contextlib.suppress(OSError):
                _put(waiting, place, wanted=not self.over)
        message = word.message
        if self.over or isinstance(message, Kept):
            return
        if isinstance(message, say.Ready):
            message = replace(message, device=replace(message.device, id=self._name))
        if isinstance(message, Gone):
            self.over = True
        self._hear(self, message)

    def end(self, why: str) -> None:
        """Nobody will hear of it any more."""
        if not self.over:
            self.over = True
            self._hear(self, Gone(None, why))


def _put(waiting: Path, place: Path, *, wanted: bool) -> None:
    if wanted and place.parent.is_dir():
        waiting.replace(place)
    else:
        waiting.unlink()
