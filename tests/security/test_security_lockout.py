"""Nobody is locked out: what others hold open, or send, leaves the owner's cancel, stop and status what they need."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from attackers import HEALTH, JOB_CALLS, messages
from calls import PATIENCE, Caller, details, order, until
from certificates import Authority, Signed
from places import Place, Serving
from restyle_server.admin.config import Tls
from restyle_server.rpc.shares import CONNECTION_STREAMS, GUEST
from restyle_server.wire import restyle_pb2 as wire

METHODS = [method.name for method in wire.DESCRIPTOR.services_by_name["Restyle"].methods]
ENDLESS = {"steps": 100_000, "step_ms": 2}
TAKEN = grpc.StatusCode.RESOURCE_EXHAUSTED


class Silent:
    """A call that was begun and never sends a byte of its message."""

    def __init__(self, channel: grpc.aio.Channel, method: str, metadata: tuple[tuple[str, str], ...] = ()) -> None:
        self._more = asyncio.get_running_loop().create_future()
        begin: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(method)
        self.call = begin(self._requests(), metadata=metadata, timeout=PATIENCE)

    async def _requests(self) -> AsyncIterator[bytes]:
        yield await self._more

    async def status(self) -> grpc.StatusCode:
        with contextlib.suppress(grpc.aio.AioRpcError):
            while await self.call.read() is not grpc.aio.EOF:
                pass
        self._more.cancel()
        return await self.call.code()


def no_share_is_taken(place: Place) -> bool:
    return place.server._interceptor.shares.empty


async def test_who_has_no_token_is_refused_before_a_byte_of_the_message(serving: Serving) -> None:
    async with serving() as place, grpc.aio.insecure_channel(place.server.address) as channel:
        for method in METHODS:
            assert await Silent(channel, JOB_CALLS + method).status() is grpc.StatusCode.UNAUTHENTICATED, method
        assert await Silent(channel, HEALTH + "Watch").status() is grpc.StatusCode.UNIMPLEMENTED
        assert await Silent(channel, HEALTH + "Check").status() is grpc.StatusCode.OK
        await until(lambda: no_share_is_taken(place))


async def test_a_call_that_never_sends_its_message_ends_by_itself(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_server.rpc.auth_interceptor.BODY_SECONDS", 0.1)
    async with serving() as place, grpc.aio.insecure_channel(place.server.address) as channel:
        for method in ("GetJob", "WatchJob", "EstimateJob"):
            assert await Silent(channel, JOB_CALLS + method, place.caller.metadata).status() is grpc.StatusCode.INVALID_ARGUMENT
        await until(lambda: no_share_is_taken(place))


@pytest.mark.parametrize(("method", "message"), messages())
async def test_a_message_that_costs_more_than_it_says_is_refused_with_a_sentence(serving: Serving, method: str, message: bytes) -> None:
    async with serving() as place, grpc.aio.insecure_channel(place.server.address) as channel:
        if method.startswith(JOB_CALLS):
            call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(message, timeout=PATIENCE)
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(message, metadata=place.caller.metadata, timeout=PATIENCE)
            assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert "BadRequest" in details(refused.value)
        assert (await place.caller.call("GetServerInfo")).state == "serving"


@pytest.mark.parametrize("name", METHODS)
async def test_junk_is_invalid_in_our_own_words(serving: Serving, name: str) -> None:
    async with serving() as place, grpc.aio.insecure_channel(place.server.address) as channel:
        call: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(JOB_CALLS + name)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            async for _ in call(iter([b"\xff" * 9]), metadata=place.caller.metadata, timeout=PATIENCE):
                pass
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "restyle.v1" in (refused.value.details() or "")


async def test_a_program_gone_wild_leaves_its_user_room_on_its_own_connection_and_on_others(serving: Serving) -> None:
    own = (("grpc.use_local_subchannel_pool", 1),)  # a connection of its own
    async with serving(script=ENDLESS) as place, grpc.aio.insecure_channel(place.server.address, own) as channel:
        job = await place.caller.create(order())
        wild = Caller(channel, place.server.token)
        streams = [wild.watch(job.id) for _ in range(CONNECTION_STREAMS)]
        for stream in streams:
            await stream.read()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await wild.watch(job.id).read()
        assert refused.value.code() is TAKEN
        assert "RetryInfo" in details(refused.value)
        event = await place.caller.watch(job.id).read()
        assert event.snapshot.id == job.id
        for caller in (wild, place.caller):
            assert (await caller.call("GetServerInfo")).state == "serving"
        assert (await wild.call("CancelJob", id=job.id)).state == wire.CANCELLED
        for stream in streams:
            stream.cancel()
        await until(lambda: len(place.server._interceptor.shares._streams) <= 1)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@asynccontextmanager
async def guest(place: Place, authority: Authority, name: str) -> AsyncIterator[Caller]:
    """The holder of a new certificate of that name."""
    async with connected(place, authority, authority.sign(name)) as caller:
        yield caller


@asynccontextmanager
async def connected(place: Place, authority: Authority, mine: Signed) -> AsyncIterator[Caller]:
    """One more connection of a certificate's holder."""
    credentials = grpc.ssl_channel_credentials(authority.file.read_bytes(), mine.key.read_bytes(), mine.cert.read_bytes())
    async with grpc.aio.secure_channel(place.server.remote, credentials, (("grpc.use_local_subchannel_pool", 1),)) as channel:
        yield Caller(channel, "")


async def test_a_certificates_streams_are_a_share_and_leave_its_own_cancel_and_everybody_else_alone(serving: Serving, authority: Authority) -> None:
    server = authority.sign("server")
    async with serving(script=ENDLESS, tls=Tls(server.cert, server.key, authority.file)) as place:
        async with guest(place, authority, "anna") as anna, guest(place, authority, "bert") as bert:
            job = await anna.create(order())
            streams = [anna.watch(job.id) for _ in range(GUEST.streams + 40)]
            codes = await asyncio.gather(*(taken(stream) for stream in streams))
            assert codes.count(TAKEN) == 40
            assert (await anna.call("GetJob", id=job.id)).id == job.id
            assert (await bert.create(order())).state in (wire.QUEUED, wire.RUNNING)
            assert (await place.caller.create(order())).state in (wire.QUEUED, wire.RUNNING)
            assert (await anna.call("CancelJob", id=job.id)).state == wire.CANCELLED
            for stream in streams:
                stream.cancel()
        await until(lambda: no_share_is_taken(place))


async def test_a_certificate_may_use_few_connections_at_once_and_cancels_by_others(serving: Serving, authority: Authority) -> None:
    server, anna = authority.sign("server"), authority.sign("anna")
    async with serving(script=ENDLESS, tls=Tls(server.cert, server.key, authority.file)) as place, AsyncExitStack() as open_:
        callers = [await open_.enter_async_context(connected(place, authority, anna)) for _ in range(GUEST.connections + 1)]
        job = await callers[0].create(order())
        streams = [caller.watch(job.id) for caller in callers[:-1]]
        assert [await taken(stream) for stream in streams] == [None] * GUEST.connections
        assert await taken(callers[-1].watch(job.id)) is TAKEN
        assert (await callers[-1].call("GetJob", id=job.id)).id == job.id
        streams[0].cancel()
        await until(lambda: len(place.server._interceptor.shares._streams) < GUEST.connections)
        assert await taken(callers[-1].watch(job.id)) is None
        assert (await callers[-1].call("CancelJob", id=job.id)).state == wire.CANCELLED


async def test_watchers_that_want_pictures_are_fewer(serving: Serving, authority: Authority) -> None:
    server = authority.sign("server")
    async with serving(script=ENDLESS, tls=Tls(server.cert, server.key, authority.file)) as place, guest(place, authority, "anna") as anna:
        job = await anna.create(order())
        streams = [anna.watch(job.id, previews=True) for _ in range(GUEST.previews + 3)]
        assert (await asyncio.gather(*(taken(stream) for stream in streams))).count(TAKEN) == 3
        assert await taken(anna.watch(job.id)) is None


async def taken(stream: Any) -> grpc.StatusCode | None:
    """The code of a refusal, or None once the first event has come."""
    try:
        await stream.read()
    except grpc.aio.AioRpcError as error:
        return error.code()
    return None
