"""Owns a sequence of frames from its pixels to its paintings: a few jobs in flight, each named as the previous one of the next, in order, and begun again where
a worker or a server ended."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Union

from .backoff import ended
from .cancellation import Cancellation
from .contract import Plane
from .errors import InvalidRequest, JobFailed, ServerError
from .events import Event
from .jobs import Job, Result
from .requests import JobRequest, Previous, new_request_id

if TYPE_CHECKING:
    from .session import AsyncSession

IN_FLIGHT = 3  # frames: one is painted, one waits, one is read
TRIES = 5  # of one frame, in a row: more than a machine that is short of memory needs to say so
AGAIN = frozenset({"WORKER_CRASHED", "WORKER_HUNG", "SERVER_RESTARTED", "SERVER_STOPPED", "PREVIOUS_LOST"})  # reasons that lie in no frame

Frames = Union[Iterable[Plane], AsyncIterator[Plane]]
OnFrame = Callable[[int, Event], None]


@dataclass
class _Frame:
    """A frame on its way."""

    number: int
    content: Plane
    task: asyncio.Future[Result] | None = None
    job: asyncio.Future[Job] | None = None
    tries: int = 0


class Filming:
    """One film. request: that of every frame but for its content; its own previous are those of the first frame."""

    def __init__(
        self,
        session: AsyncSession,
        request: JobRequest,
        keys: Mapping[int, Plane | bytes],
        on_event: OnFrame | None,
        cancel: Cancellation | None,
        in_flight: int,
        patience: float,
    ) -> None:
        if in_flight < 1:
            raise InvalidRequest("in_flight is 1 or more, as at least one frame is painted at a time", "in_flight")
        self._session = session
        self._request = request
        self._keys = keys
        self._on_event = on_event
        self._cancel = cancel
        self._in_flight = in_flight
        self._patience = patience
        self._last: tuple[Previous, ...] = tuple(request.previous)  # what the first frame in flight follows
        self._flight: deque[_Frame] = deque()

    async def run(self, frames: Frames) -> AsyncIterator[Result]:
        """The paintings in the frames' order. A frame is taken when there is room for it."""
        source = _each(frames)
        number, more = 0, True
        try:
            while more or self._flight:
                while more and len(self._flight) < self._in_flight:
                    content = await anext(source, None)
                    if content is None:
                        more = False
                    else:
                        self._flight.append(_Frame(number, content))
                        number += 1
                        await self._launch()
                if self._flight:
                    result = await self._first()
                    self._last = (Previous(result.job.id),)
                    self._settle(result.job)
                    self._flight.popleft()
                    yield result
        finally:
            await self._leave()

    def _settle(self, job: Job) -> None:
        """All frames have the strokes that were chosen for the first, those after a picture that a person has painted too."""
        styles = self._request.styles
        if len(job.style_scales) == len(styles) and any(style.scale is None for style in styles):
            scaled = (replace(style, scale=scale) for style, scale in zip(styles, job.style_scales))  # noqa: B905 - Python 3.10
            self._request = replace(self._request, styles=tuple(scaled))

    async def _first(self) -> Result:
        """The first frame's painting; what follows a frame that has to be painted again is sent again too."""
        first = self._flight[0]
        while True:
            await self._launch()
            if first.task is None:
                raise ServerError("The first frame was not sent; paint the film again.")
            try:
                return await first.task
            except JobFailed as error:
                first.tries += 1
                if error.reason not in AGAIN or first.tries >= TRIES or (error.reason == "PREVIOUS_LOST" and first.tries > 1):
                    raise
                await self._leave()

    async def _launch(self) -> None:
        """Sends every frame that has not been sent, each when the server knows the one before."""
        previous = self._last
        for frame in self._flight:
            if frame.task is None:
                frame.job = asyncio.get_running_loop().create_future()
                frame.task = asyncio.ensure_future(
                    self._session.restyle(self._order(frame, previous), self._hearing(frame), self._cancel, patience=self._patience)
                )
            job = await self._known(frame)
            if job is None:  # it ended before there was a job: whoever waits for it hears why
                return
            previous = (Previous(job.id),)

    def _order(self, frame: _Frame, previous: tuple[Previous, ...]) -> JobRequest:
        painted = self._keys.get(frame.number)
        return replace(
            self._request,
            content=frame.content,
            previous=() if painted is not None else previous,
            painted=painted,
            sequence=True,
            request_id=new_request_id(),
        )

    def _hearing(self, frame: _Frame) -> Callable[[Event], None]:
        def hear(event: Event) -> None:
            if isinstance(event, Job) and frame.job is not None and not frame.job.done():
                frame.job.set_result(event)
            if self._on_event is not None:
                self._on_event(frame.number, event)

        return hear

    @staticmethod
    async def _known(frame: _Frame) -> Job | None:
        """The frame's job, as soon as the server has it; None when the call ended without one."""
        if frame.job is None or frame.task is None:
            return None
        either: set[asyncio.Future[Any]] = {frame.job, frame.task}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return frame.job.result() if frame.job.done() else None

    async def _leave(self) -> None:
        """Ends what is in flight, with its jobs; the last first, so that none is painted for nothing."""
        for frame in reversed(self._flight):
            if frame.task is not None:
                await ended(frame.task)
            frame.task = frame.job = None


async def _each(frames: Frames) -> AsyncIterator[Plane]:
    if isinstance(frames, AsyncIterator):
        async for frame in frames:
            yield frame
    else:
        for frame in frames:
            yield frame
