"""Owns how a job comes in: admitted before its pixels, uploaded into files, queued; and what it would cost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from restyle_engine.large import sizing

from ..clock import Clock
from ..devices.dispatch import Dispatcher
from ..devices.throughput import Throughputs
from ..jobs import following
from ..jobs.folders import borrow
from ..jobs.job import Job
from ..jobs.states import JobState
from ..jobs.store import JobStore
from ..jobs.uploads import Payloads, Piece, payload_path
from ..limits import ESTIMATE_SECONDS, RETRY_SECONDS, Limits
from ..records import checkpoints
from ..records.order import AskedOrder, PlaneFile, PreviousOrder, WeightsFile
from ..refusals import BrokenUpload, Denied, Invalid, NotFound, QueueFull, TooLarge, Unavailable
from ..weights.registry import WeightsRegistry
from ..wire import restyle_pb2 as wire
from ..worker.shortage import Shortage
from . import replies, updates
from .callers import LOCAL
from .conversion import spec_of, text
from .learn_specs import LearnSpec, learn_spec_of
from .specs import EncodedSpec, LibraryStyle, Spec, style_name
from .style_calls import Styles
from .uploading import in_time

log = logging.getLogger(__name__)

NOWHERE = Path("/nonexistent")  # of an estimate's files, which are never opened
PREFLIGHT_SECONDS = 2.0  # that creating a job waits for an estimate; without one the engine itself refuses what doesn't fit
DRAINING_RETRY = 5.0  # s
BURST_SECONDS = 1.0  # that a job waits for others that come at the same time, at most
GLANCE_SECONDS = 0.05  # without a newcomer, after which all have come
MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


AnySpec = Spec | LearnSpec
Request = tuple[str, str, str]  # owner, client_id, request_id


@dataclass(slots=True, eq=False)
class _Entry:
    """A place in the queue that is kept for a request whose job is not there yet."""

    party: str
    size: int  # bytes
    left: asyncio.Event  # set when the job has been taken in, or has not
    waits: bool = True  # until the store knows the job


class JobCreation:
    """Takes jobs in."""

    def __init__(self, store: JobStore, dispatcher: Dispatcher, registry: WeightsRegistry, styles: Styles, clock: Clock, throughputs: Throughputs) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._registry = registry
        self._styles = styles
        self._clock = clock
        self._throughputs = throughputs
        self._entries: dict[Request, _Entry] = {}
        self._arrivals = 0  # of headers

    @property
    def _limits(self) -> Limits:
        return self._store.limits

    async def create(self, requests: AsyncIterator[wire.CreateJobRequest], owner: str) -> Job:
        """Takes a job in; its payloads go straight into files."""
        stream = aiter(requests)
        header = await self._header(stream)
        request = (owner, text(header.client_id, "client_id", required=True), text(header.request_id, "request_id", required=True))
        if (known := await self._known(request)) is not None:
            return await self._again(known, stream)
        if not self._dispatcher.accepting:
            raise Unavailable("The server is ending; send the job again when it is back.", reason="DRAINING", retry_after=DRAINING_RETRY)
        spec = _spec_of(header.spec, self._limits, owner)
        with self._admitted(request, spec) as entry:
            await self._let_others_in()
            self._dispatcher.check_device(spec.device)
            if isinstance(spec, Spec) and spec.update:
                return await self._update(spec, request, entry, stream)
            weights = await self._registry.chosen(spec.weights, spec.parameters)
            library = await self._styles.used(spec)
            start, previous = (self._start(spec, owner), self._previous(spec, owner)) if isinstance(spec, Spec) else (None, ())
            if isinstance(spec, Spec):
                await self._preflight(spec.order(NOWHERE, weights, library, start), spec.device)
            job = self._added(spec, request, weights.id)
            entry.waits = False
            try:
                library, start = await self._uploaded(job, spec, library, start, stream)
                if isinstance(spec, Spec):
                    wanted: dict[str, Any] = {"order": await self._order(job, spec, weights, library, start, previous)}
                else:
                    folders = self._store.folders
                    wanted = {"lesson": spec.order(folders.of(job.id), folders.learned(job.id), weights, library)}
                job = self._store.get(job.id, owner)
                if job.state is not JobState.UPLOADING:
                    raise BrokenUpload("The job was cancelled while it was uploaded.")
                log.debug("job %s: label %r", job.id, job.label)
                return self._store.move(job.id, JobState.QUEUED, **wanted)
            finally:
                self._store.abandon(job.id)  # does nothing to a job that has got further

    async def _update(self, spec: Spec, request: Request, entry: _Entry, stream: AsyncIterator[wire.CreateJobRequest]) -> Job:
        """Takes in a job that paints as an earlier one did, of whose files it gets its own."""
        earlier = updates.earlier(self._store, spec, request[0])
        weights = await self._registry.chosen(earlier.order.weights.id, earlier.order.parameters)
        await self._preflight(earlier.asked(spec, NOWHERE, weights), spec.device)
        job = self._added(spec, request, weights.id, earlier)
        entry.waits = False
        folder = self._store.folders.of(job.id)
        try:
            try:
                await self._store.lend(spec.update, job.owner, updates.painting(folder))
                await asyncio.to_thread(earlier.lend, folder)
            except (Invalid, NotFound, FileNotFoundError):
                raise updates.gone() from None
            await self._uploaded(job, spec, {}, None, stream)
            order = replace(earlier.asked(spec, folder, weights), kept=self._store.folders.checkpoint(job.id))
            await self._go_on(job, order)
            if self._store.get(job.id, request[0]).state is not JobState.UPLOADING:
                raise BrokenUpload("The job was cancelled while it was uploaded.")
            return self._store.move(job.id, JobState.QUEUED, order=order)
        finally:
            self._store.abandon(job.id)

    async def _header(self, stream: AsyncIterator[wire.CreateJobRequest]) -> wire.CreateJobHeader:
        first = await self._next(stream)
        if first is None or first.WhichOneof("part") != "header":
            raise Invalid("header", "the first message of an upload is its header.")
        self._arrivals += 1
        return first.header

    async def _next(self, stream: AsyncIterator[wire.CreateJobRequest]) -> wire.CreateJobRequest | None:
        try:
            return await asyncio.wait_for(anext(stream, None), self._limits.upload_idle_seconds)
        except TimeoutError:
            raise BrokenUpload("Nothing arrived; send the job again.") from None

    async def _known(self, request: Request) -> Job | None:
        """The job that this request has made; of those that come at once one goes on, and the others wait for it."""
        while (entry := self._entries.get(request)) is not None:
            await entry.left.wait()  # bounded: an upload that brings nothing ends by itself
        return self._store.requested(*request)

    async def _again(self, job: Job, stream: AsyncIterator[wire.CreateJobRequest]) -> Job:
        while await self._next(stream) is not None:  # taken and dropped: answering in mid-stream confuses some clients
            pass
        return job

    @contextmanager
    def _admitted(self, request: Request, spec: AnySpec) -> Iterator[_Entry]:
        """Keeps a place in the queue while the job comes in, so that those for whom there is none hear of it at once. QueueFull."""
        owner, client_id, _ = request
        entry = _Entry(owner or client_id, sum(spec.sizes.values()), asyncio.Event())
        self._check_room(entry)
        self._entries[request] = entry
        try:
            yield entry
        finally:
            del self._entries[request]
            entry.left.set()

    async def _let_others_in(self) -> None:
        """When many come at once, all are heard before the first is taken in: those who are refused don't wait for the others' files."""
        loop = asyncio.get_running_loop()
        give_up, heard = loop.time() + BURST_SECONDS, -1
        while sum(entry.waits for entry in self._entries.values()) > 1 and heard != self._arrivals and loop.time() < give_up:
            heard = self._arrivals
            await asyncio.sleep(GLANCE_SECONDS)

    def _check_room(self, wanted: _Entry) -> None:
        limits, retry, party = self._limits, RETRY_SECONDS, wanted.party
        entering = [entry for entry in self._entries.values() if entry.waits]
        own = [entry for entry in entering if entry.party == party]
        if self._store.queued_by(party) + len(own) >= limits.max_jobs_per_client:
            raise QueueFull(f"{limits.max_jobs_per_client} jobs of this client wait already; send this one when one of them has started.", retry)
        if self._store.queued_by() + len(entering) >= limits.max_jobs:
            raise QueueFull(f"The server's queue is full ({limits.max_jobs} jobs); send this one again in a moment.", retry)
        if self._store.bytes_in_flight(party) + sum(entry.size for entry in own) + wanted.size > limits.max_bytes_in_flight:
            raise QueueFull("This client's waiting jobs hold as many bytes as the server takes; send this one when one of them has ended.", retry)

    def _added(self, spec: AnySpec, request: Request, weights_id: str, earlier: updates.Earlier | None = None) -> Job:
        owner, client_id, request_id = request
        return self._store.add(
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
                input_bytes=sum(spec.sizes.values()) + (earlier.input_bytes if earlier else 0),
                weights_id=weights_id,
                owner=owner,
                wanted_device=spec.device,
                previous=tuple(one.job_id for one in spec.previous) if isinstance(spec, Spec) else (),
                sequence=isinstance(spec, Spec) and spec.sequence,
                styles=earlier.styles if earlier else tuple(style_name(style, index) for index, style in enumerate(spec.styles)),
            )
        )

    def _start(self, spec: Spec, owner: str) -> PlaneFile | None:
        if not spec.start_job:
            return None
        try:
            job = self._store.get(spec.start_job, owner)
        except NotFound:
            raise Invalid("spec.start.job_id", "there is no such job here.") from None
        if job.result is None:
            raise Invalid("spec.start.job_id", "this job has no result to start from; its pixels are gone, or it has not succeeded.")
        result = job.result
        return PlaneFile(result.path, result.format, result.width, result.height, result.icc)

    def _previous(self, spec: Spec, owner: str) -> tuple[PreviousOrder, ...]:
        """Where the paintings lie, or will lie, that this one holds still with."""
        found = []
        for index, one in enumerate(spec.previous):
            field = f"spec.previous[{index}].job_id"
            try:
                job = self._store.get(one.job_id, owner)
            except NotFound:
                raise Invalid(field, "there is no such job here.") from None
            if not job.sequence:
                raise Invalid(field, "this job was not ordered as part of a sequence; order it so, and name that one.")
            if following.lost(job):
                raise Invalid(field, "this job's painting is gone, or was never made; paint that frame again.", reason=following.LOST.reason)
            found.append(PreviousOrder(tuple(map(self._store.folders.frame, following.chain(job, self._store.find))), one.weight))
        return tuple(found)

    async def _preflight(self, asked: AskedOrder, device: str) -> None:
        estimated = await self._dispatcher.estimate(asked, device, 0.0, PREFLIGHT_SECONDS)
        if estimated is None:
            return
        slot, order, estimate = estimated
        if slot.device is None:
            return
        total, allowed = slot.device.memory_total, order.parameters.memory_limit  # what others hold now may be free when the job's turn comes
        if estimate.memory_bytes > (total if allowed is None else min(total, allowed)):
            shortage = Shortage(order.parameters.size, estimate.memory_bytes, allowed, total, estimate.largest_size, slot.id)
            raise TooLarge(shortage.failure.message, estimate.largest_size)

    async def _uploaded(
        self, job: Job, spec: AnySpec, library: dict[str, LibraryStyle], start: PlaneFile | None, stream: AsyncIterator[wire.CreateJobRequest]
    ) -> tuple[dict[str, LibraryStyle], PlaneFile | None]:
        """Puts all that the job needs into its folder: the library's styles and the earlier result, which then are there, and the payloads."""
        folder = self._store.folders.of(job.id)
        library = {id_: await self._snapshot(style, folder / f"style-{index}") for index, (id_, style) in enumerate(sorted(library.items()))}
        if isinstance(spec, Spec) and start is not None:
            await self._store.lend(spec.start_job, job.owner, folder / "start")
            start = PlaneFile(folder / "start", start.format, start.width, start.height, start.icc)
        with Payloads(folder, spec.sizes) as payloads:
            async with in_time(sum(spec.sizes.values())):
                await payloads.receive(lambda: _piece(stream), self._limits.upload_idle_seconds)
        for part, field in spec.parts():
            if isinstance(part, EncodedSpec) and not _is_picture(payload_path(folder, part.payload)):
                raise Invalid(field, "this is not a PNG, JPEG, TIFF or WebP picture.")
        return library, start

    async def _order(
        self, job: Job, spec: Spec, weights: WeightsFile, library: dict[str, LibraryStyle], start: PlaneFile | None, previous: tuple[PreviousOrder, ...]
    ) -> AskedOrder:
        folders = self._store.folders
        order = replace(
            spec.order(folders.of(job.id), weights, library, start, previous),
            kept=folders.checkpoint(job.id),
            frame=folders.frame(job.id) if spec.sequence else None,
        )
        await self._go_on(job, order)
        return order

    async def _go_on(self, job: Job, order: AskedOrder) -> None:
        """Gives the job what a failed one of the same order and owner had completed."""
        halted = [(earlier.id, kept) for earlier in self._store.halted(job.owner) if (kept := checkpoints.head(self._store.folders.checkpoint(earlier.id)))]
        if not halted or order.kept is None:
            return
        with contextlib.suppress(OSError):  # then it is painted from the beginning
            wanted = await asyncio.to_thread(checkpoints.fingerprint, order)
            for earlier, kept in halted:
                if kept.order == wanted:
                    await asyncio.to_thread(borrow, self._store.folders.checkpoint(earlier), order.kept)
                    log.info("job %s: goes on where job %s ended, after %d scales", job.id, earlier, kept.done)
                    return

    async def _snapshot(self, style: LibraryStyle, target: Path) -> LibraryStyle:
        await asyncio.to_thread(borrow, style.picture, target)
        return replace(style, picture=target)

    async def estimate(self, request: wire.EstimateJobRequest, owner: str) -> wire.Estimate:
        """Memory, time and the largest size, without the job's pixels, and without the jobs that it holds still with: they may not have been made yet."""
        if request.spec.HasField("learn"):
            raise Invalid("spec.learn", "what a look costs is not estimated: it gives way to everything, and can be finished at any of its steps.")
        spec = spec_of(request.spec, self._limits)
        self._dispatcher.check_device(spec.device)
        if spec.update:
            earlier = updates.earlier(self._store, spec, owner)
            weights = await self._registry.chosen(earlier.order.weights.id, earlier.order.parameters)
            previous: tuple[PreviousOrder, ...] = ()
            asked = earlier.asked(spec, NOWHERE, weights)
        else:
            weights = await self._registry.chosen(spec.weights, spec.parameters)
            previous = tuple(PreviousOrder((NOWHERE,), one.weight) for one in spec.previous)
            asked = spec.order(NOWHERE, weights, await self._styles.used(spec), self._start(spec, owner), previous)
        estimated = await self._dispatcher.estimate(asked, spec.device, ESTIMATE_SECONDS, ESTIMATE_SECONDS)
        if estimated is None:
            raise Unavailable("The engine is still starting; ask again in a moment.", retry_after=RETRY_SECONDS)
        slot, order, estimate = estimated
        resolved = order.parameters
        seconds = self._throughputs.seconds(slot.describe(), resolved, warm=slot.warm, previous=len(previous))
        return wire.Estimate(
            memory_bytes=estimate.memory_bytes,
            memory_available=estimate.memory_available,
            seconds=-1.0 if seconds is None else seconds,
            largest_size=estimate.largest_size,
            work_width=resolved.width,
            work_height=resolved.height,
            device=slot.describe(),
            weights=replies.weights_message(self._registry.known[weights.id]),
            resolved=replies.resolved_message(resolved, weights.id, slot.id),
            warnings=sizing.said(asked.parameters, resolved, asked.content.width, asked.content.height),
            style_scales=estimate.style_scales,
        )


def _spec_of(message: wire.JobSpec, limits: Limits, owner: str) -> AnySpec:
    """Invalid; Denied."""
    if not message.HasField("learn"):
        return spec_of(message, limits)
    if owner != LOCAL:  # the library is everybody's
        raise Denied("Looks are learned on the server's own machine; ask who looks after it.")
    return learn_spec_of(message, limits)


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
