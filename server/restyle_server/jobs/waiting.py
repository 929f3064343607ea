"""Owns which jobs wait, whose, which of them could start, and how many of each class run: kept with every change, as it is asked with every change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from . import following
from .following import Find
from .job import Job, JobClass
from .queue import Lines
from .states import WAITING, JobState


class Waiting:
    """find: any job, as it is now."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._queued: dict[str, None] = {}
        self._followers: dict[str, dict[str, None]] = {}  # by the id of a job that they wait for
        self.ready = Lines()
        self.running: Counter[JobClass] = Counter()
        self._following: dict[str, None] = {}
        self._entered: Counter[str] = Counter()  # jobs that upload or wait, by party
        self._bytes: Counter[str] = Counter()  # of the inputs of jobs that have not ended, by party

    def __len__(self) -> int:
        return len(self._queued)

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._queued

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._queued))

    @property
    def following(self) -> tuple[str, ...]:
        """Those that wait and hold still with others."""
        return tuple(self._following)

    def entered(self, party: str | None) -> int:
        """How many jobs upload or wait: of the party, or of all."""
        return self._entered.total() if party is None else self._entered[party]

    def bytes_in_flight(self, party: str) -> int:
        """Bytes of the inputs of the party's jobs that have not ended."""
        return self._bytes[party]

    def note(self, before: Job | None, after: Job | None) -> None:
        """A job has changed; it is found as it is after. before: None for a new one; after: None for one that is forgotten."""
        if before is not None:
            self._leave(before)
        if after is None:
            return
        self._count(after, 1)
        if after.state is JobState.QUEUED:
            self._queued[after.id] = None
            if after.previous:
                self._following[after.id] = None
            self._line_up(after)
        elif after.state is JobState.RUNNING:
            self.running[after.job_class] += 1
        elif after.state is JobState.SUCCEEDED:
            for job_id in self._followers.pop(after.id, ()):
                if job_id in self._queued and (job := self._find(job_id)) is not None:
                    self._line_up(job)

    def _count(self, job: Job, step: int) -> None:
        for book, amount in ((self._entered, step * (job.state in WAITING)), (self._bytes, step * job.input_bytes * (not job.state.ended))):
            book[job.party] += amount
            if not book[job.party]:
                del book[job.party]

    def _leave(self, job: Job) -> None:
        self._count(job, -1)
        if job.state is JobState.QUEUED:
            self._queued.pop(job.id, None)
            self._following.pop(job.id, None)
            self.ready.remove(job)
            for other in job.previous:
                if (waiting := self._followers.get(other)) is not None:
                    waiting.pop(job.id, None)
                    if not waiting:
                        del self._followers[other]
        elif job.state is JobState.RUNNING:
            self.running[job.job_class] -= 1

    def _line_up(self, job: Job) -> None:
        """Where it may start, or where it waits for those that it follows."""
        self.ready.remove(job)
        if following.ready(job, self._find):
            self.ready.add(job)
            return
        for other in job.previous:
            if (found := self._find(other)) is not None and found.state is not JobState.SUCCEEDED:
                self._followers.setdefault(other, {})[job.id] = None
