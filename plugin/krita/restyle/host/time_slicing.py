"""Owns doing what takes long in many short turns of Krita's loop, so that its windows stay alive in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from ..packages import Steps
from .api import QtCore

T = TypeVar("T")
STRETCH_SECONDS = 0.015  # of one turn: a frame at 60 Hz


def walk(steps: Steps[T], done: Callable[[T], None], failed: Callable[[Exception], None], go_on: Callable[[], bool] = lambda: True) -> None:
    """Goes through the steps, a stretch at once and the others in turns of their own; then `done` with what they return.

    What goes wrong in the first stretch is raised, later on `failed` is called with it. go_on: asked before every later turn; when it says no, the steps
    are left where they are, and nothing is called any more.
    """

    def later() -> None:
        try:
            if go_on():
                _stretch(steps, done, later)
            else:
                steps.close()
        except Exception as error:
            failed(error)

    _stretch(steps, done, later)


def _stretch(steps: Steps[T], done: Callable[[T], None], later: Callable[[], Any]) -> None:
    end = time.monotonic() + STRETCH_SECONDS
    try:
        next(steps)
        while time.monotonic() < end:
            next(steps)
    except StopIteration as finished:
        value: T = finished.value
    else:
        QtCore.QTimer.singleShot(0, later)
        return
    done(value)
