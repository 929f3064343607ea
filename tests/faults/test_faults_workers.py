"""Workers that run out of memory, crash or hang: one job pays, nobody else, and nothing is painted twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter

import grpc
import pytest
from calls import Clock, details, order, pixels, until
from fake_engine import painted_bytes, runs
from places import Place, Serving, pid_of
from promise_table import Promised, Sized
from restyle_server.limits import Limits
from restyle_server.wire import restyle_pb2 as wire
from timing import idle_seconds

ENDLESS = {"steps": 100_000, "step_ms": 2}
GOOD, BAD = 1, 2  # seeds
MEBIBYTE = 2**20


async def test_what_cannot_fit_is_refused_with_the_size_that_does(serving: Serving, promised: Promised) -> None:
    async with serving() as place:
        await until(lambda: place.server.dispatcher.slots[0].ready)
        spec = order(seed=GOOD)
        spec.content.width = spec.content.height = 64
        spec.parameters.memory_limit = MEBIBYTE
        data = [(0, 0, pixels(GOOD, 64))]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(spec, data)
        info = details(refused.value)["ErrorInfo"]
        assert (refused.value.code(), info.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "IMAGE_TOO_LARGE")
        largest = int(info.metadata["largest_size"])
        assert f"choose a size of {largest} px or less" in (refused.value.details() or "")
        spec.parameters.size = largest + 1
        with pytest.raises(grpc.aio.AioRpcError):
            await place.caller.create(spec, data)
        spec.parameters.size = largest
        assert (await place.caller.end((await place.caller.create(spec, data)).id)).state == wire.SUCCEEDED
        spec.parameters.memory_limit = 1
        with pytest.raises(grpc.aio.AioRpcError, match=r"takes \d MiB at least, and 0 MiB are allowed: allow \d MiB or more\."):  # and never "0 px or less"
            await place.caller.create(spec, data)
    promised("P9", "preflight refuses, naming the largest size: it fits, one more does not", "true", 1)


@pytest.mark.parametrize("fault", ["oom_at", "memory_error_at"])
async def test_a_job_that_runs_out_of_memory_fails_alone_and_the_worker_is_back(serving: Serving, sized: Sized, promised: Promised, fault: str) -> None:
    rounds, took = sized(50, 4) // 2, []
    async with serving(script={"seeds": {str(BAD): {fault: 3}}}) as place:
        first = await place.caller.create(order(seed=GOOD))
        await place.caller.end(first.id)
        idle = await idle_seconds(lambda: place.caller.call("GetServerInfo"))
        for _ in range(rounds):
            bad, good = await place.caller.create(order(seed=BAD)), await place.caller.create(order(seed=GOOD))
            failed = await place.caller.end(bad.id)
            began = time.monotonic()
            assert (failed.state, failed.error.reason) == (wire.FAILED, "OUT_OF_MEMORY")
            assert (await place.caller.end(good.id)).state == wire.SUCCEEDED
            took.append(time.monotonic() - began)
            assert await place.caller.read(good.id) == painted_bytes(pixels(GOOD), GOOD)
        assert max(Counter(runs(place.config.state_dir)).values()) == 1
    promised(
        "P9", f"out of memory ({fault.removesuffix('_at')}): FAILED, the next job done within 10 s", "{:.2f} s", rounds, figure=max(took), limit=10, idle=idle
    )


@pytest.mark.parametrize("wanted", [signal.SIGKILL, signal.SIGSEGV])
async def test_a_crash_fails_its_job_at_once_and_no_other(serving: Serving, sized: Sized, promised: Promised, wanted: signal.Signals) -> None:
    rounds, took = sized(10, 2), []
    async with serving(script={**ENDLESS, "seeds": {str(GOOD): {"steps": 1}}}, devices=("fake:0", "fake:1")) as place:
        slots = place.server.dispatcher.slots
        await until(lambda: all(slot.ready for slot in slots))
        other = await _on(place, "fake:1", 5)
        idle = await idle_seconds(lambda: place.caller.call("GetServerInfo"))
        for _ in range(rounds):
            bad = await _on(place, "fake:0", BAD)
            began = time.monotonic()
            os.kill(pid_of(slots[0]), wanted)
            assert (await place.caller.end(bad.id)).error.reason == "WORKER_CRASHED"
            took.append(time.monotonic() - began)
            good = await place.caller.create(order(seed=GOOD))
            assert (await place.caller.end(good.id)).state == wire.SUCCEEDED
        await _unharmed(place, other)
    promised("P10", f"{wanted.name} in mid-job: FAILED within 2 s, other jobs unaffected", "{:.2f} s at most", rounds, figure=max(took), limit=2, idle=idle)


async def test_a_stopped_worker_is_found_by_the_watchdog_and_no_other_job_suffers(serving: Serving, sized: Sized, promised: Promised) -> None:
    rounds, clock = sized(10, 2), Clock()
    limits = Limits()
    async with serving(clock, script={**ENDLESS, "seeds": {str(GOOD): {"steps": 1}}}, devices=("fake:0", "fake:1"), limits=limits) as place:
        slots = place.server.dispatcher.slots
        await until(lambda: all(slot.ready for slot in slots))
        other, waited = await _on(place, "fake:1", 5), []
        for _ in range(rounds):
            bad = await _on(place, "fake:0", BAD)
            os.kill(pid_of(slots[0]), signal.SIGSTOP)
            began = clock.monotonic()

            async def found() -> bool:
                beats = slots[1].watchdog.beats
                await until(lambda: slots[1].watchdog.beats > beats)  # the healthy one has been heard in this stretch of time
                clock.turn(10)
                place.server.sweep()
                return slots[0].hung

            await until(found)
            waited.append(clock.monotonic() - began)
            assert (await place.caller.end(bad.id)).error.reason == "WORKER_HUNG"
            await until(lambda: slots[0].ready)
        await _unharmed(place, other)
    most = limits.hang_seconds + 10
    promised(
        "P10",
        "SIGSTOP: FAILED after 30 s without a sign of life (injected clock, in steps of 10 s)",
        "{:.0f} s",
        rounds,
        figure=max(waited),
        limit=most,
        exact=True,
    )


async def _on(place: Place, device: str, seed: int) -> wire.Job:
    spec = order(seed=seed)
    spec.parameters.device = device
    job = await place.caller.create(spec)
    await place.caller.begun(job.id)
    return job


async def _unharmed(place: Place, job: wire.Job) -> None:
    await place.caller.call("FinishJob", id=job.id)
    assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
    assert await place.caller.read(job.id) == painted_bytes(pixels(5), 5)


async def test_whatever_happens_to_it_a_job_runs_at_most_once(serving: Serving, sized: Sized, promised: Promised) -> None:
    jobs, chance = sized(200, 24), random.Random(3)
    faults: list[dict[str, int]] = [
        {"oom_at": 2},
        {"fail_at": 2},
        {"crash_at": 2},
        {"crash_at": 1},
        {"crash_at": 3, "signal": int(signal.SIGSEGV)},
        {"disk_full": True},
    ]
    expected = {"oom_at": "OUT_OF_MEMORY", "fail_at": "INTERNAL", "crash_at": "WORKER_CRASHED", "disk_full": "DISK_FULL"}
    plan = {seed: chance.choice([{}, {}, *faults]) for seed in range(1, jobs + 1)}
    async with serving(
        script={"seeds": {str(seed): fault for seed, fault in plan.items()}},
        limits=Limits(max_jobs=jobs, max_jobs_per_client=jobs),
        devices=("fake:0", "fake:1"),
    ) as place:
        made = {seed: await place.caller.create(order(seed=seed)) for seed in plan}
        ends = dict(zip(made, await asyncio.gather(*(place.caller.end(job.id) for job in made.values())), strict=True))
        for seed, fault in plan.items():
            assert ends[seed].state == (wire.FAILED if fault else wire.SUCCEEDED)
            assert not fault or ends[seed].error.reason == expected[next(iter(fault))]
        counts = Counter(runs(place.config.state_dir))
        assert set(counts) == {job.id for job in made.values()}
        assert set(counts.values()) == {1}
    promised("P11", "each job begun once, with crashes, faults and full disks mixed in", "{} jobs, each once", jobs)
