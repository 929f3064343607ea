"""Owns work that is done in steps, so that an editor's windows stay alive in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

T = TypeVar("T")
Steps = Generator[Any, None, T]  # yields where a turn may end: nothing, or how far it is then, 0 to 1
STRETCH_SECONDS = 0.015  # of one turn: a frame at 60 Hz


def at_once(steps: Steps[T]) -> T:
    """What the steps return, all of them in this turn."""
    return in_turns(steps, lambda _share: None)


def in_turns(steps: Steps[T], turned: Callable[[float | None], None], seconds: float = STRETCH_SECONDS) -> T:
    """The same, with `turned` between two turns of that length: it says how far it is, has the windows live, and may raise, which ends the steps."""
    try:
        while True:
            end, share = time.monotonic() + seconds, next(steps)
            while time.monotonic() < end:
                share = next(steps)
            turned(share)
    except StopIteration as finished:
        value: T = finished.value
        return value
    finally:
        steps.close()
