"""Owns all jobs: their records in memory and in the journal, their folders and their watchers. Every change of a job goes through here, on one thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..clock import Clock
from ..limits import KEPT_CHECKPOINTS, Limits
from ..records import checkpoints
from ..records.progress import Preview, Progress
from ..records.result import Failure
from ..refusals import Invalid, NotFound
from . import following, recovery, results
from .ages import Ages
from .folders import JobFolders
from .job import Job, JobClass, Lifetime
from .journal import Journal, JournalFailure
from .leases import Leases
from .places import Places
from .queue import FairQueue
from .retention import Results, keep_seconds
from .states import JobState
from .waiting import Waiting
from .watching import Channel, Watcher

log = logging.getLogger(__name__)

NOTED = (JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED)  # in which a job's folder keeps its record, if it has one


class JobStore:
    """The jobs by id. `changed(job)` is called after every change of state."""

    def __init__(self, journal: Journal, folders: JobFolders, clock: Clock, limits: Limits) -> None:
        self.folders = folders
        self.limits = limits
        self.queue = FairQueue()
        self.leases = Leases(clock, limits.lease_seconds)
        self.changed: Callable[[Job], None] = lambda job: None
        self.watched: Callable[[str], None] = lambda job_id: None
        self._journal = journal
        self._clock = clock
        self._ages = Ages(journal.folder, clock, limits)
        self._checking = results.Checking(())
        self._jobs: dict[str, Job] = {}
        self._open: dict[str, None] = {}  # ids of the jobs that have not ended, in order of arrival: few, however many records are kept
        self._requests: dict[tuple[str, str, str], str] = {}
        self._channels: dict[str, Channel] = {}
        self.queued = Waiting(self.find)
        self._results = Results(limits)
        self._places = Places(self.queue, self.queued, self.waiting)
        self._halted: dict[str, None] = {}  # failed jobs with a completed scale, in order of their ends
        self._arrivals = self._uses = 0

    def recover(self) -> None:
        """Takes up what an earlier server left: paintings that ran have failed, learnings wait with what waited, results can be read. The rest is set aside."""
        for job in recovery.left(self._journal, self.folders):
            self._recover(job)
        self._results.take(self.jobs())
        self._check_results()
        self._let_down()

    def _recover(self, job: Job) -> None:
        self._arrivals, self._uses = max(self._arrivals, job.arrival), max(self._uses, job.used)
        before = job
        if job.state is JobState.RUNNING:
            learning = job.job_class is JobClass.BACKGROUND
            job = job.set_aside() if learning else self._aged(job.move(JobState.FAILED, failure=self._told(job.id, recovery.RESTARTED)))
        job = replace(job, since=min(job.since, self._ages.now(job.lifetime)))
        if job != before:
            self._put(job)
        self._take(job)
        if job.state is JobState.QUEUED and job.lifetime is Lifetime.ATTACHED:
            self.leases.begin(job.id)
        if job.state.ended:
            self._tidy(job)

    def _check_results(self) -> None:
        """The newest first. What is not read at once is read through beside the server's work."""
        found = results.glanced((job.id, job.result) for job in reversed(self.jobs()) if job.state is JobState.SUCCEEDED and job.result is not None)
        for job_id in found.damaged:
            self.lose(job_id)
        for job_id in found.gone:
            self.lose(job_id, None)
        self._checking = results.Checking(found.later)

    # ---- Reading

    def get(self, job_id: str, owner: str = "") -> Job:
        """The job with its latest progress. NotFound, also for another owner's job."""
        job = self._jobs.get(job_id)
        if job is None or job.owner != owner:
            raise NotFound("There is no such job here; `restyle jobs list` shows those that there are.", reason="JOB_NOT_FOUND")
        return job

    def find(self, job_id: str) -> Job | None:
        """The job, whoever owns it."""
        return self._jobs.get(job_id)

    def requested(self, owner: str, client_id: str, request_id: str) -> Job | None:
        """The job that this client has already made by this request."""
        return self._jobs.get(self._requests.get((owner, client_id, request_id), ""))

    def jobs(self) -> list[Job]:
        """All jobs, in order of arrival."""
        return list(self._jobs.values())

    def open(self) -> list[Job]:
        """The jobs that have not ended, in order of arrival."""
        return [self._jobs[job_id] for job_id in self._open]

    def waiting(self) -> Iterator[Job]:
        """Those that wait, each looked at when its turn comes: what is done to one may take others that follow it along."""
        return (self._jobs[job_id] for job_id in self.queued if job_id in self.queued)

    def running(self) -> list[Job]:
        return [job for job in self.open() if job.state is JobState.RUNNING]

    def queued_by(self, party: str | None = None) -> int:
        """How many jobs upload or wait: of the party, or of all."""
        return self.queued.entered(party)

    def bytes_in_flight(self, party: str) -> int:
        """Bytes of the inputs of the party's jobs that have not ended."""
        return self.queued.bytes_in_flight(party)

    def place(self, job: Job) -> int:
        """The job's place in the queue; 1 is next, 0: it doesn't wait."""
        return self._places.of(job)

    def preview_size(self, job_id: str) -> int:
        """The longest side in px of the previews that somebody wants; 0: nobody."""
        channel = self._channels.get(job_id)
        return channel.preview_size if channel else 0

    def halted(self, owner: str) -> list[Job]:
        """The owner's failed jobs with a completed scale that a like job can go on from, the latest first."""
        return [job for job in map(self._jobs.__getitem__, reversed(self._halted)) if job.owner == owner]

    # ---- Changing

    def add(self, make: Callable[[str, int], Job]) -> Job:
        """A new job in UPLOADING, made of its new id and its arrival number; with a folder, not yet in the journal. OSError."""
        self._arrivals += 1
        job = make(secrets.token_hex(8), self._arrivals)
        self.folders.make(job.id)
        self._take(job)
        return job

    def abandon(self, job_id: str) -> None:
        """Forgets a job whose upload broke, as if it had never been asked for."""
        job = self._jobs.get(job_id)
        if job is not None and job.state is JobState.UPLOADING:
            self._forget(job)

    def move(self, job_id: str, to: JobState, **changes: Any) -> Job:
        """Changes the job's state, journals it, tells the watchers. ImpossibleMove, and JournalFailure for the steps that begin something."""
        if to is JobState.FAILED:
            changes["failure"] = self._told(job_id, changes["failure"])
        known, job = self._jobs[job_id].started > 0, self._jobs[job_id].move(to, **changes)
        if to.ended:
            job = replace(job if job.ended else self._aged(job), order=job.order.settled if job.order and job.updatable else None, lesson=None)
        self._note(job)
        try:
            self._journal.put(job)
        except JournalFailure as error:
            if not (to.ended or known):  # nothing may begin that a restart would not know of; what has ended has ended
                raise
            log.error("job %s: its state could not be written to the journal: %s", job_id, error)  # noqa: TRY400 - the cause is all there is to say
        self._put_down(job)
        if to.ended:
            self._open.pop(job_id, None)
            self._results.note(job)
        self._after(job)
        return job

    def set_aside(self, job_id: str, **changes: Any) -> None:
        """A learning that runs waits again. It may begin anew whatever a restart knows of it, so that a journal that can't be written stops nothing."""
        self._keep(self._jobs[job_id].set_aside(**changes))
        self._after(self._jobs[job_id])

    def mark(self, job_id: str, **changes: Any) -> Job:
        """Changes what is no state of a job that has not ended, and tells its watchers."""
        self._keep(replace(self._jobs[job_id], **changes))
        self._channel(job_id).publish(self._jobs[job_id])
        return self._jobs[job_id]

    def progress(self, job_id: str, progress: Progress) -> None:
        """The job's latest progress, for its watchers and its snapshots."""
        if (job := self._jobs.get(job_id)) is not None and job.state is JobState.RUNNING:
            self._jobs[job_id] = replace(job, progress=progress)
            self._channel(job_id).publish(progress)

    def preview(self, job_id: str, picture: Preview) -> None:
        """A picture of the job as it stands."""
        if (job := self._jobs.get(job_id)) is not None and job.state is JobState.RUNNING:
            self._channel(job_id).publish(picture)

    def read(self, job_id: str) -> None:
        """Notes that somebody read the job's result: it goes later than those that nobody reads."""
        job = self._jobs.get(job_id)
        if job is not None:
            self._uses += 1
            self._jobs[job_id] = replace(job, last_read=self._clock.time(), used=self._uses)
            if job.state is JobState.SUCCEEDED:
                self._results.note(self._jobs[job_id])
            self._put(self._jobs[job_id])

    def lose(self, job_id: str, failure: Failure | None = results.DAMAGED) -> None:
        """The job's result is not what was painted; what lies there is set aside. failure: None when nothing lies there."""
        job = self._jobs.get(job_id)
        if job is None or job.state is not JobState.SUCCEEDED:
            return
        log.error("job %s: its result is %s", job_id, "gone" if failure is None else "damaged")
        if failure is not None:
            self._journal.aside.take(self.folders.of(job_id), "its result is not what was painted")
        self.move(job_id, JobState.EXPIRED, result=None, failure=failure)

    async def lend(self, job_id: str, owner: str, target: Path) -> None:
        """Puts a job's result where another job starts from. Invalid when there is none any more, which is noted; OSError."""
        result = self.get(job_id, owner).result
        try:
            if result is not None:
                await asyncio.to_thread(results.lend, result, target)
                return
        except results.Damaged:
            self.lose(job_id)
            raise Invalid("spec.start.job_id", "this job's painting was damaged on the server's disk; start from another one.") from None
        except (FileNotFoundError, NotADirectoryError):
            self.lose(job_id, None)
        raise Invalid("spec.start.job_id", "this job's painting is gone; start from another one.")

    def delete(self, job_id: str) -> None:
        """Removes an ended job and its pixels."""
        self._forget(self._jobs[job_id])
        with contextlib.suppress(JournalFailure):
            self._journal.remove(job_id)
        log.info("job %s: deleted", job_id)
        self._let_down()

    def sweep(self) -> None:
        """Drops what is past its time: results, and records without results."""
        self._ages.look()
        while not self._checking.found.empty():
            self.lose(self._checking.found.get())
        for job in self._results.expiring(self._jobs.__getitem__, self._ages.past):
            self.move(job.id, JobState.EXPIRED, result=None)
        for job_id in [id_ for id_ in self._halted if self._ages.past(self._jobs[id_])]:
            self._let_go(job_id)
        for job_id in self._results.forgettable():
            self.delete(job_id)
        for job_id in filter(self._channels.__contains__, self._places.moved()):
            self._channels[job_id].publish(self._jobs[job_id])

    # ---- Watching

    @contextlib.contextmanager
    def watcher(self, job: Job, previews: int) -> Iterator[Watcher]:
        """A mailbox for one watching call; while it is open the job's lease stands still."""
        channel = self._channel(job.id)
        self.leases.watched(job.id)
        try:
            with channel.joined(job, previews) as watcher:
                self.watched(job.id)
                yield watcher
        finally:
            self.leases.left(job.id)
            self.watched(job.id)
            self._prune(job.id)

    def watchers(self) -> int:
        """How many calls watch."""
        return sum(channel.watchers for channel in self._channels.values())

    def end_watching(self) -> None:
        """Ends every watching call, after what waits in its mailbox."""
        for channel in self._channels.values():
            channel.close()

    @property
    def needed(self) -> bool:
        """Whether anybody waits for, watches or has yet to read anything."""
        return self._results.unread or self.watchers() > 0 or bool(self._open)

    def retire(self) -> None:
        """Writes what has to outlive the server, before its end is promised to anybody: who was told may remove the folder."""
        self._ages.close()

    def close(self) -> None:
        """Closes the journal."""
        self._checking.close()
        self._journal.close()

    # ---- Inside

    def _keep(self, job: Job) -> None:
        """A job that has changed, and not ended."""
        self._put_down(job)
        self._note(job)
        self._put(job)

    def _put(self, job: Job) -> None:
        """What a restart may as well not know."""
        with contextlib.suppress(JournalFailure):
            self._journal.put(job)

    def _note(self, job: Job) -> None:
        """The record beside the job's files, for a day without a journal."""
        if job.state in NOTED:
            with contextlib.suppress(OSError):
                self.folders.note(job)

    def _aged(self, job: Job) -> Job:
        """A job that ends now."""
        self._uses += 1
        now = max(self._clock.time(), job.started, job.created)  # for people: a clock that was set back gives no negative times
        expires = now + keep_seconds(job.lifetime, self.limits)
        return replace(job, ended=now, expires=expires, since=self._ages.now(job.lifetime), used=self._uses)

    def _put_down(self, job: Job) -> None:
        """The record in place of the one before."""
        before = self._jobs.get(job.id)
        self._jobs[job.id] = job
        self.queued.note(before, job)
        self._places.stale = True

    def _take(self, job: Job) -> None:
        self._put_down(job)
        if not job.state.ended:
            self._open[job.id] = None
        if job.request_id:
            self._requests[job.owner, job.client_id, job.request_id] = job.id

    def _after(self, job: Job) -> None:
        log.info("job %s: %s%s", job.id, job.state.value, f" ({job.failure.reason})" if job.failure else "")
        if job.state is JobState.QUEUED and job.lifetime is Lifetime.ATTACHED:
            self.leases.begin(job.id)
        if job.state.ended:
            self.leases.end(job.id)
            self._tidy(job)
        self._channel(job.id).publish(job)
        self._prune(job.id)
        self.changed(job)
        if job.failure is not following.LOST and (following.lost(job) or job.previous):  # else who lets it down looks on, however long the row
            self._let_down()

    def _let_down(self) -> None:
        """Jobs whose previous ones are gone wait for nothing."""
        for job_id in following.fallen(lambda: self.queued.following, self.find):
            self.move(job_id, JobState.FAILED, failure=following.LOST)

    def _tidy(self, job: Job) -> None:
        if job.state is JobState.SUCCEEDED:
            self.folders.drop_inputs(job.id, *(job.order.files if job.order else ()))
        elif job.state is JobState.FAILED and not self._ages.past(job) and self.folders.keep_checkpoint(job.id):
            self._halted[job.id] = None
            for job_id in list(self._halted)[:-KEPT_CHECKPOINTS]:
                self._let_go(job_id)
        elif job.failure is None or job.state is not JobState.EXPIRED:  # else it is set aside, or could not be
            self.folders.drop(job.id)

    def _told(self, job_id: str, failure: Failure) -> Failure:
        """The failure, with what is left of the job."""
        kept = checkpoints.head(self.folders.checkpoint(job_id))
        return checkpoints.told(failure, kept) if kept else failure

    def _let_go(self, job_id: str) -> None:
        """Nothing goes on from the failed job any more."""
        self._halted.pop(job_id, None)
        self.folders.drop(job_id)

    def _channel(self, job_id: str) -> Channel:
        if job_id not in self._channels:
            self._channels[job_id] = Channel(self._ages.number())  # so that numbers rise across restarts too
        return self._channels[job_id]

    def _prune(self, job_id: str) -> None:
        """An ended job without watchers needs no channel."""
        job, channel = self._jobs.get(job_id), self._channels.get(job_id)
        if channel is not None and channel.watchers == 0 and (job is None or job.state.ended):
            del self._channels[job_id]

    def _forget(self, job: Job) -> None:
        if self._jobs.pop(job.id, None) is not None:
            self.queued.note(job, None)
            self._results.forget(job)
        self._open.pop(job.id, None)
        self._requests.pop((job.owner, job.client_id, job.request_id), None)
        self.leases.end(job.id)
        self._let_go(job.id)
        channel = self._channels.pop(job.id, None)
        if channel is not None:
            channel.close()
