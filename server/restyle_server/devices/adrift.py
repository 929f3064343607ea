"""Owns the jobs whose worker can't be reached any more, through no fault of theirs: they go on running, as far as anybody is told, and do so elsewhere from the
last scale that was kept."""

from __future__ import annotations

from collections import Counter

from ..jobs.job import Job
from ..jobs.states import JobState
from ..jobs.store import JobStore
from .slots import DeviceSlot

MOVES = 8  # of one job: more than a bad day has; one that takes its machine along each time must end


class Adrift:
    """They come before all that waits: they were begun already. Everything happens on the loop's thread."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._waiting: dict[str, None] = {}
        self._moves: Counter[str] = Counter()
        self._finishing: set[str] = set()

    def takes(self, job: Job) -> bool:
        """Whether the job, whose worker is lost, goes on elsewhere; a learning does so as one of those that wait."""
        self._moves[job.id] += 1
        if self._moves[job.id] > MOVES:
            return False
        if job.lesson is None:
            self._waiting[job.id] = None
        return True

    def waiting(self) -> list[Job]:
        """Those that nobody goes on with yet."""
        found = (self._store.find(job_id) for job_id in self._waiting)
        return [job for job in found if job is not None and job.state is JobState.RUNNING]

    def next(self, slot: DeviceSlot) -> Job | None:
        """The one that goes on in the slot, if there is one that fits."""
        for job_id in list(self._waiting):
            job = self._store.find(job_id)
            if job is None or job.state is not JobState.RUNNING:  # it was cancelled meanwhile
                del self._waiting[job_id]
            elif slot.fits(job.wanted_device):
                del self._waiting[job_id]
                return job
        return None

    def finish(self, job_id: str) -> None:
        """Somebody has asked for what there is of a job that runs."""
        self._finishing.add(job_id)

    def finishing(self, job_id: str) -> bool:
        return job_id in self._finishing

    def forget(self, job_id: str) -> None:
        """A job has ended; or it rests, and so has taken no machine along."""
        self._moves.pop(job_id, None)
        self._finishing.discard(job_id)
