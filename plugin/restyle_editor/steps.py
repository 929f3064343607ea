"""Owns work that is done in steps, so that an editor's windows stay alive in between."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Steps = Generator[None, None, T]  # yields where a turn may end


def at_once(steps: Steps[T]) -> T:
    """What the steps return, all of them in this turn."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        value: T = end.value
        return value
