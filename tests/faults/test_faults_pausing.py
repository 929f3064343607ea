"""A sketch never waits behind a folder: a batch job rests between two scales, keeps all that it has, and still runs once."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import re
import signal
from typing import Any

import pytest
from calls import order, pixels, until
from fake_engine import painted_bytes, runs
from places import Place, Serving, pid_of
from promise_table import Promised, Sized
from restyle_server.admin.config import ENGINE
from restyle_server.wire import restyle_pb2 as wire

FOLDER, SKETCH = 50, 1  # seeds
LONG = {"steps": 400, "step_ms": 2, "scales": 8, "gate": "gate"}  # goes on when everybody who shall come has come


def open_gate(place: Place, opened: bool = True) -> None:
    gate = place.config.state_dir / str(LONG["gate"])
    gate.touch() if opened else gate.unlink(missing_ok=True)


def batch(seed: int = FOLDER) -> wire.JobSpec:
    return order(seed=seed, job_class=wire.BATCH)


async def resting(place: Place) -> None:
    """Returns when a batch job rests."""
    await until(lambda: place.server.dispatcher.slots[0].paused is not None)


async def interrupted(place: Place) -> tuple[wire.Job, wire.Job]:
    """A batch job that rests, and the sketch that is painted meanwhile."""
    folder = await place.caller.create(batch())
    await place.caller.begun(folder.id)
    sketch = await place.caller.create(order(seed=SKETCH))
    open_gate(place)
    await resting(place)
    await place.caller.begun(sketch.id)
    return folder, sketch


@pytest.mark.parametrize("sketches", [1, 3])
async def test_interactive_jobs_go_first_and_the_batch_job_still_runs_once_with_its_own_result(
    serving: Serving, sized: Sized, promised: Promised, sketches: int
) -> None:
    rounds = sized(5, 1)
    async with serving(script={"seeds": {str(FOLDER): LONG}}) as place:
        begun = []
        for _ in range(rounds):
            folder = await place.caller.create(batch())
            await place.caller.begun(folder.id)
            painted = [await place.caller.named("painter").create(order(seed=SKETCH + number)) for number in range(sketches)]
            open_gate(place)
            ended = [await place.caller.end(job.id) for job in painted]
            last = await place.caller.end(folder.id)
            assert last.state == wire.SUCCEEDED
            assert all(job.state == wire.SUCCEEDED and job.ended < last.ended for job in ended)
            assert await place.caller.read(folder.id) == painted_bytes(pixels(FOLDER), FOLDER)
            for number, job in enumerate(painted):
                assert await place.caller.read(job.id) == painted_bytes(pixels(SKETCH + number), SKETCH + number)
            begun += [folder.id, *(job.id for job in painted)]
            open_gate(place, False)
        assert runs(place.config.state_dir) == begun
    promised("pause", f"{sketches} sketch(es) start at the end of the batch job's scale; each runs once, the right bytes", "all of {}", rounds * (sketches + 1))


async def test_after_three_sketches_the_batch_job_goes_on_for_a_scale(serving: Serving, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "restyle_server")
    async with serving(script={"seeds": {str(FOLDER): LONG}}) as place:
        folder = await place.caller.create(batch())
        await place.caller.begun(folder.id)
        painted = [await place.caller.create(order(seed=number)) for number in range(1, 8)]
        open_gate(place)
        assert (await place.caller.end(folder.id)).state == wire.SUCCEEDED
    names = {folder.id: "folder", **{job.id: str(number) for number, job in enumerate(painted, 1)}}
    steps = [re.match(r"job (\w+): (RUNNING|rests|goes on)", record.getMessage()) for record in caplog.records]
    told = [f"{names[step[1]]} {step[2]}" for step in steps if step]
    pause, sketches = ["folder rests", "folder goes on"], [f"{number} RUNNING" for number in range(1, 8)]
    assert told == ["folder RUNNING", pause[0], *sketches[:3], *reversed(pause), *sketches[3:6], *reversed(pause), *sketches[6:], pause[1]]


async def test_a_batch_job_waits_for_no_other_batch_job_and_a_sketch_for_no_sketch(serving: Serving) -> None:
    async with serving(script={"steps": 60, "step_ms": 2, "scales": 6}) as place:
        first, second = await place.caller.create(batch(1)), await place.caller.create(batch(2))
        await place.caller.end(second.id)
        sketch, another = await place.caller.create(order(seed=3)), await place.caller.create(order(seed=4))
        await place.caller.end(another.id)
        ended = [(await place.caller.call("GetJob", id=job.id)).ended for job in (first, second, sketch, another)]
        assert ended == sorted(ended)


async def test_a_free_device_takes_the_sketch_and_nothing_pauses(serving: Serving) -> None:
    async with serving(script={"seeds": {str(FOLDER): {**LONG, "steps": 100_000, "gate": ""}}}, devices=("fake:0", "fake:1")) as place:
        await until(lambda: all(slot.ready for slot in place.server.dispatcher.slots))
        folder = await place.caller.create(batch())
        await place.caller.begun(folder.id)
        assert (await place.caller.end((await place.caller.create(order(seed=SKETCH))).id)).state == wire.SUCCEEDED
        assert not any(slot.paused or slot.asked for slot in place.server.dispatcher.slots)


SLOW_SKETCH = {str(SKETCH): {"steps": 100_000, "step_ms": 2}, str(FOLDER): LONG}


async def test_a_resting_job_can_be_cancelled_and_finished(serving: Serving) -> None:
    async with serving(script={"seeds": {**SLOW_SKETCH, str(FOLDER + 1): LONG}}) as place:
        cancelled = await place.caller.create(batch())
        await place.caller.begun(cancelled.id)
        sketch = await place.caller.create(order(seed=SKETCH))
        open_gate(place)
        await resting(place)
        assert (await place.caller.call("CancelJob", id=cancelled.id)).state == wire.CANCELLED
        assert (await place.caller.call("GetJob", id=sketch.id)).state == wire.RUNNING  # it hit only its job
        await place.caller.call("FinishJob", id=sketch.id)
        assert (await place.caller.end(sketch.id)).state == wire.SUCCEEDED

        open_gate(place, False)
        finished = await place.caller.create(batch(FOLDER + 1))
        await place.caller.begun(finished.id)
        sketch = await place.caller.create(order(seed=SKETCH))
        open_gate(place)
        await resting(place)
        await place.caller.call("FinishJob", id=finished.id)
        await place.caller.call("CancelJob", id=sketch.id)
        ended = await place.caller.end(finished.id)
        assert (ended.state, ended.finished_early) == (wire.SUCCEEDED, True)
        assert await place.caller.read(finished.id) == painted_bytes(pixels(FOLDER + 1), FOLDER + 1)


async def test_a_sketch_that_is_cancelled_before_the_pause_costs_nothing(serving: Serving) -> None:
    async with serving(script={"seeds": {str(FOLDER): LONG}}) as place:
        folder = await place.caller.create(batch())
        await place.caller.begun(folder.id)
        sketch = await place.caller.create(order(seed=SKETCH))
        await place.caller.call("CancelJob", id=sketch.id)
        open_gate(place)
        assert (await place.caller.end(folder.id)).state == wire.SUCCEEDED
        assert sketch.id not in runs(place.config.state_dir)


async def test_a_worker_that_dies_fails_the_resting_job_too_and_paints_none_of_them_again(serving: Serving) -> None:
    async with serving(script={"seeds": SLOW_SKETCH}) as place:
        folder, sketch = await interrupted(place)
        os.kill(pid_of(place.server.dispatcher.slots[0]), signal.SIGKILL)
        reasons = [(await place.caller.end(job.id)).error.reason for job in (folder, sketch)]
        assert reasons == ["WORKER_CRASHED", "WORKER_CRASHED"]
        assert (await place.caller.end((await place.caller.create(order(seed=2))).id)).state == wire.SUCCEEDED
        assert runs(place.config.state_dir).count(folder.id) == 1


async def test_a_sketch_that_fails_does_not_fail_the_resting_job(serving: Serving) -> None:
    async with serving(script={"seeds": {str(SKETCH): {"fail_at": 2}, str(FOLDER): LONG}}) as place:
        folder = await place.caller.create(batch())
        await place.caller.begun(folder.id)
        sketch = await place.caller.create(order(seed=SKETCH))
        open_gate(place)
        assert (await place.caller.end(sketch.id)).error.reason == "INTERNAL"
        assert (await place.caller.end(folder.id)).state == wire.SUCCEEDED


async def test_the_time_that_a_job_rested_is_not_counted_as_its_work(serving: Serving) -> None:
    async with serving(script={"seeds": SLOW_SKETCH}) as place:
        folder, sketch = await interrupted(place)
        await asyncio.sleep(0.5)  # what is measured: it rests for so long at least
        await place.caller.call("CancelJob", id=sketch.id)
        ended = await place.caller.end(folder.id)
        assert ended.progress.elapsed_seconds <= ended.ended - ended.started - 0.5


@pytest.mark.slow
async def test_a_real_painting_that_rested_is_the_same_picture(serving: Serving) -> None:
    side, chance = 128, random.Random(1)
    data = bytes(chance.randrange(40, 200) for _ in range(side * side))

    def painting(**words: Any) -> wire.JobSpec:
        spec = order(seed=1, **words)
        spec.content.width = spec.content.height = side
        spec.parameters.evaluations = 2
        return spec

    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        undisturbed = await place.caller.create(painting(), [(0, 0, data)])
        assert (await place.caller.end(undisturbed.id)).state == wire.SUCCEEDED
        folder = await place.caller.create(painting(job_class=wire.BATCH), [(0, 0, data)])
        sketch = await place.caller.create(order(seed=2))
        first, second = await place.caller.end(sketch.id), await place.caller.end(folder.id)
        assert first.state == second.state == wire.SUCCEEDED, (first.error, second.error)
        assert second.progress.scales > 1
        assert second.started < first.started < first.ended < second.ended  # it rested meanwhile
        assert await place.caller.read(folder.id) == await place.caller.read(undisturbed.id)
