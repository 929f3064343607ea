"""Owns which jobs wait, which of them could start, and how many of each class run: kept with every change, as it is asked with every change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from . import following
from .following import Find
from .job import Job, JobClass
from .queue import Lines
from .states import JobState


class Waiting:
    """find: any job, as it is now."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._queued: dict[str, None] = {}
        self._followers: dict[str, dict[str, None]] = {}  # by the id of a job that they wait for
        self.ready = Lines()
        self.running: Counter[JobClass] = Counter()

    def __len__(self) -> int:
        return len(self._queued)

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._queued

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._queued))

    def note(self, before: Job | None, after: Job | None) -> None:
        """A job has changed; it is found as it is after. before: None for a new one; after: None for one that is forgotten."""
        if before is not None:
            self._leave(before)
        if after is None:
            return
        if after.state is JobState.QUEUED:
            self._queued[after.id] = None
            self._line_up(after)
        elif after.state is JobState.RUNNING:
            self.running[after.job_class] += 1
        elif after.state is JobState.SUCCEEDED:
            for job_id in self._followers.pop(after.id, ()):
                if job_id in self._queued and (job := self._find(job_id)) is not None:
                    self._line_up(job)

    def _leave(self, job: Job) -> None:
        if job.state is JobState.QUEUED:
            self._queued.pop(job.id, None)
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
