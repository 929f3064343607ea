"""Owns how long a client keeps trying to reach a server that was there a moment ago."""

from __future__ import annotations

import asyncio
import time

from .errors import RestyleError, ServerGone

FIRST_PAUSE = 0.05  # s, doubled every time
LONGEST_PAUSE = 1.0  # s


class Patience:
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
