"""Owns the calls about jobs that there are: list, watch, finish, cancel, read, delete."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any, BinaryIO

import msgspec

from ..devices.dispatch import Dispatcher
from ..jobs import results
from ..jobs.job import Job, JobClass
from ..jobs.states import JobState
from ..jobs.store import JobStore
from ..jobs.watching import events
from ..records import report
from ..records.result import Result
from ..refusals import DataLoss, Invalid, NotFound, NotNow, Unavailable
from ..weights.registry import WeightsRegistry
from ..wire import restyle_pb2 as wire
from . import replies
from .job_creation import DRAINING_RETRY
from .strengths import Strengths

log = logging.getLogger(__name__)

PAGE = 100
MAX_PAGE = 500
AT_ONCE = 25  # jobs of a list between two calls of others: a millisecond or two


class Jobs:
    """What a caller can do with jobs."""

    def __init__(self, store: JobStore, dispatcher: Dispatcher, registry: WeightsRegistry, strengths: Strengths) -> None:
        self._store = store
        self._strengths = strengths
        self._dispatcher = dispatcher
        self._registry = registry

    def message(self, job: Job) -> wire.Job:
        """A snapshot of the job."""
        return replies.job_message(job, self._store.place(job), self._registry.known)

    async def list(self, request: wire.ListJobsRequest, owner: str) -> wire.ListJobsResponse:
        """A page, newest first; the token is the arrival number of the last job shown. Others' calls go between its jobs."""
        before = _page_token(request.page_token)
        states = {wire.JobState.Name(state) for state in set(request.states) if state in wire.JobState.values()}
        found = [
            job
            for job in reversed(self._store.jobs())
            if job.owner == owner
            and (not request.client_id or job.client_id == request.client_id)
            and (not request.states or job.state.value in states)
            and (before is None or job.arrival < before)
        ]
        size = min(request.page_size or PAGE, MAX_PAGE)
        more = str(found[size - 1].arrival) if len(found) > size else ""
        response = wire.ListJobsResponse(next_page_token=more)
        for job in found[:size]:
            response.jobs.append(self.message(job))
            if len(response.jobs) % AT_ONCE == 0:
                await asyncio.sleep(0)
        return response

    async def watch(self, request: wire.WatchJobRequest, owner: str) -> AsyncIterator[wire.JobEvent]:
        """Events until the job has ended; UNAVAILABLE when the server ends first."""
        job = self._store.get(request.id, owner)
        size = replies.preview_size(request.preview_size) if request.previews else 0
        with self._store.watcher(job, size) as watcher:
            async for event in events(watcher):
                what = event.what
                if isinstance(what, Job):
                    job = what
                yield replies.event_message(event, size, self.message)
        if not job.state.ended:
            self._store.get(job.id, owner)  # NotFound when its upload broke
            raise Unavailable("The server is ending; watch again when it is back.", reason="DRAINING", retry_after=DRAINING_RETRY)

    def finish(self, job_id: str, owner: str) -> wire.Job:
        """A running job delivers what there is, soon."""
        job = self._store.get(job_id, owner)
        if job.job_class is JobClass.BACKGROUND and not job.state.ended:
            return self.message(self._finish_learning(job))
        if not job.state.ended and job.state is not JobState.RUNNING:
            raise NotNow("This job has not begun to run, so there is nothing to keep; cancel it instead.", reason="NOT_RUNNING")
        self._dispatcher.finish(job_id)
        return self.message(job)

    def _finish_learning(self, job: Job) -> Job:
        """One that was set aside is taken up for it, before all else."""
        if job.progress is None or job.progress.step < 1:
            raise NotNow("This look has not learned its first step, so there is nothing to keep; wait for it, or cancel the job.", reason="NOT_RUNNING")
        job = self._store.mark(job.id, finishing=True)
        self._dispatcher.finish(job.id)
        return job

    def cancel(self, job_id: str, owner: str) -> wire.Job:
        """The job is CANCELLED from now on; its worker leaves it at its next evaluation."""
        job = self._store.get(job_id, owner)
        if not job.state.ended:
            self._dispatcher.cancel(job_id)
            job = self._store.move(job_id, JobState.CANCELLED)
        return self.message(job)

    def cancel_lapsed(self) -> None:
        """Cancels the attached jobs that nobody has watched for too long."""
        for job_id in self._store.leases.lapsed():
            if (job := self._store.find(job_id)) is None or job.state.ended:  # it has fallen with one that it follows
                continue
            log.info("job %s: nobody watches it any more", job_id)
            self._dispatcher.cancel(job_id)
            self._store.move(job_id, JobState.CANCELLED)

    async def read(self, request: wire.ReadResultRequest, owner: str) -> AsyncIterator[wire.ReadResultResponse]:
        """The result's bytes from the offset on, after a first message without any. The last of them are sent when the whole has proved right."""
        job = self._store.get(request.id, owner)
        result = self._readable(job)
        if request.offset > result.size:
            raise Invalid("offset", f"the result has {result.size} bytes.")
        if not request.HasField("strength"):
            async for response in self._sent(job, result, request.offset):
                yield response
            return
        try:
            async with self._strengths.result(job, result, request.strength) as lowered:
                async for response in self._sent(job, lowered, request.offset, strength=request.strength):
                    yield response
        except results.Damaged:
            raise self._lost(job) from None

    async def _sent(self, job: Job, result: Result, offset: int, **first: Any) -> AsyncIterator[wire.ReadResultResponse]:
        """first: fields of the first message alone."""
        self._store.read(job.id)
        with contextlib.closing(await self._opened(job, result)) as file:
            yield wire.ReadResultResponse(info=replies.result_message(result), offset=offset, icc_profile=result.icc or b"", **first)
            done, crc = 0, 0
            while done < result.size:
                data, crc = await self._piece(job, file, crc)
                begin, done = done, done + len(data)
                if not data or done > result.size or (done == result.size and crc != result.crc32):
                    raise self._lost(job, result)
                if done > offset:
                    skipped = max(0, offset - begin)
                    yield wire.ReadResultResponse(offset=begin + skipped, data=data[skipped:])

    async def preview(self, request: wire.PreviewResultRequest, owner: str) -> wire.Preview:
        """The result as a small picture, at its own strength or another."""
        job = self._store.get(request.id, owner)
        wanted = request.strength if request.HasField("strength") else None
        result, size = self._readable(job), replies.preview_size(request.preview_size)
        try:
            return replies.preview_message(await self._strengths.preview(job, result, wanted, size))
        except results.Damaged:
            raise self._lost(job) from None

    def _readable(self, job: Job) -> Result:
        if job.look_id:
            raise NotNow(f'This job has learned the look "{job.look_id}", which is its result; see "restyle look show {job.look_id}".', reason="NO_RESULT")
        if job.state is JobState.EXPIRED and job.failure is not None:
            raise DataLoss(job.failure.message, reason=job.failure.reason)
        if job.state is JobState.EXPIRED:
            raise NotFound("This result has expired; paint it again.", reason="RESULT_EXPIRED")
        if job.result is None:
            raise NotNow(f"This job is {job.state.value} and has no result to read.", reason="NO_RESULT")
        return job.result

    async def _opened(self, job: Job, result: Result) -> BinaryIO:
        try:
            return await asyncio.to_thread(results.opened, result)
        except results.Damaged:
            raise self._lost(job, result) from None
        except (FileNotFoundError, NotADirectoryError):
            if result.path != self._store.folders.result(job.id):
                raise self._lost(job, result) from None
            self._store.lose(job.id, None)
            raise NotFound("This result is gone; paint it again.", reason="RESULT_EXPIRED") from None
        except OSError as error:
            raise self._unreadable(job, error) from error

    async def _piece(self, job: Job, file: BinaryIO, crc: int) -> tuple[bytes, int]:
        try:
            return await asyncio.to_thread(results.piece, file, crc)
        except OSError as error:
            raise self._unreadable(job, error) from error

    def _lost(self, job: Job, result: Result | None = None) -> DataLoss:
        """result: that was read; None: its own. One at another strength is made anew by the next call."""
        if result is not None and result.path != self._store.folders.result(job.id):
            return DataLoss("The painting at another strength was damaged on the server's disk; try again.", reason="STRENGTH_LOST")
        self._store.lose(job.id)
        return DataLoss(results.DAMAGED.message, reason=results.DAMAGED.reason)

    def _unreadable(self, job: Job, error: OSError) -> NotNow:
        log.error("job %s: its result can't be read: %s", job.id, error.strerror)
        return NotNow("The server can't read this result now; see that its state folder and its disk can be read, then try again.", reason="RESULT_UNREADABLE")

    async def report(self, job_id: str, owner: str) -> AsyncIterator[wire.ReadReportResponse]:
        """How the job was painted, if it was ordered with a report."""
        job = self._store.get(job_id, owner)
        if job.state is JobState.EXPIRED:
            raise NotFound("This job's report has expired with its result; paint it again.", reason="RESULT_EXPIRED")
        if job.result is None:
            raise NotNow(f"This job is {job.state.value} and has no report to read.", reason="NO_RESULT")
        try:
            found = await asyncio.to_thread(report.read, self._store.folders.report(job.id))
        except (OSError, msgspec.DecodeError):
            raise NotFound("This job was painted without a report; order it with one.", reason="NO_REPORT") from None
        for message in replies.report_messages(found):
            yield message

    def delete(self, job_id: str, owner: str) -> None:
        """Cancels the job if need be and removes it."""
        self.cancel(job_id, owner)
        self._store.delete(job_id)


def _page_token(token: str) -> int | None:
    if not token:
        return None
    if not (token.isascii() and token.isdecimal() and len(token) < 20):
        raise Invalid("page_token", "give the token of the page before, as it was.")
    return int(token)
