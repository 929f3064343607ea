"""Owns the one call that does it all: create, watch, read; patient when the queue is full, and ended early at any moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from .backoff import ended, within
from .cancellation import Cancellation
from .errors import JobCancelled, JobFailed, NotFound, QueueFull, Refused, RestyleError, ServerError, ServerGone, WrongState
from .events import Event
from .jobs import Job, JobState, Result
from .requests import JobRequest

if TYPE_CHECKING:
    from .session import AsyncSession

CANCEL_SECONDS = 5.0  # to tell the server; it answers in milliseconds, and its lease ends the job anyway
SETTLE_SECONDS = 10.0  # for a cancelled job to end: the server's promise is two loss evaluations
SHORTEST_WAIT = 0.05  # s between two tries at a full queue, whatever RetryInfo says


class Painting:
    """One job from its request to its result."""

    def __init__(
        self, session: AsyncSession, request: JobRequest, on_event: Callable[[Event], None] | None, *, patience: float, previews: bool, preview_size: int
    ) -> None:
        self._session = session
        self._request = request
        self._on_event = on_event
        self._patience = patience
        self._previews = previews
        self._preview_size = preview_size
        self._job: Job | None = None
        self._finish_sent = False
        self._withdrawn = False

    async def run(self, cancellation: Cancellation) -> Result:
        loop, wish = asyncio.get_running_loop(), asyncio.Event()
        forget = cancellation.listen(lambda: _soon(loop, wish))
        flow = asyncio.ensure_future(self._flow(cancellation))
        obedience = asyncio.ensure_future(self._obey(cancellation, wish, flow))
        try:
            await asyncio.wait({flow, obedience}, return_when=asyncio.FIRST_COMPLETED)
            return await self._outcome(flow, cancellation)
        except (JobFailed, Refused, QueueFull):
            raise
        except ServerGone as error:  # an attached job ends with its lease, and a detached one is meant to go on
            error.job = self._job
            raise
        except BaseException:
            await ended(flow)
            await self._withdraw()
            raise
        finally:
            forget()
            await ended(obedience)
            await ended(flow)

    async def _outcome(self, flow: asyncio.Future[Result], cancellation: Cancellation) -> Result:
        if cancellation.cancelled:
            raise JobCancelled("The job was cancelled.", self._job)
        return await flow

    async def _flow(self, cancellation: Cancellation) -> Result:
        self._job = await self._create()
        async with aclosing(self._session.watch(self._job.id, self._previews, self._preview_size)) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, Job):
                    self._job = event
                    if cancellation.finished:
                        await self._finish()
                self._tell(event)
        job = self._job
        if job.state is JobState.CANCELLED:
            raise JobCancelled("The job was cancelled.", job)
        if job.state is JobState.FAILED:
            reason, message = (job.error.reason, job.error.message) if job.error else ("INTERNAL", "")
            raise JobFailed(message or "The job failed without a reason; see the server's log.", reason, job)
        if not job.done:
            raise ServerError("The server stopped telling about the job before its end; ask for it again by its id.")
        result = await self._session.read(job.id, self._on_event)
        return replace(result, plane=replace(result.plane, icc=self._request.content.icc))

    async def _create(self) -> Job:
        give_up = time.monotonic() + self._patience
        while True:
            try:
                return await self._session.create(self._request, self._on_event)
            except QueueFull as error:
                if time.monotonic() + error.retry_after > give_up:
                    raise
                await asyncio.sleep(max(SHORTEST_WAIT, error.retry_after))

    async def _obey(self, cancellation: Cancellation, wish: asyncio.Event, flow: asyncio.Future[Result]) -> None:
        """Passes every wish on to the server; returns after a wish to cancel, when the job has ended or there is none yet."""
        while True:
            await wish.wait()
            wish.clear()
            if cancellation.cancelled:
                if self._job is not None and not self._job.done and await self._withdraw():
                    await asyncio.wait({flow}, timeout=SETTLE_SECONDS)
                return
            await self._finish()

    async def _finish(self) -> None:
        """Tells the server once, as soon as the job runs; before that there is nothing to keep."""
        if self._job is not None and self._job.state is JobState.RUNNING and not self._finish_sent:
            self._finish_sent = True
            try:
                await self._session.finish(self._job.id)
            except WrongState:
                pass  # it ended by itself
            except RestyleError:
                self._finish_sent = False  # the next snapshot, after a reconnect, brings it up again

    async def _withdraw(self) -> bool:
        """Cancels the job on the server, if it has it; whether the server heard. Tried once and never raises: the caller is on its way out."""
        if not self._withdrawn:
            self._withdrawn = True
            with suppress(RestyleError, asyncio.TimeoutError):
                await within(CANCEL_SECONDS, self._withdraw_now())
                return True
        return False

    async def _withdraw_now(self) -> None:
        job = self._job
        if job is None:  # the upload may have arrived, and only its answer been lost
            known = await self._session.list((JobState.UPLOADING, JobState.QUEUED, JobState.RUNNING), all_clients=False)
            job = next((each for each in known if each.request_id == self._request.request_id), None)
        if job is not None and not job.done:
            with suppress(NotFound):
                job = await self._session.cancel(job.id)
            if self._job is not None:
                self._job = job

    def _tell(self, event: Event) -> None:
        if self._on_event is not None:
            self._on_event(event)


def _soon(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop is closed: the call has ended long ago
        loop.call_soon_threadsafe(event.set)
