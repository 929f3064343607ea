"""Owns how long results and records are kept: by age, then by bytes, the least recently used first."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection

from ..limits import RECORDS, Limits
from .job import Job, Lifetime
from .states import JobState


def keep_seconds(life: Lifetime, limits: Limits) -> float:
    """How long the results of such jobs are kept after their end, in seconds."""
    return limits.keep_attached_seconds if life is Lifetime.ATTACHED else limits.keep_detached_seconds


class Results:
    """Which results there are, by their ages and uses: looked at several times a second, however many there are."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = 0
        self._sizes: dict[str, int] = {}  # by id, in order of use
        self._ended: dict[Lifetime, dict[str, None]] = {life: {} for life in Lifetime}  # ids in order of end
        self._spent: dict[str, None] = {}  # ids of ended jobs without pixels, in the order in which they lost them
        self._unread: set[str] = set()

    def take(self, jobs: Collection[Job]) -> None:
        """What an earlier server left."""
        for job in sorted(jobs, key=_use):
            self.note(job)
        for life, ended in self._ended.items():
            since = {job.id: job.since for job in jobs if job.id in ended}
            self._ended[life] = dict.fromkeys(sorted(ended, key=since.__getitem__))

    def note(self, job: Job) -> None:
        """The job has ended, was used, or is without its result."""
        if job.state is not JobState.SUCCEEDED:
            self.forget(job)
            if job.state.ended:
                self._spent[job.id] = None
            return
        self._bytes += _size(job) - self._sizes.pop(job.id, 0)
        self._sizes[job.id] = _size(job)
        self._ended[job.lifetime].setdefault(job.id)
        if job.result is not None and not job.last_read:
            self._unread.add(job.id)
        else:
            self._unread.discard(job.id)

    def forget(self, job: Job) -> None:
        """It has neither result nor record."""
        self._bytes -= self._sizes.pop(job.id, 0)
        self._ended[job.lifetime].pop(job.id, None)
        self._spent.pop(job.id, None)
        self._unread.discard(job.id)

    @property
    def unread(self) -> bool:
        """Whether nobody has read some result yet."""
        return bool(self._unread)

    def expiring(self, find: Callable[[str], Job], past: Callable[[Job], bool]) -> list[Job]:
        """The jobs whose results have to go now. past: whether one has been kept for its time."""
        gone = {job_id: None for ended in self._ended.values() for job_id in itertools.takewhile(lambda job_id: past(find(job_id)), ended)}
        surplus = self._bytes - sum(self._sizes[job_id] for job_id in gone) - self._limits.keep_bytes
        for job_id, size in self._sizes.items():
            if surplus <= 0:
                break
            if job_id not in gone:
                gone[job_id] = None
                surplus -= size
        return [find(job_id) for job_id in gone]

    def forgettable(self) -> list[str]:
        """The records to drop: of jobs without pixels, the oldest above RECORDS."""
        return list(itertools.islice(self._spent, max(0, len(self._spent) - RECORDS)))


def _use(job: Job) -> tuple[int, float]:
    """By the order of uses; the wall clock orders only what was used before uses were numbered."""
    return job.used, max(job.last_read, job.ended)


def _size(job: Job) -> int:
    return job.frame_bytes + (job.result.size if job.result else 0) + (job.input_bytes if job.updatable else 0)
