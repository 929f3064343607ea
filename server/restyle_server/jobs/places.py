"""Owns the places of waiting jobs in the queue, as people are told them: found at once where few wait, and where many do, several times a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .job import Job
from .queue import FairQueue
from .waiting import Waiting

EACH = 500  # of more waiting jobs one sweep is left out for every so many: to find their places takes as long as they are many
AT_ONCE = 64  # waiting jobs, as many as a server takes unless it is told otherwise


class Places:
    """jobs: all that wait, as they are now."""

    def __init__(self, queue: FairQueue, waiting: Waiting, jobs: Callable[[], Iterable[Job]]) -> None:
        self._queue = queue
        self._waiting = waiting
        self._jobs = jobs
        self._places: dict[str, int] = {}
        self._told = self._places
        self.stale = False
        self._left_out = 0

    def of(self, job: Job) -> int:
        """1 is next, 0: it doesn't wait. Where many wait it is as the last sweep found it, and a newcomer is the last."""
        if job.id not in self._waiting:
            return 0
        if self.stale and len(self._waiting) <= AT_ONCE:
            self._find()
        if job.id not in self._places:
            self._places[job.id] = self._told[job.id] = len(self._waiting)  # what its caller hears, until a sweep has found another
        return self._places[job.id]

    def moved(self) -> Iterator[str]:
        """The ids of those whose places have changed since they were last found for all to hear. Called at every sweep."""
        if not self.stale and self._told is self._places:
            return
        if self._left_out * EACH < len(self._waiting) - AT_ONCE:
            self._left_out += 1
            return
        self._find()
        self._left_out = 0
        before, self._told = self._told, self._places
        yield from (job_id for job_id, place in self._places.items() if before.get(job_id, place) != place)

    def _find(self) -> None:
        self._places, self.stale = self._queue.positions(self._jobs()), False
