"""Machines that paint for a server elsewhere: what is painted there is as if it were painted here; when one of them goes, its job goes on at another, from its
last kept scale, and nowhere twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from calls import order, pixels, until
from cluster.near import LOST_SECONDS, Machine, studio
from fake_engine import painted_bytes, runs
from lessons import lesson
from restyle_server.cluster import line
from restyle_server.devices import adrift
from restyle_server.wire import restyle_pb2 as wire

pytestmark = pytest.mark.slow
SLOW: dict[str, Any] = {"steps": 12, "scales": 6, "step_ms": 250}


def begun(machines: dict[str, Machine]) -> list[str]:
    """The jobs that were begun anywhere, as often as they were."""
    return [job_id for machine in machines.values() for job_id in runs(machine.folder / machine.node.id)]


async def test_what_is_painted_elsewhere_is_as_if_it_were_painted_here(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch) as place:
        jobs = [await place.caller.create(order(seed=seed, report=True)) for seed in range(6)]
        for seed, job in enumerate(jobs):
            found = await place.caller.end(job.id)
            assert found.state == wire.SUCCEEDED, found
            assert found.device.split("/")[0] in ("one", "two")
            assert await place.caller.read(job.id) == painted_bytes(pixels(seed), seed)
        assert sorted(begun(place.machines)) == sorted(job.id for job in jobs)
        info = await place.caller.call("GetServerInfo")
        assert sorted(device.id for device in info.devices) == ["one/cpu", "two/cpu"]


async def _running(place: Any, job_id: str) -> Machine:
    """The machine at which the job is, once it has kept a scale here."""
    await until(lambda: place.server.store.folders.checkpoint(job_id).exists())
    return _machine_of(place, job_id)


def _machine_of(place: Any, job_id: str) -> Machine:
    name = place.server.store.find(job_id).device.partition("/")[0]
    found: Machine = next(machine for machine in place.machines.values() if machine.node.name == name and machine.alive)
    return found


async def test_a_machine_that_dies_costs_its_job_only_time(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, **SLOW) as place:
        job = await place.caller.create(order(seed=3))
        machine = await _running(place, job.id)
        place.kill(machine)
        seen = [event.progress.step async for event in place.caller.watch(job.id) if event.HasField("progress")]
        found = await place.caller.call("GetJob", id=job.id)
        assert found.state == wire.SUCCEEDED
        assert await place.caller.read(job.id) == painted_bytes(pixels(3), 3)
        assert begun(place.machines) == [job.id, job.id]
        assert 1 not in seen[-5:]  # it went on, and was not begun anew
        await until(lambda: len(place.server.dispatcher.slots) == 1)


async def test_a_network_that_is_cut_lets_no_job_be_painted_twice_at_once(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, **SLOW) as place:
        job = await place.caller.create(order(seed=4))
        machine = await _running(place, job.id)
        machine.cut = True
        child = machine.painters[-1].painter.child
        await until(lambda: len(begun(place.machines)) == 2)
        assert not machine.painters[-1].painter.working, "two paint the job"
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        assert await place.caller.read(job.id) == painted_bytes(pixels(4), 4)
        machine.cut = False
        await asyncio.sleep(LOST_SECONDS)
        assert child is not None
        assert (await place.caller.call("GetJob", id=job.id)).state == wire.SUCCEEDED
        assert await place.caller.read(job.id) == painted_bytes(pixels(4), 4)


async def test_a_short_cut_is_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",), **SLOW) as place:
        job = await place.caller.create(order(seed=5))
        machine = await _running(place, job.id)
        machine.cut = True
        await asyncio.sleep(LOST_SECONDS / 3)
        machine.cut = False
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        assert begun(place.machines) == [job.id]


async def test_a_machine_that_waits_for_a_large_file_does_not_hang(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",), hang_seconds=2.0) as place:
        (machine,) = place.machines.values()
        machine.way = 2.0  # for each of three files
        job = await place.caller.create(order(seed=12))
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        assert begun(place.machines) == [job.id]


async def test_a_painting_may_be_on_its_way_for_longer_than_a_lost_machine_is_waited_for(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",), **SLOW) as place:
        job = await place.caller.create(order(seed=16))
        machine = await _running(place, job.id)
        machine.way = LOST_SECONDS + 2.0
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        assert await place.caller.read(job.id) == painted_bytes(pixels(16), 16)
        assert begun(place.machines) == [job.id]


async def test_a_painting_that_finds_no_room_here_fails_in_a_sentence(tmp_path: Path, monkeypatch: Any) -> None:
    def full(path: Path, data: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(line, "_write", full)
    async with studio(tmp_path, monkeypatch, ("one",)) as place:
        job = await place.caller.create(order(seed=17))
        found = await place.caller.end(job.id)
        assert (found.state, found.error.reason) == (wire.FAILED, "DISK_FULL")
        assert begun(place.machines) == [job.id]


async def test_without_machines_jobs_wait_and_those_that_ran_go_on(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",), **SLOW) as place:
        job, waiting = [await place.caller.create(order(seed=seed)) for seed in (6, 7)]
        place.kill(await _running(place, job.id))
        await until(lambda: not place.server.dispatcher.slots)
        states = [(await place.caller.call("GetJob", id=one.id)).state for one in (job, waiting)]
        assert states == [wire.RUNNING, wire.QUEUED]
        place.join("three")
        for seed, one in ((6, job), (7, waiting)):
            assert (await place.caller.end(one.id)).state == wire.SUCCEEDED
            assert await place.caller.read(one.id) == painted_bytes(pixels(seed), seed)


async def test_a_learning_that_takes_its_machines_along_again_and_again_fails(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(adrift, "MOVES", 1)
    async with studio(tmp_path, monkeypatch, ("one", "two", "three"), step_ms=50) as place:
        job = await place.caller.create(*lesson(steps=100_000, seed=11))
        for times in (1, 2):
            await until(lambda times=times: begun(place.machines).count(job.id) == times)
            place.kill(_machine_of(place, job.id))
        ended = await place.caller.end(job.id)
        assert (ended.state, ended.error.reason) == (wire.FAILED, "WORKER_CRASHED")
        assert begun(place.machines).count(job.id) == 2


async def test_a_bridge_that_dies_is_replaced_and_the_job_goes_on(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",), **SLOW) as place:
        job = await place.caller.create(order(seed=8))
        await _running(place, job.id)
        place.bridges[-1].part()
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        assert await place.caller.read(job.id) == painted_bytes(pixels(8), 8)
        assert len(place.bridges) == 2


async def test_a_style_comes_to_a_machine_once(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",)) as place:
        for seed in range(3):
            job = await place.caller.create(order(seed=seed))
            assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        (machine,) = place.machines.values()
        assert len(machine.brought) == len(set(machine.brought))


async def test_a_cancelled_job_is_not_gone_on_with(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",), **SLOW) as place:
        job = await place.caller.create(order(seed=9))
        place.kill(await _running(place, job.id))
        await until(lambda: not place.server.dispatcher.slots)
        await place.caller.call("CancelJob", id=job.id)
        place.join("two")
        other = await place.caller.create(order(seed=10))
        assert (await place.caller.end(other.id)).state == wire.SUCCEEDED
        assert (await place.caller.call("GetJob", id=job.id)).state == wire.CANCELLED
        assert begun(place.machines).count(job.id) == 1


async def test_a_job_that_crashed_there_goes_on_when_it_is_sent_again(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",), steps=6, scales=3, seeds={"11": {"crash_at": 4}}) as place:
        job = await place.caller.create(order(seed=11))
        found = await place.caller.end(job.id)
        assert (found.state, found.error.reason) == (wire.FAILED, "WORKER_CRASHED")
        assert "goes on from there" in found.error.message
        place.script_all(steps=6, scales=3, step_ms=150)
        again = await place.caller.create(order(seed=11))
        seen = [event.progress.step async for event in place.caller.watch(again.id) if event.HasField("progress")]
        assert min(seen) == 3  # scale 1 of 3 was done
        assert await place.caller.read(again.id) == painted_bytes(pixels(11), 11)


async def test_while_the_last_machine_goes_what_is_asked_for_waits(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch, ("one",), **SLOW) as place:
        job = await place.caller.create(order(seed=13))
        place.kill(await _running(place, job.id))
        await until(lambda: any(slot.leaving for slot in place.server.dispatcher.slots))
        waiting = await place.caller.create(order(seed=14))
        await until(lambda: not place.server.dispatcher.slots)
        canvas = asyncio.create_task(place.server.dispatcher.live.shape())
        await asyncio.sleep(0.1)
        assert not canvas.done()
        place.join("two")
        await canvas
        for one in (job, waiting):
            assert (await place.caller.end(one.id)).state == wire.SUCCEEDED


async def test_a_job_is_painted_at_the_machine_that_it_asks_for(tmp_path: Path, monkeypatch: Any) -> None:
    async with studio(tmp_path, monkeypatch) as place:
        await until(lambda: all(slot.ready for slot in place.server.dispatcher.slots) and len(place.server.dispatcher.slots) == 2)
        for name in ("two/cpu", "one/cpu"):
            job = await place.caller.create(order(seed=15, parameters=wire.Parameters(device=name)))
            assert (await place.caller.end(job.id)).device.startswith(f"{name}: ")
