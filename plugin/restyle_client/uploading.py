"""Owns sending: messages of 1 MiB from the caller's own buffers, while listening for an early refusal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from ._vendor.grpclib.exceptions import ProtocolError, StreamTerminatedError
from ._vendor.h2.exceptions import H2Error
from .backoff import ended
from .conversion import outgoing
from .conversion.outgoing import Payloads
from .errors import ServerGone
from .transport import Connection, Leave
from .wire import restyle_pb2 as pb

CHUNK_BYTES = 1024 * 1024  # the fastest message size through grpc, under its cap of 4 MiB
STALL_SECONDS = 60.0  # without one message taken or an answer given; the server itself gives up after 15 s


async def send_job(connection: Connection, first: pb.CreateJobRequest, payloads: Payloads, report: Callable[[int, int], None]) -> pb.Job:
    """Uploads a job and returns the server's snapshot of it. report(done, total): bytes of pixels."""

    async def parts() -> AsyncIterator[tuple[Any, int]]:
        yield first, 0
        done = 0
        for number, view in enumerate(payloads.views):
            for offset in range(0, view.nbytes, CHUNK_BYTES):
                piece = view[offset : offset + CHUNK_BYTES]
                done += piece.nbytes
                yield outgoing.chunk(number, offset, piece), done

    return await _send(connection, "CreateJob", parts(), lambda done: report(done, payloads.total))  # type: ignore[no-any-return]


async def send_style(connection: Connection, first: pb.AddStyleRequest, file: memoryview) -> pb.Style:
    async def parts() -> AsyncIterator[tuple[Any, int]]:
        yield first, 0
        for offset in range(0, file.nbytes, CHUNK_BYTES):
            piece = file[offset : offset + CHUNK_BYTES]
            yield pb.AddStyleRequest(chunk=bytes(piece)), offset + piece.nbytes

    return await _send(connection, "AddStyle", parts(), lambda _: None)  # type: ignore[no-any-return]


async def _send(connection: Connection, method: str, parts: AsyncIterator[tuple[Any, int]], report: Callable[[int], None]) -> Any:
    sent = 0

    async def sending() -> None:
        nonlocal sent
        async for message, done in parts:
            await stream.send_message(message)
            sent += 1
            report(done)
        await stream.end()

    reply = None
    async with connection.stream(method) as stream:
        await stream.send_request()
        tasks = asyncio.ensure_future(sending()), asyncio.ensure_future(stream.recv_message())
        sender, answer = tasks
        try:
            await _progress(tasks, lambda: sent)
            if not answer.done():
                await sender
                await _progress((answer,), lambda: sent)
            reply = await answer
            if reply is None and not sender.done():
                raise StreamTerminatedError("refused early")  # grpclib then looks for the status that came with the end
            if not sender.done() or sender.exception() is not None:
                raise Leave  # answered early: an upload that the server knows already
        except (H2Error, ProtocolError) as error:
            raise StreamTerminatedError(str(error)) from error
        finally:
            for task in tasks:
                await ended(task)
    if reply is None:
        raise ServerGone("The server ended the upload without an answer; try again.")
    return reply


async def _progress(tasks: tuple[asyncio.Future[Any], ...], count: Callable[[], int]) -> None:
    """Waits until one of the tasks is done. ServerGone when nothing moves for STALL_SECONDS."""
    while True:
        before = count()
        done, _ = await asyncio.wait(tasks, timeout=STALL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if done:
            return
        if count() == before:
            raise ServerGone(f"The server took nothing of the upload for {STALL_SECONDS:.0f} s; see its log, or restart it.")
