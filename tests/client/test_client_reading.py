"""Promises about reading a result."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from client.pictures import pieces, plane, result_info
from client.scripted_server import TOKEN, Script, ScriptedServer, answer, drop, error_info, hang, job, refuse, then, wait
from restyle_client import AsyncSession, Download, NotFound, Plane, ResultExpired, ServerError, ServerGone, WrongState, connect_async
from restyle_client._vendor.grpclib.const import Status
from restyle_client.wire import restyle_pb2 as pb

PICTURE = plane(64, 32, icc=b"a profile")


@pytest.fixture(autouse=True)
def succeeded(server: ScriptedServer) -> None:
    server.scripts["GetJob"] = answer(job(pb.SUCCEEDED))


def sending(offsets: list[int], stop: int | None = None, picture: Plane = PICTURE, seen: asyncio.Event | None = None) -> Script:
    """Sends from where it is asked to `stop`, and breaks when the test has `seen` that."""

    async def script(stream: Any) -> None:
        offsets.append((await stream.recv_message()).offset)
        for message in pieces(picture, offsets[-1], stop):
            await stream.send_message(message)
        if seen is not None:
            await then(wait(seen), drop)(stream)

    return script


async def test_a_result_arrives_byte_for_byte_with_its_profile(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["ReadResult"] = answer(*pieces(PICTURE))
    events: list[Any] = []
    result = await session.read("j1", events.append)
    assert result.plane == PICTURE
    assert type(result.plane.data) is bytes
    assert result.job.id == "j1"
    assert events[-1] == Download(PICTURE.size, PICTURE.size)


async def test_a_broken_read_goes_on_from_where_it_broke(server: ScriptedServer, session: AsyncSession) -> None:
    offsets: list[int] = []
    seen = asyncio.Event()
    server.scripts["ReadResult"] = [sending(offsets, 1024, seen=seen), sending(offsets, 2048, seen=seen), sending(offsets)]
    told: list[int] = []

    def on_event(event: Any) -> None:
        told.append(event.done)
        if event.done in (1024, 2048):
            seen.set()

    result = await session.read("j1", on_event)
    assert result.plane.data == PICTURE.data
    assert offsets == [0, 1024, 2048]
    assert told == list(range(256, PICTURE.size + 1, 256))  # nothing twice


async def test_an_answer_that_ends_too_soon_is_taken_up_again(server: ScriptedServer, session: AsyncSession) -> None:
    offsets: list[int] = []
    server.scripts["ReadResult"] = [sending(offsets, 512), sending(offsets)]
    assert (await session.read("j1")).plane.data == PICTURE.data
    assert offsets == [0, 512]


@pytest.mark.parametrize(
    "damaged",
    [
        pieces(PICTURE, 0, 256) + pieces(PICTURE, 512),
        pieces(PICTURE, 0, 512) + pieces(PICTURE, 256),
        pieces(plane(64, 32, shift=1), crc=1),
        pieces(PICTURE) + pieces(PICTURE, 0, 256),
    ],
    ids=["gap", "overlap", "checksum", "too much"],
)
async def test_damage_is_read_again_once_and_never_returned(server: ScriptedServer, session: AsyncSession, damaged: list[pb.ReadResultResponse]) -> None:
    server.scripts["ReadResult"] = [answer(*damaged), answer(*pieces(PICTURE))]
    assert (await session.read("j1")).plane.data == PICTURE.data
    server.scripts["ReadResult"] = answer(*damaged)
    with pytest.raises(ServerError, match="damaged twice"):
        await session.read("j1")


async def test_another_result_under_the_same_id_is_not_mixed_in(server: ScriptedServer, session: AsyncSession) -> None:
    other = plane(64, 32, shift=9)
    server.scripts["ReadResult"] = [sending([], 512), sending([], picture=other)]
    assert (await session.read("j1")).plane.data == other.data


async def test_an_expired_result_is_told_apart_from_an_unknown_job(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["ReadResult"] = refuse(Status.NOT_FOUND, "The result is gone.")
    server.scripts["GetJob"] = answer(job(pb.EXPIRED))
    with pytest.raises(ResultExpired, match="paint it again"):
        await session.read("j1")
    server.scripts["GetJob"] = refuse(Status.NOT_FOUND, "No such job; list them.")
    with pytest.raises(NotFound, match="No such job"):
        await session.read("j1")


async def test_a_server_that_calls_a_result_expired_is_believed(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["ReadResult"] = refuse(Status.FAILED_PRECONDITION, "It has expired; paint it again.", error_info("RESULT_EXPIRED"))
    with pytest.raises(ResultExpired, match="paint it again"):
        await session.read("j1")


async def test_a_job_that_has_not_succeeded_has_nothing_to_read(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["ReadResult"] = refuse(Status.FAILED_PRECONDITION, "The job is still running; wait for it.")
    with pytest.raises(WrongState, match="wait for it"):
        await session.read("j1")


async def test_a_server_that_dies_in_the_middle_is_gone(server: ScriptedServer) -> None:
    stopping: list[Any] = []
    async with connect_async(address=server.address, token=TOKEN, reconnect_seconds=0.2) as session:
        server.scripts["ReadResult"] = then(sending([], 256), hang)
        with pytest.raises(ServerGone):
            await session.read("j1", lambda _: stopping.append(asyncio.ensure_future(server.stop())))
        await asyncio.gather(*stopping)


def ending(offsets: list[int], end: int) -> Script:
    """Sends what there is of a file that was cut to `end` bytes, and is content: it names the whole size."""

    async def script(stream: Any) -> None:
        offsets.append((await stream.recv_message()).offset)
        await stream.send_message(pb.ReadResultResponse(info=result_info(PICTURE), offset=offsets[-1]))
        for message in pieces(PICTURE, offsets[-1], end) if offsets[-1] < end else ():
            await stream.send_message(message)

    return script


@pytest.mark.parametrize("end", [0, 512])
async def test_a_result_that_was_cut_ends_the_reading(server: ScriptedServer, session: AsyncSession, end: int) -> None:
    offsets: list[int] = []
    server.scripts["ReadResult"] = ending(offsets, end)
    with pytest.raises(ServerError, match="damaged twice"):
        await session.read("j1")
    assert offsets == [0, end] * 2 if end else [0, 0]


async def test_a_server_that_breaks_off_before_every_byte_is_gone_in_the_end(server: ScriptedServer) -> None:
    async with connect_async(address=server.address, token=TOKEN, reconnect_seconds=0.3) as session:
        server.scripts["ReadResult"] = then(ending([], 0), drop)
        with pytest.raises(ServerGone):
            await session.read("j1")


async def test_a_result_that_trickles_has_an_end(server: ScriptedServer, session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_client.reading.LEAST_SECONDS", 0.1)
    monkeypatch.setattr("restyle_client.reading.SLOWEST_BYTES", 1e9)

    async def trickle(stream: Any) -> None:
        for message in pieces(PICTURE, (await stream.recv_message()).offset):
            await stream.send_message(message)
            await asyncio.sleep(0.05)

    server.scripts["ReadResult"] = trickle
    with pytest.raises(ServerGone, match="too slowly"):
        await session.read("j1")


async def test_a_damaged_result_is_told_as_such_and_asked_for_once(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["ReadResult"] = refuse(Status.DATA_LOSS, "The file was damaged; paint it again.", error_info("RESULT_DAMAGED"))
    with pytest.raises(ResultExpired, match="was damaged"):
        await session.read("j1")
    assert server.count("ReadResult") == 1
