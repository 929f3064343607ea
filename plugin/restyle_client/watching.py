"""Owns watching a job: the events of one or many connections as one stream that ends with the job."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from ._vendor.grpclib.exceptions import StreamTerminatedError
from .backoff import Backoff, within
from .conversion import incoming, outgoing
from .errors import ServerGone, ServerNotFound, Unauthenticated
from .events import Event
from .jobs import Job
from .transport import Connection, ConnectionLost, Leave
from .wire import restyle_pb2 as pb

NEWS_SECONDS = 24 * 3600.0  # without anything new about a job: longer than a night's queue
BREAKS = 100  # in a row of watches that end at once and bring nothing new: seconds of trying
SILENCE_SECONDS = 60.0  # without an event before the connection counts as dead: a queued job is quiet, and a new watch costs one snapshot


async def receive(stream: Any, seconds: float = SILENCE_SECONDS) -> Any:
    """The next message, or None at the end of the stream. A silence of `seconds` counts as a broken connection."""
    try:
        return await within(seconds, stream.recv_message())
    except asyncio.TimeoutError as error:
        raise StreamTerminatedError(f"silent for {seconds:.0f} s") from error


async def watch(connection: Connection, job_id: str, *, previews: bool, preview_size: int, backoff: Backoff) -> AsyncIterator[Event]:
    """A snapshot first and after every reconnect, then progress and previews, at last a snapshot in a terminal state. ServerGone after a day without news."""
    request = outgoing.asking(pb.WatchJobRequest, id=job_id, previews=previews, preview_size=preview_size)
    news = _News()
    while True:
        lost: ConnectionLost | ServerNotFound | Unauthenticated
        ended = False
        try:
            async with connection.stream("WatchJob") as stream:
                await stream.send_message(request, end=True)
                while (message := await receive(stream)) is not None:
                    backoff.reset()
                    event = _event(message)
                    news.take(event)
                    if event is not None:
                        yield event
                    if isinstance(event, Job) and event.done:
                        ended = True
                        raise Leave
            if ended:
                return
            lost = ConnectionLost("The server ended the watch before the job.")
        except ConnectionLost as error:
            lost = error
        except (ServerNotFound, Unauthenticated) as error:  # between a server's end and its successor's server.json
            if not backoff.trying:
                raise
            lost = error
        news.broke_off()
        await backoff.pause(lost)


class _News:
    """Whether watching still brings anything: a server can be there, and tell the same for ever."""

    def __init__(self) -> None:
        self._latest = self._began = time.monotonic()
        self._known: dict[type, object] = {}
        self._breaks = 0

    def take(self, event: Event | None) -> None:
        """Notes an event that may tell something new."""
        said = (event.state, event.queue_position, event.progress) if isinstance(event, Job) else event
        if said != self._known.get(type(event)):
            self._known[type(event)], self._latest, self._breaks = said, time.monotonic(), 0

    def broke_off(self) -> None:
        """A watch has ended before the job. ServerGone when that has led to nothing for too long, or too often."""
        now = time.monotonic()
        self._breaks = self._breaks + 1 if now - self._began < SILENCE_SECONDS / 2 else 0
        self._began = now
        if self._breaks >= BREAKS or now - self._latest > NEWS_SECONDS:
            raise ServerGone("The server tells nothing new about this job; see with `restyle jobs list` what became of it, or start the server again.")


def _event(message: pb.JobEvent) -> Event | None:
    if message.HasField("snapshot"):
        return incoming.job(message.snapshot)
    if message.HasField("progress"):
        return incoming.progress(message.progress)
    if message.HasField("preview"):
        return incoming.preview(message.preview)
    return None  # of a newer server
