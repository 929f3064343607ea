"""A look is learned while nobody else wants the device: it gives way at once, goes on where it was, whatever ends its worker or the server, and lies in the
library at last."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from calls import Clock, details, order, pixels, until
from fake_engine import painted_bytes, runs
from launched import Launchpad
from lessons import lesson
from live_calls import live, rect, solid, with_look
from places import Place, Serving, pid_of
from restyle_server.limits import LEARN_SETBACKS, Limits
from restyle_server.wire import restyle_pb2 as wire

LEARNING, PAINTING = 50, 1  # seeds
HELD = {"seeds": {str(LEARNING): {"gate": "gate", "step_ms": 1}}}  # until its gate is open it gets no further


def open_gate(place: Place) -> None:
    (place.config.state_dir / "gate").touch()


async def learning(place: Place, steps: int = 6, **words: Any) -> wire.Job:
    spec, pieces = lesson(steps=steps, seed=LEARNING, **words)
    job: wire.Job = await place.caller.create(spec, pieces)
    return job


async def running(place: Place, job: wire.Job) -> None:
    await until(lambda: state(place, job) == "RUNNING")


def state(place: Place, job: wire.Job) -> str:
    found = place.server.store.find(job.id)
    return found.state.value if found else "gone"


async def look_of(place: Place, job: wire.Job) -> wire.Look:
    return (await place.caller.call("GetLook", id=job.look_id)).look  # type: ignore[no-any-return]


async def test_a_look_is_learned_and_lies_in_the_library_under_a_free_name(serving: Serving) -> None:
    async with serving() as place:
        jobs = [await place.caller.end((await learning(place, steps=steps)).id) for steps in (6, 7)]
        assert [(job.state, job.look_id, job.job_class) for job in jobs] == [(wire.SUCCEEDED, name, wire.BACKGROUND) for name in ("mine", "mine-2")]
        look = await look_of(place, jobs[0])
        assert (look.name, look.style, look.steps) == ("Mine", "night in 6 steps", 6)
        assert not jobs[0].HasField("result")
        with pytest.raises(grpc.aio.AioRpcError, match='has learned the look "mine", which is its result') as refused:
            await place.caller.read(jobs[0].id)
        assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert all(names(place, job) == ["record"] for job in jobs)


def names(place: Place, job: wire.Job) -> list[str]:
    return sorted(path.name for path in (place.config.state_dir / "jobs" / job.id).iterdir())


async def test_progress_and_previews_are_told(serving: Serving) -> None:
    async with serving(script={"step_ms": 30}) as place:
        job = await learning(place, steps=20)
        events = [event async for event in place.caller.watch(job.id, previews=True)]
        told = [event.progress for event in events if event.HasField("progress")]
        assert {"snapshot", "progress", "preview"} == {event.WhichOneof("event") for event in events}
        assert [one.step for one in told] == sorted(one.step for one in told)
        assert told[-1].steps == 20 and told[-1].eta_seconds >= 0


@pytest.mark.parametrize("job_class", [wire.INTERACTIVE, wire.BATCH])
async def test_any_other_job_goes_first_and_the_look_goes_on_where_it_was(serving: Serving, job_class: wire.JobClass.ValueType) -> None:
    async with serving(script={"seeds": {str(LEARNING): {"step_ms": 5}}}) as place:
        job = await learning(place, steps=200)
        await place.caller.begun(job.id)
        painting = await place.caller.create(order(seed=PAINTING, job_class=job_class))
        ended = await place.caller.end(painting.id)
        assert ended.state == wire.SUCCEEDED
        assert await place.caller.read(painting.id) == painted_bytes(pixels(PAINTING), PAINTING)
        last = await place.caller.end(job.id)
        assert (last.state, last.progress.step) == (wire.SUCCEEDED, 200)
        assert last.ended > ended.ended and last.started < ended.started
        assert (await look_of(place, last)).steps == 200
        assert runs(place.config.state_dir) == [job.id, painting.id, job.id]


async def test_it_gives_way_within_a_long_part(serving: Serving) -> None:
    async with serving(script=HELD) as place:
        job = await learning(place)
        await running(place, job)
        assert (await place.caller.end((await place.caller.create(order(seed=PAINTING))).id)).state == wire.SUCCEEDED
        open_gate(place)
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED


async def test_a_free_device_takes_the_painting_and_nobody_gives_way(serving: Serving) -> None:
    async with serving(script=HELD, devices=("fake:0", "fake:1")) as place:
        await until(lambda: all(slot.ready for slot in place.server.dispatcher.slots))
        job = await learning(place)
        await running(place, job)
        assert (await place.caller.end((await place.caller.create(order(seed=PAINTING))).id)).state == wire.SUCCEEDED
        assert runs(place.config.state_dir).count(job.id) == 1
        open_gate(place)
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED


async def test_learnings_of_several_take_turns_and_none_gives_way_to_another(serving: Serving) -> None:
    async with serving(script=HELD) as place:
        first = await learning(place)
        await running(place, first)
        second = await learning(place)  # the same client's
        theirs = await place.caller.named("other").create(*lesson("Theirs", seed=LEARNING))
        assert [(await place.caller.get(job.id)).queue_position for job in (first, second, theirs)] == [0, 2, 1]
        open_gate(place)
        ends = [(await place.caller.end(job.id)) for job in (first, theirs, second)]
        assert [job.look_id for job in ends] == ["mine", "theirs", "mine"], "equal looks are one"
        assert runs(place.config.state_dir) == [first.id, theirs.id, second.id]


async def test_who_learns_a_look_starts_no_later_with_a_painting(serving: Serving) -> None:
    async with serving(script={"seeds": {**HELD["seeds"], "9": {"gate": "other gate"}}}) as place:
        await place.caller.end((await place.caller.named("b").create(order(seed=2))).id)
        job = await learning(place)
        await running(place, job)
        long = await place.caller.named("c").create(order(seed=9))
        await place.caller.begun(long.id)
        theirs, own = await place.caller.named("b").create(order(seed=3)), await place.caller.create(order(seed=4))
        assert [(await place.caller.get(one.id)).queue_position for one in (own, theirs, job)] == [1, 2, 3]
        for gate in ("gate", "other gate"):
            (place.config.state_dir / gate).touch()
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED


async def test_a_live_canvas_is_painted_between_two_steps(serving: Serving) -> None:
    async with serving(script=HELD) as place:
        await with_look(place.caller)
        job = await learning(place)
        await running(place, job)
        canvas = solid(16, 16)
        async with live(place.caller, 16, 16) as call:
            await call.send(rects=[rect(canvas, 0, 0, 16, 16)], change=1)
            await call.settled(1)
        assert state(place, job) == "RUNNING"
        open_gate(place)
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED


async def test_a_killed_worker_costs_no_step_that_was_kept(serving: Serving) -> None:
    async with serving(script={"step_ms": 5}) as place:
        job = await learning(place, steps=100_000)
        await place.caller.begun(job.id)
        painting = await place.caller.create(order(seed=PAINTING))  # so that it is set aside, and thereby kept
        assert (await place.caller.end(painting.id)).state == wire.SUCCEEDED
        await until(lambda: runs(place.config.state_dir).count(job.id) == 2)
        kept = int((place.config.state_dir / "jobs" / job.id / "learned").read_bytes())
        os.kill(pid_of(place.server.dispatcher.slots[0]), signal.SIGKILL)
        await until(lambda: runs(place.config.state_dir).count(job.id) == 3)
        told = [event.progress.step async for event in taken(place.caller.watch(job.id), 2)]
        assert min(told) >= kept > 0
        await place.caller.call("FinishJob", id=job.id)
        last = await place.caller.end(job.id)
        assert (last.state, last.progress.step > kept) == (wire.SUCCEEDED, True)


async def taken(stream: Any, count: int) -> AsyncIterator[wire.JobEvent]:
    """So many of a watch's words about progress."""
    async for event in stream:
        if event.HasField("progress"):
            yield event
            count -= 1
        if not count:
            stream.cancel()
            return


async def test_a_learning_that_kills_its_worker_again_and_again_fails(serving: Serving) -> None:
    async with serving(script={"seeds": {str(LEARNING): {"crash_at": 3}}}) as place:
        job = await learning(place)
        ended = await place.caller.end(job.id)
        assert (ended.state, ended.error.reason) == (wire.FAILED, "WORKER_CRASHED")
        assert runs(place.config.state_dir) == [job.id] * LEARN_SETBACKS
        assert (await place.caller.end((await place.caller.create(order(seed=PAINTING))).id)).state == wire.SUCCEEDED
        assert place.job_folders() != [job.id]


async def test_a_server_that_ends_sets_it_aside_at_once_and_the_next_goes_on(serving: Serving) -> None:
    async with serving(script={"step_ms": 5}) as place:
        job = await learning(place, steps=400)
        await until(lambda: (place.server.store.find(job.id).progress or Quiet).step > 2)  # type: ignore[union-attr]
        place.server.stop(300)
        await place.server.ended()
        assert state(place, job) == "QUEUED"
        kept = int((place.config.state_dir / "jobs" / job.id / "learned").read_bytes())
    async with serving(script={"step_ms": 1}) as place:
        assert (await place.caller.begun(job.id)).progress.step >= kept > 2
        last = await place.caller.end(job.id)
        assert (last.state, last.look_id, last.progress.step) == (wire.SUCCEEDED, "mine", 400)


class Quiet:
    step = 0


async def test_a_server_that_is_killed_loses_no_learning(launchpad: Launchpad) -> None:
    launchpad.script(step_ms=5)
    server = launchpad.start()
    async with launchpad.reached() as caller:
        job = await caller.create(*lesson(steps=300, seed=LEARNING))
        await caller.begun(job.id)
        painting = await caller.create(order(seed=PAINTING))
        await caller.end(painting.id)
        server.kill()
        server.wait()
    launchpad.server_file.unlink()
    launchpad.start()
    async with launchpad.reached() as caller:
        last = await caller.end(job.id)
        assert (last.state, last.progress.step, last.look_id) == (wire.SUCCEEDED, 300, "mine")


async def test_what_is_learned_so_far_can_be_kept(serving: Serving) -> None:
    async with serving(script={"step_ms": 20}) as place:
        job = await learning(place, steps=100_000)
        await until(lambda: (place.server.store.find(job.id).progress or Quiet).step > 0)  # type: ignore[union-attr]
        await place.caller.call("FinishJob", id=job.id)
        ended = await place.caller.end(job.id)
        assert (ended.state, ended.finished_early) == (wire.SUCCEEDED, True)
        assert 0 < (await look_of(place, ended)).steps == ended.progress.step < 100_000


async def test_a_look_that_is_set_aside_is_finished_as_soon_as_there_is_a_moment(serving: Serving) -> None:
    async with serving(script={"step_ms": 2, "seeds": {"9": {"gate": "gate"}}}) as place:
        job = await learning(place, steps=100_000)
        await until(lambda: (place.server.store.find(job.id).progress or Quiet).step > 0)  # type: ignore[union-attr]
        painting, folder = await place.caller.create(order(seed=9)), await place.caller.create(order(seed=2, job_class=wire.BATCH))
        await place.caller.begun(painting.id)
        assert state(place, job) == "QUEUED"
        told = await place.caller.call("FinishJob", id=job.id)
        assert (told.state, told.queue_position) == (wire.QUEUED, 1)
        open_gate(place)
        ended = await place.caller.end(job.id)
        assert (ended.state, ended.finished_early) == (wire.SUCCEEDED, True)
        assert (await place.caller.end(folder.id)).state == wire.SUCCEEDED


async def test_before_the_first_step_there_is_nothing_to_keep(serving: Serving) -> None:
    async with serving(script=HELD) as place:
        job = await learning(place)
        for _ in range(2):  # while it waits for a worker, or runs; then for sure
            with pytest.raises(grpc.aio.AioRpcError, match="has not learned its first step") as refused:
                await place.caller.call("FinishJob", id=job.id)
            assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
            await running(place, job)
        await place.caller.call("CancelJob", id=job.id)


@pytest.mark.parametrize("aside", [False, True])
async def test_a_cancelled_learning_leaves_nothing(serving: Serving, aside: bool) -> None:
    async with serving(script={"step_ms": 2, "seeds": {"9": {"gate": "gate"}}}) as place:
        job = await learning(place, steps=100_000)
        await place.caller.begun(job.id)
        if aside:
            painting = await place.caller.create(order(seed=9))
            await place.caller.begun(painting.id)
        assert (await place.caller.call("CancelJob", id=job.id)).state == wire.CANCELLED
        open_gate(place)
        assert (await place.caller.end((await place.caller.create(order(seed=2))).id)).state == wire.SUCCEEDED
        assert job.id not in place.job_folders()
        assert "mine" not in [look.id for look in (await place.caller.call("ListLooks")).looks]


async def test_a_disk_that_takes_nothing_costs_no_step_and_is_told(serving: Serving) -> None:
    async with serving(script={"step_ms": 5}) as place:
        job = await learning(place, steps=200)
        await place.caller.begun(job.id)
        (place.config.state_dir / "jobs" / job.id / "learned").mkdir()  # no file can take its place
        painting = await place.caller.create(order(seed=PAINTING))
        assert (await place.caller.end(painting.id)).state == wire.SUCCEEDED
        seen = [event.progress.step async for event in place.caller.watch(job.id) if event.HasField("progress")]
        last = await place.caller.get(job.id)
        assert (last.state, min(seen) > 1) == (wire.SUCCEEDED, True)
        (warning,) = last.warnings
        assert warning.startswith("What this look has learned can't be written to the disk (")


async def test_an_attached_learning_is_cancelled_when_nobody_watches_and_only_then(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock, limits=Limits(lease_seconds=10), script={"step_ms": 2}) as place:
        job = await learning(place, steps=100_000, lifetime=wire.ATTACHED)
        stream = place.caller.watch(job.id)
        await stream.read()
        await until(lambda: (place.server.store.find(job.id).progress or Quiet).step > 0)  # type: ignore[union-attr]
        await place.caller.end((await place.caller.create(order(seed=PAINTING))).id)  # it is set aside meanwhile
        clock.turn(100)
        place.server.sweep()
        assert state(place, job) in ("QUEUED", "RUNNING")
        stream.cancel()
        await until(lambda: place.server.store.watchers() == 0)
        clock.turn(11)
        place.server.sweep()
        assert state(place, job) == "CANCELLED"


async def test_a_learned_look_keeps_no_server_awake(serving: Serving) -> None:
    async with serving() as place:
        assert (await place.caller.end((await learning(place)).id)).state == wire.SUCCEEDED
        await until(lambda: place.server.store.watchers() == 0)
        assert not place.server.store.needed


async def test_a_library_that_is_full_is_told_in_a_sentence(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_server.looks.library.MAX_OWN", 0)
    async with serving() as place:
        ended = await place.caller.end((await learning(place)).id)
        assert (ended.state, ended.error.reason) == (wire.FAILED, "LOOKS_FULL")


@pytest.mark.parametrize("name", ["../../etc/passwd", "con", "日本", "a/b\\c:d"])
async def test_a_name_leads_nowhere(serving: Serving, name: str, tmp_path: Path) -> None:
    async with serving() as place:
        spec, pieces = lesson(name)
        ended = await place.caller.end((await place.caller.create(spec, pieces)).id)
        assert ended.state == wire.SUCCEEDED
        assert (await look_of(place, ended)).name == name
        assert looks_in(tmp_path) == [place.config.data_dir / "looks" / f"{ended.look_id}.safetensors"]


def looks_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.safetensors"))


async def test_what_a_learning_costs_is_not_estimated(serving: Serving) -> None:
    async with serving() as place:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.call("EstimateJob", spec=lesson()[0])
        (violation,) = details(refused.value)["BadRequest"].field_violations
        assert violation.field == "spec.learn"


async def test_what_is_no_photograph_is_refused_before_anything_is_learned(serving: Serving) -> None:
    async with serving() as place:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(*lesson(photographs=(b"no picture at all",)))
        (violation,) = details(refused.value)["BadRequest"].field_violations
        assert violation.field == "spec.learn.photographs[0]"
        await asyncio.sleep(0)
        assert place.job_folders() == []
