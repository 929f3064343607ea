"""Owns how long an attached job lives without a watcher."""

from __future__ import annotations

from ..clock import Clock


class Leases:
    """Each attached job's lease runs from the moment its last watcher left, or from its creation."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._watchers: dict[str, int] = {}
        self._since: dict[str, float] = {}

    def begin(self, job_id: str) -> None:
        """The job lives on a lease from now on, if it has none yet: one that is set aside may be watched meanwhile."""
        if job_id in self._watchers:
            return
        self._watchers[job_id] = 0
        self._since[job_id] = self._clock.monotonic()

    def watched(self, job_id: str) -> None:
        """Somebody watches: the lease stands still."""
        if job_id in self._watchers:
            self._watchers[job_id] += 1

    def left(self, job_id: str) -> None:
        """A watcher left; with the last one the lease begins to run again."""
        if job_id in self._watchers:
            self._watchers[job_id] -= 1
            self._since[job_id] = self._clock.monotonic()

    def end(self, job_id: str) -> None:
        """The job needs no lease any more."""
        self._watchers.pop(job_id, None)
        self._since.pop(job_id, None)

    def lapsed(self) -> list[str]:
        """The jobs whose lease has run out."""
        now = self._clock.monotonic()
        return [job_id for job_id, watchers in self._watchers.items() if watchers == 0 and now - self._since[job_id] >= self._seconds]
