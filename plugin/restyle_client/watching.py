"""Owns watching a job: the events of one or many connections as one stream that ends with the job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from ._vendor.grpclib.exceptions import StreamTerminatedError
from .conversion import incoming
from .errors import ServerNotFound, Unauthenticated
from .events import Event
from .jobs import Job
from .patience import Patience, within
from .transport import Connection, ConnectionLost, Leave
from .wire import restyle_pb2 as pb

SILENCE_SECONDS = 60.0  # without an event before the connection counts as dead: a queued job is quiet, and a new watch costs one snapshot


async def receive(stream: Any, seconds: float = SILENCE_SECONDS) -> Any:
    """The next message, or None at the end of the stream. A silence of `seconds` counts as a broken connection."""
    try:
        return await within(seconds, stream.recv_message())
    except asyncio.TimeoutError as error:
        raise StreamTerminatedError(f"silent for {seconds:.0f} s") from error


async def watch(connection: Connection, job_id: str, *, previews: bool, preview_size: int, patience: Patience) -> AsyncIterator[Event]:
    """A snapshot first and after every reconnect, then progress and previews, at last a snapshot in a terminal state."""
    request = pb.WatchJobRequest(id=job_id, previews=previews, preview_size=preview_size)
    while True:
        lost: ConnectionLost | ServerNotFound | Unauthenticated
        ended = False
        try:
            async with connection.stream("WatchJob") as stream:
                await stream.send_message(request, end=True)
                while (message := await receive(stream)) is not None:
                    patience.reset()
                    event = _event(message)
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
            if not patience.trying:
                raise
            lost = error
        await patience.pause(lost)


def _event(message: pb.JobEvent) -> Event | None:
    if message.HasField("snapshot"):
        return incoming.job(message.snapshot)
    if message.HasField("progress"):
        return incoming.progress(message.progress)
    if message.HasField("preview"):
        return incoming.preview(message.preview)
    return None  # of a newer server
