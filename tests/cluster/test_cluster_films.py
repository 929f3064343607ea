"""A film on several machines: stretches that follow nothing of each other are painted at the same time, each frame after those that it follows, wherever those
were painted, and the paintings are those of one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from calls import Caller, gray, order, pixels
from cluster.near import Studio, studio
from fake_engine import following_bytes, painted_bytes
from restyle_server.wire import restyle_pb2 as wire

pytestmark = pytest.mark.slow
LENGTH = 3  # frames of a scene
KEY = 9  # what a person painted
GATE = "go"


async def handed_in(caller: Caller) -> dict[str, wire.Job]:
    """Two scenes of a film, and between the end of the first and a person's painting a frame that holds still with both; by name."""
    jobs: dict[str, wire.Job] = {}
    for scene, first in (("a", 1), ("b", 11)):
        for number in range(LENGTH):
            before = [wire.Previous(job_id=jobs[f"{scene}{number - 1}"].id)] if number else []
            jobs[f"{scene}{number}"] = await caller.create(order(first + number, sequence=True, previous=before))
    painted = order(20, sequence=True, painted=wire.Painted(plane=gray(payload=1)))
    jobs["key"] = await caller.create(painted, [(0, 0, pixels(20)), (1, 0, pixels(KEY))])
    both = [wire.Previous(job_id=jobs[name].id) for name in ("a2", "key")]
    jobs["between"] = await caller.create(order(21, sequence=True, previous=both))
    return jobs


def expected() -> dict[str, bytes]:
    found: dict[str, bytes] = {"key": pixels(KEY)}
    for scene, first in (("a", 1), ("b", 11)):
        found[f"{scene}0"] = painted_bytes(pixels(first), first)
        for number in range(1, LENGTH):
            found[f"{scene}{number}"] = following_bytes(pixels(first + number), first + number, [found[f"{scene}{number - 1}"]])
    found["between"] = following_bytes(pixels(21), 21, [found["a2"], found["key"]])
    return found


def opened(place: Studio) -> None:
    """Lets every machine paint on."""
    for machine in place.machines.values():
        (machine.folder / machine.node.id / GATE).touch()


async def painted(place: Studio, jobs: dict[str, wire.Job]) -> dict[str, bytes]:
    found = {}
    for name, job in jobs.items():
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED, name
        found[name] = await place.caller.read(job.id)
    return found


async def test_scenes_are_painted_at_the_same_time_and_each_frame_after_those_that_it_follows(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, steps=2, gate=GATE) as place:
        jobs = await handed_in(place.caller)
        firsts = [await place.caller.begun(jobs[name].id) for name in ("a0", "b0")]  # neither can end before the gate is open
        assert len({job.device for job in firsts}) == 2
        for name in ("a1", "a2", "b1", "b2", "between"):
            assert (await place.caller.get(jobs[name].id)).state == wire.QUEUED, name
        opened(place)
        assert await painted(place, jobs) == expected()
        for name, before in (("a1", "a0"), ("a2", "a1"), ("b1", "b0"), ("b2", "b1"), ("between", "a2"), ("between", "key")):
            assert (await place.caller.get(jobs[name].id)).started >= (await place.caller.get(jobs[before].id)).ended, name


async def test_the_paintings_are_those_of_one_machine(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",), steps=2) as place:
        assert await painted(place, await handed_in(place.caller)) == expected()
