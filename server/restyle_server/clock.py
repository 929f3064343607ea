"""Owns time: leases, retention and watchdogs read it here, so that tests can turn it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def time(self) -> float:
        """Unix time in seconds, for people and across restarts."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward, for spans."""
        ...


class SystemClock:
    """The machine's clocks."""

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()
