"""Real clients in processes of their own, some of them killed: for all others every job ends once, with the right bytes."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from calls import order, pixels, until
from crowd import SIDE, Crowd, crowd
from fake_engine import painted_bytes, runs
from places import Place, Serving
from promise_table import Promised, Sized
from restyle_server.admin.config import ENGINE
from restyle_server.limits import Limits
from restyle_server.wire import restyle_pb2 as wire

REAL_SIDE = 64  # px
EVALUATIONS = 2
CORES = ("cpu:0", "cpu:1") if hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1 else ("cpu",)


@dataclass
class Score:
    """What the clients of a run went through."""

    painted: dict[str, bytes] = field(default_factory=dict)  # job → bytes
    seeds: dict[str, int] = field(default_factory=dict)  # job → seed
    begun: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)


async def paint(place: Place, people: Crowd, clients: int, jobs: int, kills: int, **words: Any) -> Score:
    """Every client paints its jobs one after the other; at times in the first half one is killed in the middle of its next."""
    score, total = Score(), clients * jobs
    due = [total * (number + 1) // (2 * kills) for number in range(kills)]

    async def follow(number: int) -> None:
        name = f"client {number}"
        seeds = [number * jobs + each for each in range(jobs)]
        await people.send(name, task="paint", address=place.server.address, token=place.server.token, seeds=seeds, **words)
        while True:
            said = await people.hear(name)
            assert "failed" not in said, said
            if "begun" in said:
                score.begun.add(said["begun"])
                if due and len(score.painted) >= due[0] and clients - len(score.killed) > 1:
                    due.pop(0)
                    people.kill(name)
                    score.killed.append(name)
                    return
            if "job" in said:
                assert said["state"] == "succeeded"
                assert said["job"] not in score.painted
                score.painted[said["job"]], score.seeds[said["job"]] = bytes.fromhex(said["data"]), said["seed"]
                score.seconds.append(said["seconds"])
            if "done" in said:
                score.finished.append(name)
                return

    await asyncio.gather(*map(follow, range(clients)))
    return score


async def settled(place: Place, score: Score) -> Counter[str]:
    """The states of all jobs, when every one has ended: each that was begun is there, once."""
    await until(lambda: all(job.state.ended for job in place.server.store.jobs()))
    listed = list((await place.caller.call("ListJobs", page_size=500)).jobs)
    assert len({job.id for job in listed}) == len(listed)
    assert score.begun <= {job.id for job in listed}
    for job in listed:
        assert job.id in score.painted or job.state in (wire.CANCELLED, wire.SUCCEEDED)  # of the killed
        assert job.id not in score.painted or job.state == wire.SUCCEEDED
    return Counter(wire.JobState.Name(job.state) for job in listed)


async def test_clients_that_live_get_every_result_whatever_happens_to_others(serving: Serving, sized: Sized, promised: Promised) -> None:
    clients, jobs, kills = sized(8, 4), sized(64, 3), sized(6, 1)
    async with serving(script={"steps": 20, "step_ms": 5}, limits=Limits(lease_seconds=2)) as place, crowd() as people:
        score = await paint(place, people, clients, jobs, kills)
        states = await settled(place, score)
        assert len(score.killed) == kills
        assert len(score.finished) == clients - kills
        for job_id, data in score.painted.items():
            assert data == painted_bytes(pixels(score.seeds[job_id], SIDE), score.seeds[job_id])
        begun = Counter(runs(place.config.state_dir))
        assert set(begun.values()) == {1}
    made = sum(states.values())
    text = f"{len(score.painted)} results right of {made} jobs made ({states['SUCCEEDED']} succeeded, {states['CANCELLED']} cancelled), 0 lost, 0 twice"
    promised("load", f"{clients} real clients × {jobs} jobs, {kills} killed: nothing lost, doubled or wrong", text, clients * jobs)


@pytest.mark.slow
async def test_the_same_with_the_real_engine(serving: Serving, sized: Sized, promised: Promised) -> None:
    clients, jobs, kills = sized(4, 2), sized(2, 1), sized(1, 0)
    async with serving(engine=ENGINE, devices=sized(CORES, ("cpu",)), limits=Limits(lease_seconds=2)) as place, crowd() as people:
        score = await paint(place, people, clients, jobs, kills, side=REAL_SIDE, evaluations=EVALUATIONS)
        states = await settled(place, score)
        assert len(score.killed) == kills
        for job_id, data in score.painted.items():
            assert data == await alone(place, score.seeds[job_id])
            assert data != pixels(score.seeds[job_id], REAL_SIDE)
    text = f"{len(score.painted)} results the same as painted alone, of {sum(states.values())} jobs made, 0 lost, 0 twice"
    promised(
        "load",
        f"{clients} real clients × {jobs} jobs on the real engine at {REAL_SIDE} px, {len(place.config.devices)} device(s), {kills} killed",
        text,
        clients * jobs,
    )


async def alone(place: Place, seed: int) -> bytes:
    """What the same order gives when nobody else is there."""
    spec = order(seed=seed)
    spec.content.width = spec.content.height = REAL_SIDE
    spec.parameters.preset = wire.DRAFT
    spec.parameters.evaluations = EVALUATIONS
    job = await place.caller.create(spec, [(0, 0, pixels(seed, REAL_SIDE))])
    assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
    return await place.caller.read(job.id)
