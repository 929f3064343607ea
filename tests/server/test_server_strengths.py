"""A result is read at another strength than it was painted at, whole and as a preview, without being painted again; what can't be is refused in a sentence."""

from __future__ import annotations

import contextlib
import sys
import zlib
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from calls import SIDE, Clock, Piece, details, order, pixels, until
from fake_engine import painted_bytes
from places import Place, Serving
from restyle_server.limits import MAX_LOWERINGS, Limits
from restyle_server.rpc.strengths import Strengths
from restyle_server.wire import restyle_pb2 as wire

CODE = grpc.StatusCode


async def painted(place: Place, seed: int = 3, pieces: list[Piece] | None = None, **words: Any) -> str:
    job = await place.caller.end((await place.caller.create(order(seed=seed, **words), pieces)).id)
    assert job.state == wire.SUCCEEDED, job.error
    return job.id


async def read(place: Place, job_id: str, strength: float, offset: int = 0) -> bytes:
    """Checked, where it is whole."""
    request = wire.ReadResultRequest(id=job_id, strength=strength, offset=offset)
    answers = [each async for each in place.caller.stub.ReadResult(request, metadata=place.caller.metadata)]
    assert answers[0].strength == strength
    data = b"".join(each.data for each in answers)
    assert offset or zlib.crc32(data) == answers[0].info.crc32
    return data


async def refused(place: Place, job_id: str, strength: float) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as found:
        await read(place, job_id, strength)
    return found.value


def values(data: bytes) -> np.ndarray[Any, Any]:
    return np.frombuffer(data, np.uint8).astype(int)


async def test_no_strength_is_the_content_its_own_the_painting_and_between_them_lies_the_rest(serving: Serving) -> None:
    async with serving() as place:
        job = await painted(place)
        content, painting = pixels(3), painted_bytes(pixels(3), 3)
        assert await read(place, job, 0) == content
        assert await read(place, job, 50) == painting == await place.caller.read(job)
        low, high = await read(place, job, 5), await read(place, job, 20)
        assert await read(place, job, 5) == low, "the same again"
        away = [float(np.abs(values(each) - values(content)).mean()) for each in (content, low, high, painting)]
        assert away == sorted(away)
        assert len(set(away)) == 4


async def test_a_reading_is_taken_up_at_any_byte_and_leaves_no_file(serving: Serving) -> None:
    async with serving() as place:
        job = await painted(place)
        whole = await read(place, job, 10)
        assert await read(place, job, 10, offset=100) == whole[100:]
        assert [path.name for path in (place.config.state_dir / "jobs" / job).glob("lowered*")] == []


async def test_a_preview_shows_the_strength(serving: Serving) -> None:
    async with serving() as place:
        job = await painted(place)
        found = [await place.caller.call("PreviewResult", id=job, strength=strength, preview_size=SIDE) for strength in (0, 20, 50)]
        own = await place.caller.call("PreviewResult", id=job, preview_size=SIDE)
        small = await place.caller.call("PreviewResult", id=job, strength=20, preview_size=4)
        assert [(one.width, one.height, len(one.rgba)) for one in found] == [(SIDE, SIDE, 4 * SIDE * SIDE)] * 3
        assert found[0].rgba[::4] == pixels(3)
        assert found[2] == own != found[1] != found[0]
        assert max(small.width, small.height) == SIDE, "never below what a watcher may ask for"


async def test_what_the_painting_left_as_it_was_stays(serving: Serving) -> None:
    """Outside of masks, and where nothing is visible, the painting has the content's bytes."""
    async with serving() as place:
        job = await painted(place)
        folder = place.config.state_dir / "jobs" / job
        painting = bytearray((folder / "result").read_bytes())
        painting[: SIDE * 4] = pixels(3)[: SIDE * 4]
        (folder / "result").write_bytes(painting)
        change_record(place, job, zlib.crc32(painting))
        assert (await read(place, job, 30))[: SIDE * 4] == pixels(3)[: SIDE * 4]


def change_record(place: Place, job_id: str, crc32: int) -> None:
    """As if that had been painted."""
    from dataclasses import replace

    jobs = place.server.store._jobs
    result = jobs[job_id].result
    assert result is not None
    jobs[job_id] = replace(jobs[job_id], result=replace(result, crc32=crc32))


async def test_strengths_that_there_are_not_are_refused(serving: Serving) -> None:
    async with serving() as place:
        job = await painted(place)
        for strength in (50.1, -1, float("nan")):
            error = await refused(place, job, strength)
            assert (error.code(), str(error.details()).partition(":")[0]) == (CODE.INVALID_ARGUMENT, "strength")


async def test_a_texture_and_a_frame_keep_their_strength(serving: Serving) -> None:
    async with serving() as place:
        for words in ({"start": wire.Start(texture=wire.TextureStart())}, {"sequence": True}):
            job = await painted(place, **words)
            error = await refused(place, job, 10)
            assert error.code() == CODE.FAILED_PRECONDITION
            assert details(error)["ErrorInfo"].reason == "STRENGTH_FIXED"
            assert len(await place.caller.read(job)) == SIDE * SIDE


async def test_a_job_that_is_not_done_has_no_strength(serving: Serving) -> None:
    async with serving(script={"steps": 10_000, "step_ms": 2}) as place:
        job = await place.caller.create(order())
        assert (await refused(place, job.id, 10)).code() == CODE.FAILED_PRECONDITION
        await place.caller.call("CancelJob", id=job.id)


async def test_an_expired_job_has_no_strength(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock=clock, limits=Limits(keep_detached_seconds=60)) as place:
        job = await painted(place)
        clock.pass_by(120, place.server.sweep)
        error = await refused(place, job, 10)
        assert (error.code(), details(error)["ErrorInfo"].reason) == (CODE.NOT_FOUND, "RESULT_EXPIRED")


async def test_a_content_that_is_gone_is_told_and_the_painting_stays(serving: Serving) -> None:
    async with serving() as place:
        job = await painted(place)
        (place.config.state_dir / "jobs" / job / "payload-0").unlink()
        error = await refused(place, job, 10)
        assert (error.code(), details(error)["ErrorInfo"].reason) == (CODE.FAILED_PRECONDITION, "STRENGTH_FIXED")
        assert await place.caller.read(job) == painted_bytes(pixels(3), 3)


async def test_a_damaged_painting_is_not_mixed_with_anything(serving: Serving) -> None:
    async with serving() as place:
        job = await painted(place)
        result = place.config.state_dir / "jobs" / job / "result"
        result.write_bytes(bytes(len(result.read_bytes())))
        assert (await refused(place, job, 10)).code() == CODE.DATA_LOSS
        assert (await place.caller.get(job)).state == wire.EXPIRED


async def test_an_update_has_the_strength_of_its_painting_and_can_be_lowered_too(serving: Serving) -> None:
    async with serving() as place:
        first = await painted(place, parameters=wire.Parameters(strength=80))
        spec = wire.JobSpec(content=order().content, update=first, lifetime=wire.DETACHED)
        update = await place.caller.end((await place.caller.create(spec, [(0, 0, pixels(5))])).id)
        assert update.resolved.strength == 80
        assert await read(place, update.id, 0) == pixels(5)
        assert await read(place, update.id, 40) not in (pixels(5), await place.caller.read(update.id))


def goes_first(pid: int) -> bool:
    return Path(f"/proc/{pid}/oom_score_adj").read_text().strip() == "1000"


async def test_a_process_that_is_killed_is_told_and_another_one_takes_its_place(serving: Serving) -> None:
    async with serving() as place:
        job = await painted(place)
        whole = await read(place, job, 10)
        process = place.server.lowering._process
        assert process is not None
        if sys.platform == "linux":
            assert goes_first(process.pid), "no painting ends in its place when memory runs out"
        process.kill()
        await process.wait()
        assert await read(place, job, 10) == whole


async def test_it_ends_when_nobody_needs_it(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock=clock, limits=Limits(unload_seconds=60)) as place:
        job = await painted(place)
        await read(place, job, 10)
        process = place.server.lowering._process
        assert process is not None
        clock.turn(61)
        place.server.lowering.sweep()
        await process.wait()
        await read(place, job, 10)


async def test_one_caller_waits_for_a_few_at_most(serving: Serving) -> None:
    async with serving() as place:
        job = await painted(place)
        lowering = place.server.lowering
        async with lowering._turn:
            request = wire.ReadResultRequest(id=job, strength=10)
            calls = [place.caller.stub.ReadResult(request, metadata=place.caller.metadata) for _ in range(MAX_LOWERINGS)]
            await until(lambda: sum(lowering._wanted.values()) == MAX_LOWERINGS)
            error = await refused(place, job, 10)
            assert (error.code(), "RetryInfo" in details(error)) == (CODE.RESOURCE_EXHAUSTED, True)
            for call in calls:
                call.cancel()
            await until(lambda: not lowering._wanted)
        assert len(await read(place, job, 10)) == SIDE * SIDE


async def test_who_reads_slowly_fills_no_disk(serving: Serving) -> None:
    async with serving() as place:
        job_id = await painted(place)
        job, strengths = place.server.store.find(job_id), Strengths(place.server.store.folders, place.server.lowering)
        assert job is not None
        assert job.result is not None
        async with contextlib.AsyncExitStack() as readers:
            for _ in range(MAX_LOWERINGS):
                await readers.enter_async_context(strengths.result(job, job.result, 10))
            assert (await refused(place, job_id, 10)).code() == CODE.RESOURCE_EXHAUSTED
        assert len(await read(place, job_id, 10)) == SIDE * SIDE


async def test_what_a_killed_server_was_about_to_send_goes_with_the_next_start(serving: Serving) -> None:
    async with serving() as place:
        job = await painted(place)
        left = place.config.state_dir / "jobs" / job / "lowered-1"
    left.write_bytes(b"half")
    async with serving() as place:
        assert not left.exists()
        assert await read(place, job, 50) == await place.caller.read(job)
