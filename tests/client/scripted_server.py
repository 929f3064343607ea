"""Owns a server whose every answer is scripted by the test, for faults that a healthy server doesn't have."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from restyle_client._vendor.google.rpc import error_details_pb2 as _details_pb2
from restyle_client._vendor.grpclib.const import Cardinality, Handler, Status
from restyle_client._vendor.grpclib.exceptions import GRPCError
from restyle_client._vendor.grpclib.server import Server
from restyle_client.wire import restyle_grpc
from restyle_client.wire import restyle_pb2 as pb

TOKEN = "the right token"
details: Any = _details_pb2  # made at run time by protobuf
Script = Callable[[Any], Awaitable[None]]


class ScriptedServer:
    """scripts: what answers each method; a list is used up call by call, its last entry stays. calls: the requests' metadata, by method, in order."""

    def __init__(self) -> None:
        self.scripts: dict[str, Script | list[Script]] = {"GetServerInfo": answer(pb.ServerInfo(version="0.1.0", api="restyle.v1", state="serving"))}
        self.calls: list[str] = []
        self.port = 0
        self._server: Server | None = None
        self._transports: set[Any] = set()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def count(self, method: str) -> int:
        return self.calls.count(method)

    async def start(self, port: int = 0) -> None:
        self._server = Server([self])
        await self._server.start("127.0.0.1", port)
        self.port = self._server._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def stop(self) -> None:
        if self._server is not None:
            self._server._server.close()  # type: ignore[union-attr]
            self._server.close()
            for transport in self._transports:
                transport.abort()
            self._transports.clear()
            self._server = None

    def __mapping__(self) -> dict[str, Handler]:
        shape = type("Shape", (restyle_grpc.RestyleBase,), {name: None for name in dir(restyle_grpc.RestyleBase) if name[0].isupper()})()
        return {path: Handler(self._handler(path.rpartition("/")[2]), *handler[1:]) for path, handler in shape.__mapping__().items()}

    def _handler(self, method: str) -> Callable[[Any], Awaitable[None]]:
        async def handle(stream: Any) -> None:
            self.calls.append(method)
            self._transports.add(stream._stream._transport)
            if stream.metadata.get("authorization") != f"Bearer {TOKEN}":
                raise GRPCError(Status.UNAUTHENTICATED, "The token is wrong; read it from server.json.")
            script = self.scripts.get(method)
            if isinstance(script, list):
                script = script.pop(0) if len(script) > 1 else script[0]
            if script is None:
                raise GRPCError(Status.UNIMPLEMENTED, f"No script for {method}; write one.")
            await script(stream)

        return handle


def answer(*messages: Any) -> Script:
    """Reads the request, if it is a single one, and sends the messages."""

    async def script(stream: Any) -> None:
        if stream._cardinality in (Cardinality.UNARY_UNARY, Cardinality.UNARY_STREAM):
            await stream.recv_message()
        for message in messages:
            await stream.send_message(message)

    return script


def refuse(status: Status, message: str, *extra: Any) -> Script:
    async def script(stream: Any) -> None:
        raise GRPCError(status, message, list(extra) or None)

    return script


def then(*scripts: Script) -> Script:
    async def script(stream: Any) -> None:
        for part in scripts:
            await part(stream)

    return script


async def drop(stream: Any) -> None:
    """Breaks the connection, as a killed server does; what was just sent may be lost."""
    stream._stream._transport.abort()


def wait(event: asyncio.Event) -> Script:
    """Waits until the test has seen enough."""

    async def script(stream: Any) -> None:
        await event.wait()
        event.clear()

    return script


async def hang(stream: Any) -> None:
    await asyncio.Event().wait()


async def swallow(stream: Any) -> None:
    """Reads an upload to its end and answers nothing yet."""
    while await stream.recv_message() is not None:
        pass


def job(state: Any = pb.QUEUED, job_id: str = "j1", **fields: Any) -> pb.Job:
    return pb.Job(id=job_id, state=state, **fields)


def snapshot(state: Any, sequence: int = 0, **fields: Any) -> pb.JobEvent:
    return pb.JobEvent(sequence=sequence, snapshot=job(state, **fields))


def progress(step: int, sequence: int = 0) -> pb.JobEvent:
    return pb.JobEvent(sequence=sequence, progress=pb.Progress(scale=1, scales=2, step=step, steps=10, fraction=step / 10, eta_seconds=-1))


def retry_info(seconds: float) -> Any:
    info = details.RetryInfo()
    info.retry_delay.FromNanoseconds(round(seconds * 1e9))
    return info


def bad_request(field: str) -> Any:
    return details.BadRequest(field_violations=[details.BadRequest.FieldViolation(field=field, description="wrong")])


def error_info(reason: str, **metadata: str) -> Any:
    return details.ErrorInfo(reason=reason, domain="restyle", metadata=metadata)
