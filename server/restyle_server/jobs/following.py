"""Owns which jobs wait for others: a frame of a sequence is painted when those have been that it holds still with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from ..records.result import Failure
from .job import Job
from .states import JobState

BACK = (1, 2, 4)  # frames, to which a painting is compared (Ruder et al. 2016, section 5.2): what was hidden for a moment comes back as it was
LOST = Failure("PREVIOUS_LOST", "The painting of the frame before is gone, or was never made; paint that frame again, and this one after it.")

Find = Callable[[str], Job | None]


def lost(job: Job | None) -> bool:
    """Whether nobody can hold still with the job any more."""
    return job is None or job.state in (JobState.UPLOADING, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED)


def let_down(job: Job, find: Find) -> bool:
    """Whether the job waits for one that is lost."""
    return any(lost(find(job_id)) for job_id in job.previous)


def fallen(waiting: Callable[[], Iterable[str]], find: Find) -> Iterator[str]:
    """The ids of those that wait for one that is lost, until there are none: each is to be lost before the next is asked for. waiting: that may be."""
    found = True
    while found:
        found = False
        for job_id in waiting():  # mostly in the order of their following, so that one turn finds a whole film
            if (job := find(job_id)) is not None and job.state is JobState.QUEUED and let_down(job, find):
                found = True
                yield job_id


def ready(job: Job, find: Find) -> bool:
    """Whether the job may be painted, as far as others are concerned."""
    return all((found := find(job_id)) is not None and found.state is JobState.SUCCEEDED for job_id in job.previous)


def chain(job: Job, find: Find) -> list[str]:
    """The ids of the job, which is one frame back, and of those before it that count, as far as they are known."""
    found, here = [job.id], job
    for near, far in pairwise(BACK):
        for _ in range(far - near):
            before = find(here.previous[0]) if here.previous else None
            if before is None or before.owner != job.owner:
                return found
            here = before
        found.append(here.id)
    return found
