"""Owns how long results and records are kept: by age, then by bytes, the least recently used first."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..limits import RECORDS, Limits
from .job import Job, Lifetime
from .states import JobState


def keep_seconds(life: Lifetime, limits: Limits) -> float:
    """How long the results of such jobs are kept after their end, in seconds."""
    return limits.keep_attached_seconds if life is Lifetime.ATTACHED else limits.keep_detached_seconds


def expiring(jobs: Iterable[Job], past: Callable[[Job], bool], limits: Limits) -> list[Job]:
    """The succeeded jobs whose results have to go now. past: whether one has been kept for its time."""
    results = [job for job in jobs if job.state is JobState.SUCCEEDED]
    gone = [job for job in results if past(job)]
    kept = sorted((job for job in results if not past(job)), key=_use)
    surplus = sum(_size(job) for job in kept) - limits.keep_bytes
    for job in kept:
        if surplus <= 0:
            break
        surplus -= _size(job)
        gone.append(job)
    return gone


def forgettable(jobs: Iterable[Job]) -> list[Job]:
    """The records to drop: of jobs without pixels, the oldest above RECORDS."""
    ended = sorted((job for job in jobs if job.state.ended and job.state is not JobState.SUCCEEDED), key=_use)
    return ended[: max(0, len(ended) - RECORDS)]


def _use(job: Job) -> tuple[int, float]:
    """By the order of uses; the wall clock orders only what was used before uses were numbered."""
    return job.used, max(job.last_read, job.ended)


def _size(job: Job) -> int:
    return job.frame_bytes + (job.result.size if job.result else 0)
