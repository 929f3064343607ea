"""Clients that die, lose their connection, or send the same thing twice."""

from __future__ import annotations

import asyncio
import time

from calls import order, pixels, until
from crowd import crowd
from fake_engine import painted_bytes, runs
from places import Serving
from promise_table import Promised, Sized
from restyle_server.limits import Limits
from restyle_server.wire import restyle_pb2 as wire
from timing import idle_seconds

LEASE = 1.0  # s, in place of 10, so that a hundred clients can die in a minute
ATTACHED, DETACHED = 7, 8  # seeds
GROUP = 4  # clients at once, on as many devices: their jobs must run to be killed
DEVICES = tuple(f"fake:{number}" for number in range(GROUP))


async def test_a_killed_client_costs_its_attached_job_and_a_detached_one_runs_on(serving: Serving, sized: Sized, promised: Promised) -> None:
    kills, late = sized(100, 4), []
    script = {"steps": 100_000, "step_ms": 2, "seeds": {str(DETACHED): {"steps": 800, "step_ms": 2}}}  # longer than a lease and its sweep
    limits = Limits(lease_seconds=LEASE, max_jobs_per_client=100, max_jobs=100)
    async with serving(limits=limits, script=script, engine="fake_engine:engine", devices=DEVICES) as place, crowd() as people:
        words = {"task": "hold", "address": place.server.address, "token": place.server.token}
        idle = await idle_seconds(lambda: place.caller.call("GetServerInfo"))

        async def die(number: int, seed: int, lifetime: str) -> tuple[str, float]:
            await people.send(f"client {number}", seed=seed, lifetime=lifetime, **words)
            said = await people.hear(f"client {number}")
            people.kill(said["name"])
            return said["job"], time.monotonic()

        async def one(number: int) -> None:
            if number % 2:
                job_id, killed = await die(number, ATTACHED, "attached")
                await until(lambda: place.server.store.get(job_id).state.ended)
                late.append(time.monotonic() - killed - LEASE)
                assert place.server.store.get(job_id).state.value == "CANCELLED"
            else:
                job_id, _ = await die(number, DETACHED, "detached")
                await until(lambda: place.server.store.get(job_id).state.ended)  # nobody watches it
                ended = await place.caller.call("GetJob", id=job_id)
                assert (ended.state, ended.finished_early) == (wire.SUCCEEDED, False)
                assert await place.caller.read(job_id) == painted_bytes(pixels(DETACHED), DETACHED)

        for start in range(0, kills, GROUP):
            await asyncio.gather(*map(one, range(start, min(start + GROUP, kills))))
    most = max(late)
    promised("P3", "attached: stops within its lease + 0.5 s", "{:.2f} s after the lease at most", kills // 2, figure=most, limit=0.5, idle=idle)
    promised("P3", "detached: runs on, its result byte-identical", "all of {}", kills - kills // 2)


async def test_a_watch_that_breaks_fifty_times_misses_no_end(serving: Serving, sized: Sized, promised: Promised) -> None:
    jobs, drops = sized(4, 1), sized(50, 8)
    async with serving(script={"steps": 100_000, "step_ms": 2}) as place:
        for number in range(jobs):
            job = await place.caller.create(order(seed=number))
            last = 0
            for _ in range(drops):
                stream = place.caller.watch(job.id)
                first = await stream.read()
                assert first.HasField("snapshot")
                assert first.sequence > last
                second = await stream.read()
                assert second.sequence > first.sequence
                last = second.sequence
                stream.cancel()
            await place.caller.call("FinishJob", id=job.id)
            events = [event async for event in place.caller.watch(job.id)]
            assert last < events[0].sequence
            assert events[0].HasField("snapshot")
            assert [event.sequence for event in events] == sorted({event.sequence for event in events})
            assert events[-1].snapshot.state == wire.SUCCEEDED
            await place.caller.call("DeleteJob", id=job.id)
    promised("P4", f"the watch dropped {drops}× per job: sequence never falls, a snapshot first, the end told", "all of {} drops", jobs * drops)


async def test_the_same_request_twenty_times_at_once_is_one_job(serving: Serving, sized: Sized, promised: Promised) -> None:
    rounds = sized(20, 3)
    async with serving() as place:
        for number in range(rounds):
            made = await asyncio.gather(*(place.caller.create(order(seed=number), request_id=f"same {number}") for _ in range(20)))
            assert len({job.id for job in made}) == 1
            assert (await place.caller.end(made[0].id)).state == wire.SUCCEEDED
            assert await place.caller.read(made[0].id) == painted_bytes(pixels(number), number)
        assert len((await place.caller.call("ListJobs", page_size=500)).jobs) == rounds
        assert len(runs(place.config.state_dir)) == rounds
    promised("P5", "one request_id 20× at once: one job", "1 job each in {} rounds", rounds)
