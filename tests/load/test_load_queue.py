"""Many who want something at once: everybody's turn comes, the queue has an end, and the server can still be asked."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import psutil
import pytest
from calls import Caller, details, order, until
from crowd import ROOT
from fake_engine import runs
from grpc_health.v1 import health_pb2
from launched import Launchpad
from places import Serving, pid_of
from promise_table import Promised, Sized, percentile
from restyle_server.limits import Limits
from restyle_server.wire import restyle_pb2 as wire
from timing import idle_seconds, seconds_of

ENDLESS = {"steps": 100_000, "step_ms": 2}
ROOM = Limits(max_jobs=1000, max_jobs_per_client=1000)
SUBMITS = 200
BLOCKER = 100_000  # seed: none of the others


async def test_one_job_waits_for_no_flood(serving: Serving, sized: Sized, promised: Promised) -> None:
    flood, rounds = sized(100, 30), sized(5, 1)
    async with serving(script={"steps": 2, "step_ms": 1, "seeds": {str(BLOCKER): ENDLESS}}, limits=ROOM) as place:
        for _ in range(rounds):
            blocker = await place.caller.named("a").create(order(seed=BLOCKER))
            await place.caller.begun(blocker.id)
            before = len(runs(place.config.state_dir))
            many = [await place.caller.named("a").create(order(seed=number)) for number in range(flood)]
            one = await place.caller.named("b").create(order(seed=1))
            await place.caller.call("CancelJob", id=blocker.id)
            await asyncio.gather(*(place.caller.end(job.id) for job in (*many, one)))
            assert runs(place.config.state_dir)[before:].index(one.id) == 0  # after the one that ran
    promised("P6", f"one client floods {flood}, another's job starts after at most one running job", "1 job waited for, in {} rounds", rounds)


async def test_four_clients_are_served_evenly(serving: Serving, sized: Sized, promised: Promised) -> None:
    each, names = sized(20, 6), "abcd"
    async with serving(script={"steps": 2, "step_ms": 1, "seeds": {str(BLOCKER): ENDLESS}}, limits=ROOM) as place:
        blocker = await place.caller.create(order(seed=BLOCKER))
        await place.caller.begun(blocker.id)
        owners = {}
        for name in names:
            for number in range(each):
                owners[(await place.caller.named(name).create(order(seed=number))).id] = name
        await place.caller.call("CancelJob", id=blocker.id)
        await asyncio.gather(*(place.caller.end(job_id) for job_id in owners))
        counts, worst = Counter(dict.fromkeys(names, 0)), 0
        for job_id in runs(place.config.state_dir)[1:]:
            counts[owners[job_id]] += 1
            worst = max(worst, max(counts.values()) - min(counts.values()))
    assert sum(counts.values()) == each * len(names)
    promised("P6", f"4 clients × {each}: counts differ by at most 1 at any time", "{:.0f}", each * len(names), figure=worst, limit=1, exact=True)


async def test_a_full_queue_takes_exactly_its_room_and_refuses_the_rest_at_once(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    clients, rounds = 5, sized(3, 1)
    waits: list[float] = []
    launchpad.script(**ENDLESS)
    launchpad.start()
    async with launchpad.reached() as caller:
        await launchpad.ready()
        running = await caller.named("first").create(order())
        await caller.begun(running.id)
        idle = await idle_seconds(lambda: caller.call("GetServerInfo"))
        other = max([await seconds_of(asyncio.gather(*(caller.call("GetServerInfo") for _ in range(SUBMITS)))) for _ in range(3)])

        async def submit(number: int) -> grpc.aio.AioRpcError | str:
            began = time.perf_counter()
            try:
                return (await caller.named(f"client {number % clients}").create(order())).id
            except grpc.aio.AioRpcError as error:
                waits.append(time.perf_counter() - began)
                return error

        for _ in range(rounds):
            answers = await asyncio.gather(*map(submit, range(SUBMITS)))
            taken = [answer for answer in answers if isinstance(answer, str)]
            assert len(taken) == 64
            for answer in answers:
                if isinstance(answer, grpc.aio.AioRpcError):
                    assert answer.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
                    assert details(answer)["RetryInfo"].retry_delay.ToTimedelta().total_seconds() == 1
            per_client = Counter([(await caller.call("GetJob", id=job_id)).client_id for job_id in taken])
            assert max(per_client.values()) <= 16
            for job_id in taken:
                await caller.call("CancelJob", id=job_id)
        for number in range(64):
            await submit(number)
        alone = [await seconds_of(submit(number)) for number in range(20)]
    promised("P7", f"{SUBMITS} submits at once: 64 taken (≤ 16 per client), the rest RESOURCE_EXHAUSTED + RetryInfo", "exact in {} rounds", rounds)
    promised("P7", "a refusal comes within 100 ms", "{:.1f} ms at most", 20, figure=max(alone) * 1000, limit=100, idle=idle * 1000)
    bound = f"with all {SUBMITS} sent at one instant: within 100 ms more than as many GetServerInfo at one instant take"
    most, limit = max(waits) * 1000, other * 1000 + 100
    text = f"{{:.0f}} ms at most, GetServerInfo {other * 1000:.0f} ms"
    promised("P7", bound, text, len(waits), figure=most, limit=limit)


WATCHERS = """
import asyncio, sys
import grpc
from calls import Caller

async def main(address, token, job_id, count):
    async with grpc.aio.insecure_channel(address) as channel:
        caller = Caller(channel, token)
        streams = [caller.watch(job_id) for _ in range(count)]
        for stream in streams:
            await stream.read()
        print("watching", flush=True)
        async def follow(stream):
            async for _ in stream: pass
        await asyncio.gather(*(stream.read() for stream in streams))
        while True:
            await asyncio.gather(*(stream.read() for stream in streams))

asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
"""


@contextmanager
def watching(caller: Caller, address: str, job_id: str, count: int) -> Iterator[subprocess.Popen[str]]:
    """Another process in which so many watch."""
    token = dict(caller.metadata)["authorization"].removeprefix("Bearer ")
    environment = {**os.environ, "PYTHONPATH": ROOT}
    command = [sys.executable, "-c", WATCHERS, address, token, job_id, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_a_full_server_with_many_watchers_still_answers(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    rounds, watchers = sized(200, 15), sized(64, 16)
    launchpad.limits(max_jobs=64, max_jobs_per_client=64)
    launchpad.script(**ENDLESS)
    launchpad.start()
    async with launchpad.reached() as caller:
        health = health_pb2.HealthCheckRequest()
        idle = {
            "Health": await idle_seconds(lambda: caller.health.Check(health)),
            "GetServerInfo": await idle_seconds(lambda: caller.call("GetServerInfo")),
        }
        idle["CancelJob"] = idle["GetServerInfo"]
        await launchpad.ready()
        running = await caller.create(order())
        await caller.begun(running.id)
        waiting = [await caller.create(order()) for _ in range(64)]
        address = json.loads(launchpad.server_file.read_text())["address"]
        with watching(caller, address, running.id, watchers) as other:
            assert other.stdout is not None
            assert (await asyncio.to_thread(other.stdout.readline)) == "watching\n"
            took: dict[str, list[float]] = {name: [] for name in idle}
            for _ in range(rounds):
                took["Health"].append(await seconds_of(caller.health.Check(health)))
                took["GetServerInfo"].append(await seconds_of(caller.call("GetServerInfo")))
                took["CancelJob"].append(await seconds_of(caller.call("CancelJob", id=waiting.pop(0).id)))
                waiting.append(await caller.create(order()))  # full again
            assert other.poll() is None
            assert (await caller.call("GetServerInfo")).jobs_queued == 64
    for name, figures in took.items():
        p99 = percentile(figures, 0.99) * 1000
        bound = f"{name} p99 within 50 ms, queue full and {watchers} watchers"
        promised("P18", bound, "{:.1f} ms", rounds, figure=p99, limit=50, idle=idle[name] * 1000)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2 if hasattr(os, "sched_getaffinity") else True, reason="needs two cores to pin to")
async def test_two_devices_share_one_queue(serving: Serving, sized: Sized, promised: Promised) -> None:
    jobs = sized(60, 12)
    script = {"steps": 10, "step_ms": 4, "seeds": {str(BLOCKER): ENDLESS}}
    async with serving(script=script, limits=ROOM, devices=("cpu:0", "cpu:1")) as place:
        slots = place.server.dispatcher.slots
        await until(lambda: all(slot.ready for slot in slots))
        cores = [psutil.Process(pid_of(slot)).cpu_affinity() for slot in slots]
        assert [len(core) for core in cores] == [1, 1]
        assert cores[0] != cores[1]
        made = [await place.caller.named(f"client {number % 3}").create(order(seed=number)) for number in range(jobs)]
        ends = await asyncio.gather(*(place.caller.end(job.id) for job in made))
        assert all(job.state == wire.SUCCEEDED for job in ends)
        share = Counter(job.resolved.device for job in ends)
        assert set(share) == {"cpu:0", "cpu:1"}
        spans = sorted((job.started, job.ended, job.resolved.device) for job in ends)
        for device in share:
            own = [span for span in spans if span[2] == device]
            assert all(first[1] <= second[0] for first, second in itertools.pairwise(own))  # one at a time on each
        assert any(first[1] > second[0] for first, second in itertools.pairwise(spans))  # and two at once
        assert max(Counter(runs(place.config.state_dir)).values()) == 1
    promised(
        "devices",
        "two devices, a core each, one queue: one job at a time on each, both busy, each job once",
        f"{share['cpu:0']} and {share['cpu:1']} of {{}}",
        jobs,
    )
