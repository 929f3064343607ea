"""Owns what an earlier server left, as its journal and its jobs' folders tell it together: after a damage, or with an older journal, they differ."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from pathlib import Path

from ..records.result import Failure, Result
from . import results
from .encoding import Unreadable
from .folders import JobFolders
from .job import Job
from .journal import Journal, JournalFailure
from .states import JobState

log = logging.getLogger(__name__)

RESTARTED = Failure("SERVER_RESTARTED", "The server ended while this job ran; send the job again.")


def left(journal: Journal, folders: JobFolders) -> list[Job]:
    """Every job, in order of arrival, as the one of the two has it that knows more. What neither understands is set aside. OSError."""
    found = {job.id: _placed(job, folders) for job in journal.jobs()}
    for path in folders.all():
        _meet(path, found, journal, folders)
    return sorted(found.values(), key=lambda job: job.arrival)


def _meet(path: Path, found: dict[str, Job], journal: Journal, folders: JobFolders) -> None:
    known = found.get(path.name)
    try:
        noted = folders.noted(path)
    except Unreadable as error:
        if known is None or path.is_symlink() or not path.is_dir():
            journal.aside.take(path, str(error))
        return
    if noted is not None:
        noted = _placed(noted, folders)
        if known is None or _knows_more(noted, known):
            log.warning("job %s: taken up again from its folder, as %s", noted.id, noted.state.value)
            found[noted.id] = noted
            with contextlib.suppress(JournalFailure):
                journal.put(noted)
    elif known is None:
        journal.aside.take(path, "the journal knows no such job")
    else:  # an older server's
        with contextlib.suppress(OSError):
            folders.note(known)


def _placed(job: Job, folders: JobFolders) -> Job:
    """With the result, and what an update of it needs, where they lie now: the state folder may have been moved."""
    if job.result is None:
        return job
    order = job.order.moved(lambda path: folders.of(job.id) / path.name) if job.order is not None else None
    return replace(job, result=replace(job.result, path=folders.result(job.id)), order=order)


def _knows_more(noted: Job, known: Job) -> bool:
    if known.result is None or noted.result is None:
        return _far(noted) > _far(known)
    return noted.result != known.result and _fits(noted.result) and not _fits(known.result)


def _far(job: Job) -> int:
    """How far a job has come."""
    return 2 if job.state.ended else int(job.state is JobState.RUNNING)


def _fits(result: Result) -> bool:
    """Whether a record of a result is that of the file which lies there."""
    try:
        results.check(result)
    except (results.Damaged, OSError):
        return False
    return True
