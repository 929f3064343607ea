"""Owns the calls about jobs: create, estimate, get, list, watch, finish, cancel, read, delete."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc

from . import replies
from .clock import Clock
from .conversion import spec_of, text
from .dispatch import Dispatcher
from .jobs.board import Board
from .jobs.folders import borrow
from .jobs.job import Job
from .jobs.states import JobState
from .jobs.uploads import Payloads, Piece, payload_path
from .jobs.watching import events
from .limits import CHUNK_BYTES, ESTIMATE_SECONDS, RETRY_SECONDS, Limits
from .neural.parameters import work_size
from .orders import Order, PlaneFile, WeightsFile
from .refusals import BrokenUpload, Invalid, NotFound, NotNow, QueueFull, TooLarge, Unavailable
from .shelf import Shelf
from .specs import EncodedSpec, LibraryStyle, Spec
from .style_calls import Styles
from .wire import restyle_pb2 as wire

log = logging.getLogger(__name__)

NOWHERE = Path("/nonexistent")  # of an estimate's files, which are never opened
PREFLIGHT_SECONDS = 2.0  # that creating a job waits for an estimate; without one the engine itself refuses what doesn't fit
DRAINING_RETRY = 5.0  # s
MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
PAGE = 100
MAX_PAGE = 500

Context = grpc.aio.ServicerContext[Any, Any]


class Jobs:
    """What a caller can do with jobs."""

    def __init__(self, board: Board, dispatcher: Dispatcher, shelf: Shelf, styles: Styles, clock: Clock) -> None:
        self._board = board
        self._dispatcher = dispatcher
        self._shelf = shelf
        self._styles = styles
        self._clock = clock
        self._uploads: dict[str, asyncio.Event] = {}  # set when the job's upload has ended, well or not

    @property
    def _limits(self) -> Limits:
        return self._board.limits

    def message(self, job: Job) -> wire.Job:
        return replies.job_message(job, self._board.place(job), self._shelf.known)

    # ---- Creating

    async def create(self, requests: AsyncIterator[wire.CreateJobRequest], owner: str) -> wire.Job:
        """Takes a job in; its payloads go straight into files."""
        stream = aiter(requests)
        header = await self._header(stream)
        client_id = text(header.client_id, "client_id", required=True)
        request_id = text(header.request_id, "request_id", required=True)
        if (known := await self._known(owner, client_id, request_id)) is not None:
            return await self._again(known, stream)
        if not self._dispatcher.accepting:
            raise Unavailable("The server is ending; send the job again when it is back.", reason="DRAINING", retry_after=DRAINING_RETRY)
        spec = spec_of(header.spec, self._limits)
        self._admit(client_id, spec)
        self._dispatcher.check_device(spec.device)
        weights = await self._shelf.chosen(spec.weights, spec.parameters)
        library = await self._styles.used(spec)
        start = self._start(spec, owner)
        await self._preflight(spec, spec.order(NOWHERE, weights, library, start))
        if (known := await self._known(owner, client_id, request_id)) is not None:  # of those that came at once, one has gone on
            return await self._again(known, stream)
        job = self._added(spec, owner, client_id, request_id, weights.id)
        self._uploads[job.id] = asyncio.Event()
        try:
            order = await self._uploaded(job, spec, weights, library, start, stream)
            job = self._board.get(job.id, owner)
            if job.state is not JobState.UPLOADING:
                raise BrokenUpload("The job was cancelled while it was uploaded.")
            log.debug("job %s: label %r", job.id, job.label)
            return self.message(self._board.move(job.id, JobState.QUEUED, order=order))
        finally:
            self._board.abandon(job.id)  # does nothing to a job that has got further
            self._uploads.pop(job.id).set()

    async def _header(self, stream: AsyncIterator[wire.CreateJobRequest]) -> wire.CreateJobHeader:
        first = await self._next(stream)
        if first is None or first.WhichOneof("part") != "header":
            raise Invalid("header", "the first message of an upload is its header.")
        return first.header

    async def _next(self, stream: AsyncIterator[wire.CreateJobRequest]) -> wire.CreateJobRequest | None:
        try:
            return await asyncio.wait_for(anext(stream, None), self._limits.upload_idle_seconds)
        except TimeoutError:
            raise BrokenUpload("Nothing arrived; send the job again.") from None

    async def _known(self, owner: str, client_id: str, request_id: str) -> Job | None:
        while (job := self._board.requested(owner, client_id, request_id)) is not None:
            if (upload := self._uploads.get(job.id)) is None:
                return job
            await upload.wait()  # bounded: an upload that brings nothing ends by itself
        return None

    async def _again(self, job: Job, stream: AsyncIterator[wire.CreateJobRequest]) -> wire.Job:
        while await self._next(stream) is not None:  # taken and dropped: answering in mid-stream confuses some clients
            pass
        return self.message(job)

    def _admit(self, client_id: str, spec: Spec) -> None:
        limits, retry = self._limits, RETRY_SECONDS
        if self._board.queued_by(client_id) >= limits.max_jobs_per_client:
            raise QueueFull(f"{limits.max_jobs_per_client} jobs of this client wait already; send this one when one of them has started.", retry)
        if self._board.queued_by() >= limits.max_jobs:
            raise QueueFull(f"The server's queue is full ({limits.max_jobs} jobs); send this one again in a moment.", retry)
        if self._board.bytes_in_flight(client_id) + sum(spec.sizes.values()) > limits.max_bytes_in_flight:
            raise QueueFull("This client's waiting jobs hold as many bytes as the server takes; send this one when one of them has ended.", retry)

    def _added(self, spec: Spec, owner: str, client_id: str, request_id: str, weights_id: str) -> Job:
        self._admit(client_id, spec)  # again: others came in between
        return self._board.add(
            lambda job_id, arrival: Job(
                id=job_id,
                client_id=client_id,
                request_id=request_id,
                label=spec.label,
                lifetime=spec.lifetime,
                job_class=spec.job_class,
                state=JobState.UPLOADING,
                created=self._clock.time(),
                arrival=arrival,
                input_bytes=sum(spec.sizes.values()),
                weights_id=weights_id,
                owner=owner,
                wanted_device=spec.device,
            )
        )

    def _start(self, spec: Spec, owner: str) -> PlaneFile | None:
        if not spec.start_job:
            return None
        try:
            job = self._board.get(spec.start_job, owner)
        except NotFound:
            raise Invalid("spec.start.job_id", "there is no such job here.") from None
        if job.result is None:
            raise Invalid("spec.start.job_id", "this job has no result to start from; its pixels are gone, or it has not succeeded.")
        result = job.result
        return PlaneFile(result.path, result.format, result.width, result.height, result.icc)

    async def _preflight(self, spec: Spec, order: Order) -> None:
        estimated = await self._dispatcher.estimate(order, spec.device, 0.0, PREFLIGHT_SECONDS)
        if estimated is None:
            return
        station, estimate = estimated
        total = station.device.memory_total if station.device else 0
        limit = min(filter(None, (total, spec.parameters.memory_limit)), default=0)
        if limit and estimate.memory_bytes > limit:
            raise TooLarge(
                f"This job needs {estimate.memory_bytes / 2**30:.1f} GiB at {estimate.resolved.size} px, and there are {limit / 2**30:.1f} GiB; "
                f"choose a size of {estimate.largest_size} px or less.",
                estimate.largest_size,
            )

    async def _uploaded(
        self,
        job: Job,
        spec: Spec,
        weights: WeightsFile,
        library: dict[str, LibraryStyle],
        start: PlaneFile | None,
        stream: AsyncIterator[wire.CreateJobRequest],
    ) -> Order:
        folder = self._board.folders.of(job.id)
        library = {id_: await self._snapshot(style, folder / f"style-{index}") for index, (id_, style) in enumerate(sorted(library.items()))}
        if start is not None:
            await asyncio.to_thread(borrow, start.path, folder / "start")
            start = PlaneFile(folder / "start", start.format, start.width, start.height, start.icc)
        with Payloads(folder, spec.sizes) as payloads:
            await payloads.receive(lambda: _piece(stream), self._limits.upload_idle_seconds)
        for part, field in spec.parts():
            if isinstance(part, EncodedSpec) and not _is_picture(payload_path(folder, part.payload)):
                raise Invalid(field, "this is not a PNG, JPEG, TIFF or WebP picture.")
        return spec.order(folder, weights, library, start)

    async def _snapshot(self, style: LibraryStyle, target: Path) -> LibraryStyle:
        await asyncio.to_thread(borrow, style.picture, target)
        return LibraryStyle(target, style.scale)

    async def estimate(self, request: wire.EstimateJobRequest, owner: str) -> wire.Estimate:
        """Memory, time and the largest size, without the job's pixels."""
        spec = spec_of(request.spec, self._limits)
        self._dispatcher.check_device(spec.device)
        weights = await self._shelf.chosen(spec.weights, spec.parameters)
        order = spec.order(NOWHERE, weights, await self._styles.used(spec), self._start(spec, owner))
        estimated = await self._dispatcher.estimate(order, spec.device, ESTIMATE_SECONDS, ESTIMATE_SECONDS)
        if estimated is None:
            raise Unavailable("The engine is still starting; ask again in a moment.", retry_after=RETRY_SECONDS)
        station, estimate = estimated
        resolved = estimate.resolved
        width, height = work_size(spec.content.width, spec.content.height, resolved.size)
        return wire.Estimate(
            memory_bytes=estimate.memory_bytes,
            memory_available=estimate.memory_available,
            seconds=-1.0 if estimate.seconds is None else estimate.seconds,
            largest_size=estimate.largest_size,
            work_width=resolved.width or width,
            work_height=resolved.height or height,
            device=station.describe(),
            weights=replies.weights_message(self._shelf.known[weights.id]),
            resolved=replies.resolved_message(resolved, weights.id, station.id),
        )

    # ---- Living with jobs

    def list(self, request: wire.ListJobsRequest, owner: str) -> wire.ListJobsResponse:
        """A page, newest first; the token is the arrival number of the last job shown."""
        before = _page_token(request.page_token)
        states = {wire.JobState.Name(state) for state in request.states if state in wire.JobState.values()}
        found = [
            job
            for job in reversed(self._board.jobs())
            if job.owner == owner
            and (not request.client_id or job.client_id == request.client_id)
            and (not request.states or job.state.value in states)
            and (before is None or job.arrival < before)
        ]
        size = min(request.page_size or PAGE, MAX_PAGE)
        more = str(found[size - 1].arrival) if len(found) > size else ""
        return wire.ListJobsResponse(jobs=[self.message(job) for job in found[:size]], next_page_token=more)

    async def watch(self, request: wire.WatchJobRequest, owner: str) -> AsyncIterator[wire.JobEvent]:
        """Events until the job has ended; UNAVAILABLE when the server ends first."""
        job = self._board.get(request.id, owner)
        size = replies.preview_size(request.preview_size) if request.previews else 0
        with self._board.watcher(job, size) as watcher:
            async for event in events(watcher):
                what = event.what
                if isinstance(what, Job):
                    job = what
                yield replies.event_message(event, size, self.message)
        if not job.state.ended:
            raise Unavailable("The server is ending; watch again when it is back.", reason="DRAINING", retry_after=DRAINING_RETRY)

    def finish(self, job_id: str, owner: str) -> wire.Job:
        """A running job delivers what there is, soon."""
        job = self._board.get(job_id, owner)
        if not job.state.ended and job.state is not JobState.RUNNING:
            raise NotNow("This job has not begun to run, so there is nothing to keep; cancel it instead.", reason="NOT_RUNNING")
        self._dispatcher.finish(job_id)
        return self.message(job)

    def cancel(self, job_id: str, owner: str) -> wire.Job:
        """The job is CANCELLED from now on; its worker leaves it at its next evaluation."""
        job = self._board.get(job_id, owner)
        if not job.state.ended:
            self._dispatcher.cancel(job_id)
            job = self._board.move(job_id, JobState.CANCELLED)
        return self.message(job)

    def cancel_lapsed(self) -> None:
        """Cancels the attached jobs that nobody has watched for too long."""
        for job_id in self._board.leases.lapsed():
            log.info("job %s: nobody watches it any more", job_id)
            self._dispatcher.cancel(job_id)
            self._board.move(job_id, JobState.CANCELLED)

    async def read(self, request: wire.ReadResultRequest, owner: str) -> AsyncIterator[wire.ReadResultResponse]:
        """The result's bytes from the offset on, after a first message without any."""
        job = self._board.get(request.id, owner)
        result = job.result
        if job.state is JobState.EXPIRED:
            raise NotFound("This result has expired; paint it again.", reason="RESULT_EXPIRED")
        if result is None:
            raise NotNow(f"This job is {job.state.value} and has no result to read.", reason="NO_RESULT")
        if request.offset > result.size:
            raise Invalid("offset", f"the result has {result.size} bytes.")
        self._board.read(job.id)
        try:
            file = await asyncio.to_thread(result.path.open, "rb")
        except FileNotFoundError:
            raise NotFound("This result is gone; paint it again.", reason="RESULT_EXPIRED") from None
        with contextlib.closing(file):
            file.seek(request.offset)
            yield wire.ReadResultResponse(info=replies.result_message(result), offset=request.offset, icc_profile=result.icc or b"")
            offset = request.offset
            while data := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield wire.ReadResultResponse(offset=offset, data=data)
                offset += len(data)

    def delete(self, job_id: str, owner: str) -> None:
        """Cancels the job if need be and removes it."""
        self.cancel(job_id, owner)
        self._board.delete(job_id)


async def _piece(stream: AsyncIterator[wire.CreateJobRequest]) -> Piece | None:
    request = await anext(stream, None)
    if request is None:
        return None
    if request.WhichOneof("part") != "chunk":
        raise Invalid("chunk", "after the header come chunks only.")
    return Piece(request.chunk.payload, request.chunk.offset, request.chunk.data)


def _is_picture(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(12)
    return head.startswith(MAGIC) or (head[:4] == b"RIFF" and head[8:] == b"WEBP")


def _page_token(token: str) -> int | None:
    if not token:
        return None
    if not (token.isascii() and token.isdecimal() and len(token) < 20):
        raise Invalid("page_token", "give the token of the page before, as it was.")
    return int(token)
