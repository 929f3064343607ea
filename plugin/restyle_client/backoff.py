"""Owns how long a client waits: for one thing to happen, and for a server that was there a moment ago."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from .errors import RestyleError, ServerGone

FIRST_PAUSE = 0.05  # s, doubled every time
LONGEST_PAUSE = 1.0  # s
INSIST_SECONDS = 0.1  # between two cancellations of the same task

T = TypeVar("T")


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The work's outcome; asyncio.TimeoutError after `seconds`. Unlike wait_for before Python 3.12, it loses no cancellation that comes with the outcome."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise asyncio.TimeoutError
        return task.result()
    finally:
        await ended(task)


async def ended(task: asyncio.Future[Any]) -> None:
    """Cancels a task, more than once if that gets lost inside, and waits for its end; its outcome is no one's concern any more."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=INSIST_SECONDS)
    if not task.cancelled():
        task.exception()  # seen


class Backoff:
    """One stretch of trying. `pause` after every failure, `reset` after every success."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: float | None = None
        self._pause = FIRST_PAUSE

    @property
    def trying(self) -> bool:
        """There has been a failure since the last success."""
        return self._since is not None

    def reset(self) -> None:
        self._since, self._pause = None, FIRST_PAUSE

    async def pause(self, error: RestyleError) -> None:
        """Waits before the next try. ServerGone when the patience is at its end."""
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        if now - self._since >= self._seconds:
            raise ServerGone(
                f"The server went away and did not come back within {self._seconds:.0f} s. Start it again with `restyle serve`; "
                "`restyle jobs list` then shows what became of the job."
            ) from error
        await asyncio.sleep(min(self._pause, max(0.0, self._since + self._seconds - now)))
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
