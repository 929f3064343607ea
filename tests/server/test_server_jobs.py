"""A job's life over the wire: made, watched, finished, cancelled, read, removed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from calls import PATIENCE, SIDE, Piece, calling, details, gray, order, pixels, until
from fake_engine import painted_bytes
from places import Serving
from restyle_server.wire import restyle_pb2 as wire

SLOW = {"steps": 10_000, "step_ms": 2}  # runs until somebody ends it


async def test_three_clients_at_once_each_get_their_own_result(serving: Serving) -> None:
    async with serving() as place:

        async def one(number: int) -> bool:
            client = place.caller.named(f"client {number}")
            job = await client.create(order(seed=number))
            ended = await client.end(job.id)
            assert ended.state == wire.SUCCEEDED
            return await client.read(job.id) == painted_bytes(pixels(number), number)

        assert all(await asyncio.gather(*map(one, range(1, 4))))


async def test_a_job_tells_what_it_resolved_and_what_it_ran_on(serving: Serving) -> None:
    async with serving() as place:
        job = await place.caller.end((await place.caller.create(order(seed=3, label="clouds"))).id)
    assert (job.label, job.resolved.seed, job.resolved.strength, job.resolved.weights, job.resolved.device) == ("clouds", 3, 50.0, "vgg16", "cpu")
    assert job.device == "cpu: fake, fp32"
    assert (job.weights.id, job.weights.hint) == ("vgg16", "")
    assert (job.result.width, job.result.height, job.result.work_width, job.result.size) == (SIDE, SIDE, SIDE, SIDE * SIDE)
    assert job.progress.step == job.progress.steps == 5
    assert 0 < job.created <= job.started <= job.ended < job.expires


async def test_watching_begins_with_a_snapshot_and_ends_with_the_end(serving: Serving) -> None:
    async with serving(script={"steps": 30, "step_ms": 5}) as place:
        job = await place.caller.create(order())
        events = [event async for event in place.caller.watch(job.id)]
    assert events[0].WhichOneof("event") == "snapshot"
    assert events[-1].snapshot.state == wire.SUCCEEDED
    assert [event.sequence for event in events] == sorted({event.sequence for event in events})


async def test_previews_go_to_those_who_want_them_and_no_larger_than_they_want(serving: Serving) -> None:
    async with serving(script=SLOW) as place:
        job = await place.caller.create(order())
        async with asyncio.timeout(PATIENCE):
            async for event in place.caller.watch(job.id, previews=True, preview_size=4):
                assert not event.HasField("preview") or max(event.preview.width, event.preview.height) <= 16
                if event.HasField("preview"):
                    assert len(event.preview.rgba) == event.preview.width * event.preview.height * 4
                    break
        stream = place.caller.watch(job.id)
        kinds = {(await stream.read()).WhichOneof("event") for _ in range(6)}
        assert "preview" not in kinds


async def test_reading_can_be_taken_up_at_any_byte(serving: Serving) -> None:
    async with serving() as place:
        job = await place.caller.create(order(seed=9))
        await place.caller.end(job.id)
        whole = await place.caller.read(job.id)
        for offset in (1, 100, len(whole) - 1, len(whole)):
            assert await place.caller.read(job.id, offset) == whole[offset:]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.read(job.id, len(whole) + 1)
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_finish_keeps_what_there_is(serving: Serving) -> None:
    async with serving(script=SLOW) as place:
        job = await place.caller.create(order(seed=4))
        await place.caller.begun(job.id)
        await place.caller.call("FinishJob", id=job.id)
        ended = await place.caller.end(job.id)
        assert (ended.state, ended.finished_early) == (wire.SUCCEEDED, True)
        assert await place.caller.read(job.id) == painted_bytes(pixels(4), 4)


async def test_a_job_that_has_not_begun_cannot_be_finished(serving: Serving) -> None:
    async with serving(script=SLOW) as place:
        await place.caller.begun((await place.caller.create(order())).id)
        waiting = await place.caller.create(order())
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.call("FinishJob", id=waiting.id)
        assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION


async def test_deleting_a_running_job_cancels_it_and_leaves_nothing(serving: Serving) -> None:
    async with serving(script=SLOW) as place:
        job = await place.caller.create(order())
        await place.caller.begun(job.id)
        await place.caller.call("DeleteJob", id=job.id)
        with pytest.raises(grpc.aio.AioRpcError) as gone:
            await place.caller.call("GetJob", id=job.id)
        assert gone.value.code() == grpc.StatusCode.NOT_FOUND
        await until(lambda: not place.job_folders())


async def test_a_succeeded_job_keeps_its_result_and_what_an_update_of_it_needs(serving: Serving) -> None:
    async with serving() as place:
        job = await place.caller.create(order())
        await place.caller.end(job.id)
        assert sorted(path.name for path in (place.config.state_dir / "jobs" / job.id).iterdir()) == ["payload-0", "record", "result", "style-0"]


async def test_lists_come_newest_first_in_pages_and_by_state(serving: Serving) -> None:
    async with serving() as place:
        made = [(await place.caller.create(order(seed=number))).id for number in range(5)]
        for job_id in made:
            await place.caller.end(job_id)
        first = await place.caller.call("ListJobs", page_size=3)
        second = await place.caller.call("ListJobs", page_size=3, page_token=first.next_page_token)
        assert [job.id for job in (*first.jobs, *second.jobs)] == made[::-1]
        assert not second.next_page_token
        assert not (await place.caller.call("ListJobs", states=[wire.FAILED])).jobs
        assert not (await place.caller.call("ListJobs", client_id="somebody else")).jobs
        with pytest.raises(grpc.aio.AioRpcError, match="page_token"):
            await place.caller.call("ListJobs", page_token="²")


async def test_a_job_can_start_from_an_earlier_result_even_when_that_is_deleted(serving: Serving) -> None:
    async with serving(script={"steps": 2, "step_ms": 1, "seeds": {"7": SLOW}}) as place:
        first = await place.caller.create(order(seed=1))
        await place.caller.end(first.id)
        busy = await place.caller.create(order(seed=7))
        await place.caller.begun(busy.id)
        second = await place.caller.create(order(seed=2, start=wire.Start(job_id=first.id)))
        await place.caller.call("DeleteJob", id=first.id)
        await place.caller.call("CancelJob", id=busy.id)
        assert (await place.caller.end(second.id)).state == wire.SUCCEEDED
        with pytest.raises(grpc.aio.AioRpcError, match=r"spec\.start\.job_id"):
            await place.caller.create(order(start=wire.Start(job_id=first.id)))


async def test_an_estimate_needs_no_pixels_and_too_large_a_job_is_refused_with_the_size_that_fits(serving: Serving) -> None:
    async with serving() as place:
        estimate = await place.caller.call("EstimateJob", spec=order())
        assert (estimate.memory_bytes, estimate.work_width, estimate.seconds) == (SIDE * SIDE * 1000, SIDE, -1)
        limited = order()
        limited.parameters.memory_limit = 1000
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(limited)
        assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert details(refused.value)["ErrorInfo"].reason == "IMAGE_TOO_LARGE"
        assert int(details(refused.value)["ErrorInfo"].metadata["largest_size"]) > 0


async def test_a_client_that_leaves_in_mid_upload_leaves_nothing(serving: Serving) -> None:
    async with serving() as place:
        arrived = asyncio.Event()

        async def half() -> AsyncIterator[wire.CreateJobRequest]:
            header = wire.CreateJobHeader(request_id="half", client_id="client", spec=order())
            yield wire.CreateJobRequest(header=header)
            yield wire.CreateJobRequest(chunk=wire.Chunk(payload=0, offset=0, data=b"12345"))
            await arrived.wait()

        async with calling(place.server.address, place.server.token) as leaving:
            call = leaving.stub.CreateJob(half(), metadata=leaving.metadata)
            await until(lambda: bool(place.job_folders()))
            call.cancel()
        await until(lambda: not place.job_folders())
        again = await place.caller.create(order(seed=5), request_id="half")
        assert (await place.caller.end(again.id)).state == wire.SUCCEEDED


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ([(0, 0, b"x" * 10), (0, 11, b"x" * 10)], grpc.StatusCode.ABORTED),  # a gap
        ([(0, 0, b"x" * 10), (0, 5, b"x" * 10)], grpc.StatusCode.ABORTED),  # an overlap
        ([(0, 0, b"x" * (SIDE * SIDE - 1))], grpc.StatusCode.ABORTED),  # too short
        ([], grpc.StatusCode.ABORTED),
        ([(0, 0, b"x" * (SIDE * SIDE + 1))], grpc.StatusCode.INVALID_ARGUMENT),  # too long
        ([(1, 0, b"x")], grpc.StatusCode.INVALID_ARGUMENT),  # nobody's payload
    ],
)
async def test_a_wrong_upload_is_refused_and_leaves_nothing(serving: Serving, pieces: list[Piece], code: grpc.StatusCode) -> None:
    async with serving() as place:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(order(), pieces)
        assert refused.value.code() == code
        assert not place.job_folders()
        assert not (await place.caller.call("ListJobs")).jobs


async def test_a_file_that_is_no_picture_is_refused_before_it_waits(serving: Serving) -> None:
    async with serving() as place:
        spec = wire.JobSpec(content=gray(), styles=[wire.StyleUse(image=wire.EncodedImage(size=12, payload=1))])
        with pytest.raises(grpc.aio.AioRpcError, match=r"spec\.styles\[0\]\.image"):
            await place.caller.create(spec, [(0, 0, pixels(0)), (1, 0, b"#!/bin/sh\n\n\n")])
