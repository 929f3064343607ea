"""Owns what an observer of a painting answers: go on, finish, or cancel. Imports nothing, so that whoever only asks stays quick to start."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class Verdict(Enum):
    GO_ON = "go on"
    FINISH = "finish"  # stop optimising, deliver what there is
    CANCEL = "cancel"  # raise Cancelled


Between = Callable[[], Verdict]
"""Called between two scales, where an engine holds little memory; may take its time, and paint another order with the same engine meanwhile."""


def go_on() -> Verdict:
    """Between two scales of a painting that nothing interrupts."""
    return Verdict.GO_ON


class Cancelled(Exception):
    """The observer said CANCEL."""
