"""Owns how tests call a server: a thin caller over grpcio's stubs, small orders, and a clock that they turn themselves."""

from __future__ import annotations

import asyncio
import itertools
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2_grpc
from restyle_server.wire import restyle_pb2 as wire
from restyle_server.wire.restyle_pb2_grpc import RestyleStub

SIDE = 16  # px: the smallest picture
PATIENCE = 240.0  # s: far more than anything here takes, even beside ten other programs, so that a hang fails instead of stalling
STEPS = 32  # in which a long time passes
_numbers = itertools.count()

Piece = tuple[int, int, bytes]  # payload, offset, data


class Clock:
    """Stands still until it is turned."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = self._wall = now

    def time(self) -> float:
        return self._wall

    def monotonic(self) -> float:
        return self._now

    def turn(self, seconds: float) -> None:
        self._now += seconds
        self._wall += seconds

    def jump(self, seconds: float) -> None:
        """The wall clock alone, as when somebody sets it."""
        self._wall += seconds

    def pass_by(self, seconds: float, look: Callable[[], object]) -> None:
        """In steps, as real time passes, with a look after each."""
        for _ in range(STEPS):
            self.turn(seconds / STEPS)
            look()


def pixels(kind: int, side: int = SIDE) -> bytes:
    """Bytes of a gray picture, different for every kind."""
    return bytes((kind * 37 + place * 3) % 256 for place in range(side * side))


def gray(side: int = SIDE, payload: int = 0) -> wire.Plane:
    return wire.Plane(format=wire.PixelFormat(channels=wire.GRAY, depth=wire.U8), width=side, height=side, payload=payload)


def order(seed: int = 0, **words: Any) -> wire.JobSpec:
    """A small order; its seed tells it from others."""
    spec = wire.JobSpec(content=gray(), styles=[wire.StyleUse(style_id="night")], lifetime=wire.DETACHED)
    spec.MergeFrom(wire.JobSpec(**words))
    spec.parameters.seed = seed
    return spec


def details(error: grpc.aio.AioRpcError) -> dict[str, Any]:
    """The google.rpc details of an error, by the name of their kind."""
    found: dict[str, Any] = {}
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for packed in status_pb2.Status.FromString(value).details:
                kind = _kind(packed)
                packed.Unpack(kind)
                found[type(kind).__name__] = kind
    return found


def _kind(packed: Packed) -> Any:
    return getattr(error_details_pb2, packed.type_url.rpartition(".")[2])()


async def until(condition: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Returns when the condition holds; fails after PATIENCE."""
    async with asyncio.timeout(PATIENCE):
        while True:
            held = condition()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.01)


class Caller:
    """One client of a server."""

    def __init__(self, channel: grpc.aio.Channel, token: str, client_id: str = "client") -> None:
        self.stub: Any = RestyleStub(channel)
        self.health: Any = health_pb2_grpc.HealthStub(channel)
        self.metadata = (("authorization", f"Bearer {token}"),)
        self.client_id = client_id

    def named(self, client_id: str) -> Caller:
        """Another client on the same connection."""
        other = Caller.__new__(Caller)
        other.stub, other.health, other.metadata, other.client_id = self.stub, self.health, self.metadata, client_id
        return other

    async def call(self, method: str, **words: Any) -> Any:
        """A unary call, by the name of its method."""
        request = getattr(wire, f"{method}Request")(**words)
        return await getattr(self.stub, method)(request, metadata=self.metadata, timeout=PATIENCE)

    async def create(self, spec: wire.JobSpec, pieces: list[Piece] | None = None, request_id: str | None = None) -> wire.Job:
        """A job; without pieces its content's bytes are those of its seed."""
        if pieces is None:
            pieces = [(0, 0, pixels(spec.parameters.seed, spec.content.width))]
        header = wire.CreateJobHeader(request_id=request_id or f"request {next(_numbers)}", client_id=self.client_id, spec=spec)

        def requests() -> Iterator[wire.CreateJobRequest]:
            yield wire.CreateJobRequest(header=header)
            for payload, offset, data in pieces:
                yield wire.CreateJobRequest(chunk=wire.Chunk(payload=payload, offset=offset, data=data))

        job: wire.Job = await self.stub.CreateJob(requests(), metadata=self.metadata, timeout=PATIENCE)
        return job

    def watch(self, job_id: str, previews: bool = False, preview_size: int = 0) -> Any:
        """A stream of events."""
        request = wire.WatchJobRequest(id=job_id, previews=previews, preview_size=preview_size)
        return self.stub.WatchJob(request, metadata=self.metadata, timeout=PATIENCE)

    async def end(self, job_id: str) -> wire.Job:
        """The job when it has ended."""
        events = [event async for event in self.watch(job_id)]
        last: wire.Job = events[-1].snapshot
        return last

    async def begun(self, job_id: str) -> wire.Job:
        """The job when it runs and has reported progress."""
        stream = self.watch(job_id)
        async for event in stream:
            if event.HasField("progress") or (event.HasField("snapshot") and event.snapshot.HasField("progress")):
                break
        stream.cancel()
        return await self.get(job_id)

    async def get(self, job_id: str) -> wire.Job:
        job: wire.Job = await self.call("GetJob", id=job_id)
        return job

    async def read(self, job_id: str, offset: int = 0) -> bytes:
        """The result's bytes from the offset on; from 0 they are checked against their CRC."""
        data, info = bytearray(), None
        async for response in self.stub.ReadResult(wire.ReadResultRequest(id=job_id, offset=offset), metadata=self.metadata, timeout=PATIENCE):
            info = response.info if response.HasField("info") else info
            data += response.data
        assert info is not None
        assert offset or zlib.crc32(data) == info.crc32
        return bytes(data)


@asynccontextmanager
async def calling(address: str, token: str) -> AsyncIterator[Caller]:
    """A caller on a connection of its own."""
    async with grpc.aio.insecure_channel(address) as channel:
        yield Caller(channel, token)
