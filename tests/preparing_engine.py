"""Owns a fake engine that can be prepared: it notes how, beside its script, and may end its process over it or fail."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from fake_engine import FakeEngine
from restyle_engine.parameters import Resolved

NOTES = "prepared.txt"


class PreparingEngine(FakeEngine):
    """deadly: whether loading weights ends the process. failing: whether it raises."""

    def __init__(self, device_id: str, *, deadly: bool = False, failing: bool = False) -> None:
        super().__init__(device_id)
        self._deadly = deadly
        self._failing = failing

    def prepare(self, folder: Path, weights: Path | None, _parameters: Resolved, _flow: Path | None) -> None:
        with (folder.parent / NOTES).open("a") as file:
            file.write(f"{folder.name} {weights.name if weights else None}\n")
        if self._deadly and weights is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._failing:
            raise RuntimeError("it can't be prepared")


def engine(device_id: str) -> PreparingEngine:
    """An engine that is glad to be prepared."""
    return PreparingEngine(device_id)


def deadly(device_id: str) -> PreparingEngine:
    """One that dies of it."""
    return PreparingEngine(device_id, deadly=True)


def failing(device_id: str) -> PreparingEngine:
    """One that can't."""
    return PreparingEngine(device_id, failing=True)
