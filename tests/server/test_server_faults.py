"""Faults: memory, crashes, hangs, broken engines, full queues, leases that lapse. One job pays, nobody else."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator

import grpc
import pytest
from calls import Clock, details, order, pixels, until
from fake_engine import painted_bytes, runs
from places import Place, Serving, pid_of
from restyle_server.limits import Limits
from restyle_server.wire import restyle_pb2 as wire

SLOW = {"steps": 10_000, "step_ms": 2}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"oom_at": 2}, "OUT_OF_MEMORY"),
        ({"fail_at": 2}, "INTERNAL"),
        ({"crash_at": 2}, "WORKER_CRASHED"),
        ({"crash_at": 2, "signal": signal.SIGSEGV}, "WORKER_CRASHED"),
        ({"crash_at": 1}, "WORKER_CRASHED"),
    ],
)
async def test_a_fault_fails_its_own_job_once_and_the_next_one_runs(serving: Serving, fault: dict[str, int], reason: str) -> None:
    async with serving(script={"seeds": {"1": {**fault, "step_ms": 5}}}) as place:
        bad = await place.caller.create(order(seed=1))
        good = await place.caller.create(order(seed=2))
        failed, ended = await asyncio.gather(place.caller.end(bad.id), place.caller.end(good.id))
        assert (failed.state, failed.error.reason) == (wire.FAILED, reason)
        assert failed.error.message.endswith(".")
        assert ended.state == wire.SUCCEEDED
        assert await place.caller.read(good.id) == painted_bytes(pixels(2), 2)
        assert runs(place.config.state_dir) == [bad.id, good.id]  # each once
        assert place.job_folders() == [good.id]


async def test_a_device_that_turns_out_not_to_be_there_is_told_and_not_waited_for(serving: Serving) -> None:
    async with serving() as place:
        assert place.server.dispatcher.slots[0].device is None  # its worker only starts: nobody knows its names
        job = await place.caller.create(order(parameters=wire.Parameters(device="cuda:7")))
        ended = await place.caller.end(job.id)
        assert (ended.state, ended.error.reason) == (wire.FAILED, "BAD_INPUT")
        assert ended.error.message == "This server has no device 'cuda:7'; it has cpu."


async def test_a_worker_that_hangs_is_found_and_replaced(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock, script={"step_ms": 5, "seeds": {"1": {"hang_at": 3}}}) as place:
        bad, good = await place.caller.create(order(seed=1)), await place.caller.create(order(seed=2))
        await place.caller.begun(bad.id)
        await _turned_until_ended(place, clock, bad.id)
        assert (await place.caller.end(bad.id)).error.reason == "WORKER_HUNG"
        assert (await place.caller.end(good.id)).state == wire.SUCCEEDED


async def test_a_slow_worker_is_no_hung_one(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock, script=SLOW) as place:
        job = await place.caller.create(order(seed=1))
        await place.caller.begun(job.id)
        pid = pid_of(place.server.dispatcher.slots[0])
        for _ in range(7):
            before = place.server.dispatcher.slots[0].watchdog.beats
            await until(lambda before=before: place.server.dispatcher.slots[0].watchdog.beats > before)
            clock.turn(10)
            place.server.sweep()
        assert pid_of(place.server.dispatcher.slots[0]) == pid
        assert (await place.caller.call("CancelJob", id=job.id)).state == wire.CANCELLED


async def test_a_worker_that_does_not_leave_a_cancelled_job_is_replaced(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock, script={"step_ms": 5, "seeds": {"1": {"hang_at": 3}}}) as place:
        bad, good = await place.caller.create(order(seed=1)), await place.caller.create(order(seed=2))
        await place.caller.begun(bad.id)
        assert (await place.caller.call("CancelJob", id=bad.id)).state == wire.CANCELLED
        clock.turn(10.1)
        place.server.sweep()
        assert (await place.caller.end(good.id)).state == wire.SUCCEEDED
        assert (await place.caller.call("GetJob", id=bad.id)).state == wire.CANCELLED


async def test_a_worker_that_leaves_a_cancelled_job_just_as_it_is_killed_gets_no_other(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    async with serving(clock, script={"seeds": {"1": SLOW}}) as place:
        bad, good = await place.caller.create(order(seed=1)), await place.caller.create(order(seed=2))
        await place.caller.begun(bad.id)
        (slot,) = place.server.dispatcher.slots
        worker = slot.process
        assert worker is not None
        killed: list[None] = []
        with monkeypatch.context() as late:
            late.setattr(worker, "kill", lambda: killed.append(None))
            place.server.dispatcher.cancel(bad.id)
            clock.turn(10.1)
            place.server.sweep()
            assert killed
            await until(lambda: slot.job_id is None)  # it has left the job, in time after all
            assert (await place.caller.get(good.id)).state == wire.QUEUED
        worker.kill()
        assert (await place.caller.end(good.id)).state == wire.SUCCEEDED


async def _turned_until_ended(place: Place, clock: Clock, job_id: str) -> None:
    async def ended() -> bool:
        clock.turn(5)
        place.server.sweep()
        return (await place.caller.get(job_id)).state == wire.FAILED

    await until(ended)


async def test_an_engine_that_cannot_start_fails_the_jobs_that_wait_and_says_why(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock, engine="fake_engine:broken") as place:
        job = await place.caller.create(order(lifetime=wire.DETACHED))

        async def given_up() -> bool:
            if place.server.dispatcher.slots[0].process is None:  # between two attempts
                clock.turn(60)
            place.server.sweep()
            return (await place.caller.get(job.id)).state == wire.FAILED

        await until(given_up)
        assert "mend it" in (await place.caller.end(job.id)).error.message
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(order())
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        assert (await place.caller.call("GetServerInfo")).devices[0].state == "down"


async def test_one_client_cannot_take_the_whole_queue(serving: Serving) -> None:
    async with serving(script=SLOW, limits=Limits(max_jobs_per_client=2)) as place:
        await place.caller.begun((await place.caller.create(order())).id)
        for _ in range(2):
            await place.caller.create(order())
        with pytest.raises(grpc.aio.AioRpcError, match="this client"):
            await place.caller.create(order())
        assert (await place.caller.named("another").create(order())).state == wire.QUEUED


async def test_an_attached_job_ends_when_nobody_has_watched_it_for_its_lease(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock, script=SLOW) as place:
        left, watched = await place.caller.create(order(lifetime=wire.ATTACHED)), await place.caller.create(order(lifetime=wire.ATTACHED))
        detached = await place.caller.create(order())
        stream = place.caller.watch(watched.id)
        await stream.read()
        await place.caller.begun(left.id)
        await until(lambda: place.server.store.watchers() == 1)
        clock.turn(9.9)
        place.server.sweep()
        assert (await place.caller.call("GetJob", id=left.id)).state == wire.RUNNING
        clock.turn(0.1)
        place.server.sweep()
        states = [(await place.caller.call("GetJob", id=job.id)).state for job in (left, watched, detached)]
        assert states[0] == wire.CANCELLED
        assert wire.CANCELLED not in states[1:]


async def test_a_result_expires_and_says_so(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock) as place:
        job = await place.caller.create(order())
        ended = await place.caller.end(job.id)
        assert ended.expires - ended.ended == 7 * 24 * 3600
        clock.pass_by(7 * 24 * 3600 - 1, place.server.sweep)
        assert (await place.caller.call("GetJob", id=job.id)).state == wire.SUCCEEDED
        clock.turn(1)
        place.server.sweep()
        assert (await place.caller.call("GetJob", id=job.id)).state == wire.EXPIRED
        with pytest.raises(grpc.aio.AioRpcError) as gone:
            await place.caller.read(job.id)
        assert (gone.value.code(), details(gone.value)["ErrorInfo"].reason) == (grpc.StatusCode.NOT_FOUND, "RESULT_EXPIRED")
        assert not place.job_folders()


async def test_an_upload_that_brings_nothing_is_dropped(serving: Serving) -> None:
    async with serving(limits=Limits(upload_idle_seconds=0.05)) as place:
        never = asyncio.Event()

        async def silent() -> AsyncIterator[wire.CreateJobRequest]:
            yield wire.CreateJobRequest(header=wire.CreateJobHeader(request_id="silent", client_id="client", spec=order()))
            await never.wait()

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.stub.CreateJob(silent(), metadata=place.caller.metadata)
        assert refused.value.code() == grpc.StatusCode.ABORTED
        assert not place.job_folders()


async def test_a_full_disk_fails_the_job_and_not_the_server(serving: Serving) -> None:
    async with serving(script={"seeds": {"1": {"disk_full": True}}}) as place:
        failed = await place.caller.end((await place.caller.create(order(seed=1))).id)
        assert failed.error.reason == "DISK_FULL"
        assert (await place.caller.end((await place.caller.create(order(seed=2))).id)).state == wire.SUCCEEDED


async def test_two_devices_paint_at_once_each_what_may_run_there(serving: Serving) -> None:
    async with serving(script={**SLOW, "seeds": {"3": {"steps": 1}}}, devices=("fake:0", "fake:1")) as place:
        first, second = await place.caller.create(order(seed=1)), await place.caller.create(order(seed=2))
        for job in (first, second):
            await place.caller.begun(job.id)
        info = await place.caller.call("GetServerInfo")
        assert [device.state for device in info.devices] == ["busy", "busy"]
        assert info.jobs_running == 2
        with pytest.raises(grpc.aio.AioRpcError, match="device"):
            spec = order()
            spec.parameters.device = "cuda:7"
            await place.caller.create(spec)


async def test_a_worker_without_work_ends_and_the_next_job_starts_it_again(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock) as place:
        slot = place.server.dispatcher.slots[0]
        await until(lambda: slot.ready)
        for _ in range(31):  # in steps, as real time passes
            clock.turn(10)
            place.server.sweep()
        await until(lambda: slot.process is None)
        place.server.sweep()
        assert slot.process is None
        assert (await place.caller.call("GetServerInfo")).devices[0].state == "idle"
        assert (await place.caller.end((await place.caller.create(order())).id)).state == wire.SUCCEEDED
