"""Cancel and finish: at once, and of nobody else's job."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter

import grpc
from calls import order, pixels
from fake_engine import painted_bytes, runs
from places import Serving
from promise_table import Promised, Sized, percentile
from restyle_server.jobs.job import Job
from restyle_server.wire import restyle_pb2 as wire
from timing import idle_seconds

STEP = 0.005  # s
NEXT = 99  # seed
LANES = 8


async def test_a_cancelled_job_frees_its_device_within_two_steps(serving: Serving, sized: Sized, promised: Promised) -> None:
    rounds, chance = sized(200, 6), random.Random(1)
    async with serving(script={"steps": 100_000, "step_ms": STEP * 1000, "seeds": {str(NEXT): {"steps": 1}}}) as place:
        slot, took, answered = place.server.dispatcher.slots[0], [], []
        done = await place.caller.create(order(seed=NEXT))
        await place.caller.end(done.id)
        idle = await idle_seconds(lambda: place.caller.call("CancelJob", id=done.id))
        for _ in range(rounds):
            job = await place.caller.create(order())
            await place.caller.begun(job.id)
            following = await place.caller.create(order(seed=NEXT))
            await asyncio.sleep(chance.random() * 4 * STEP)  # at any moment of a step
            began = time.perf_counter()
            assert (await place.caller.call("CancelJob", id=job.id)).state == wire.CANCELLED
            answered.append(time.perf_counter() - began)
            while slot.job_id == job.id:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.001)
            took.append(time.perf_counter() - began)
            assert (await place.caller.end(following.id)).state == wire.SUCCEEDED
            assert (await place.caller.call("GetJob", id=job.id)).state == wire.CANCELLED
    p99, call = percentile(took, 0.99) * 1000, percentile(answered, 0.99) * 1000
    limit = (2 * STEP + 0.05) * 1000
    text = f"p99 {{:.1f}} ms, the answer itself {call:.1f} ms"
    promised("P1", f"device free within 2 steps + 50 ms ({limit:.0f} ms), p99; the next job starts", text, rounds, figure=p99, limit=limit, idle=idle * 1000)


async def test_cancel_and_finish_never_hit_another_job(serving: Serving, sized: Sized, promised: Promised) -> None:
    rounds, chance = sized(1000, 80), random.Random(2)
    ends: Counter[str] = Counter()
    async with serving(script={"steps": 8, "step_ms": 1, "deliver_ms": 2}) as place:
        told, changed = place.server.store.changed, []

        def noted(job: Job) -> None:
            changed.append(job)
            told(job)

        place.server.store.changed = noted
        made: list[str] = []

        async def race(number: int) -> None:
            client = place.caller.named(f"client {number % 4}")
            job = await client.create(order(seed=number))
            made.append(job.id)
            method = chance.choice(["CancelJob", "FinishJob", ""])
            await asyncio.sleep(chance.random() * 0.008 * LANES)  # before, while and after it runs
            if method:
                try:
                    await client.call(method, id=job.id)
                except grpc.aio.AioRpcError as error:
                    assert (method, error.code()) == ("FinishJob", grpc.StatusCode.FAILED_PRECONDITION)
            ended = await client.end(job.id)
            assert ended.state in ((wire.SUCCEEDED, wire.CANCELLED) if method == "CancelJob" else (wire.SUCCEEDED,))
            assert ended.finished_early <= (method == "FinishJob")
            if ended.state == wire.SUCCEEDED:
                assert await client.read(job.id) == painted_bytes(pixels(number), number)
                await client.call("DeleteJob", id=job.id)

        for start in range(0, rounds, LANES):
            await asyncio.gather(*map(race, range(start, min(start + LANES, rounds))))
        ends.update(job.id for job in changed if job.state.ended)
        assert set(ends) == set(made)
        assert set(ends.values()) == {1}
        assert max(Counter(runs(place.config.state_dir)).values()) == 1
    promised("P2", "no stray, exactly one terminal state per job", "0 strays in {} races", rounds)
