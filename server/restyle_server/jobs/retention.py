"""Owns how long results and records are kept: by age, then by bytes, the least recently read first."""

from __future__ import annotations

from collections.abc import Iterable

from ..limits import RECORDS, Limits
from .job import Job, Lifetime
from .states import JobState


def keep_seconds(job: Job, limits: Limits) -> float:
    """How long the job's result is kept after its end, in seconds."""
    return limits.keep_attached_seconds if job.lifetime is Lifetime.ATTACHED else limits.keep_detached_seconds


def expiring(jobs: Iterable[Job], now: float, limits: Limits) -> list[Job]:
    """The succeeded jobs whose results have to go now."""
    results = [job for job in jobs if job.state is JobState.SUCCEEDED]
    gone = [job for job in results if job.expires <= now]
    kept = sorted((job for job in results if job.expires > now), key=lambda job: max(job.last_read, job.ended))
    surplus = sum(_size(job) for job in kept) - limits.keep_bytes
    for job in kept:
        if surplus <= 0:
            break
        surplus -= _size(job)
        gone.append(job)
    return gone


def forgettable(jobs: Iterable[Job]) -> list[Job]:
    """The records to drop: of jobs without pixels, the oldest above RECORDS."""
    ended = sorted((job for job in jobs if job.state.ended and job.state is not JobState.SUCCEEDED), key=lambda job: job.ended)
    return ended[: max(0, len(ended) - RECORDS)]


def _size(job: Job) -> int:
    return job.result.size if job.result else 0
