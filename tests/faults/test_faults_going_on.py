"""A job that fails after a scale has not lost it: the same job, sent again, goes on from there, and nobody else does."""

from __future__ import annotations

import os
import signal
from typing import Any

from calls import Clock, order, pixels, until
from fake_engine import painted_bytes, runs
from places import Place, Serving, pid_of
from restyle_server.limits import KEPT_CHECKPOINTS, Limits
from restyle_server.wire import restyle_pb2 as wire

STEPS, SCALES = 6, 3
HALF_DONE = {"steps": STEPS, "scales": SCALES, "step_ms": 2, "seeds": {"1": {"crash_at": 4}, "2": {"fail_at": 6}, "3": {"crash_at": 2}}}
WHOLE = {"steps": STEPS, "scales": SCALES}


async def failed(place: Place, seed: int, **words: Any) -> wire.Job:
    """A job that has failed by HALF_DONE, at its end."""
    job = await place.caller.create(order(seed=seed, **words))
    found = await place.caller.end(job.id)
    assert found.state == wire.FAILED
    return found


async def steps(place: Place, spec: wire.JobSpec) -> list[int]:
    """The evaluations of a job that succeeds, and its result is right."""
    job = await place.caller.create(spec)
    seen = [event.progress.step async for event in place.caller.watch(job.id) if event.HasField("progress")]
    assert (await place.caller.call("GetJob", id=job.id)).state == wire.SUCCEEDED
    assert await place.caller.read(job.id) == painted_bytes(pixels(spec.parameters.seed), spec.parameters.seed)
    return seen


async def first_step(place: Place, spec: wire.JobSpec) -> int:
    """After how many of its evaluations a job began. Sent with a slow script, so that the first is seen."""
    place.script(**WHOLE, step_ms=150)
    return min(await steps(place, spec))


async def test_the_same_job_sent_again_goes_on_after_the_last_completed_scale(serving: Serving) -> None:
    async with serving(script=HALF_DONE) as place:
        crashed, broken = await failed(place, 1), await failed(place, 2)
        assert crashed.error.message.endswith("is kept: the same job, sent again, goes on from there.")
        assert broken.error.message.endswith("goes on from there.")
        assert runs(place.config.state_dir) == [crashed.id, broken.id]  # never by itself
        assert place.job_folders() == sorted([crashed.id, broken.id])
        assert await first_step(place, order(seed=1)) == 3  # scale 1 of 3 was done
        assert await first_step(place, order(seed=2)) == 5
        again = order(seed=1)
        again.parameters.memory_limit = 2**32  # what may have been at fault
        assert await first_step(place, again) == 3


async def test_a_job_that_failed_in_its_first_scale_has_nothing_to_go_on_from(serving: Serving) -> None:
    async with serving(script=HALF_DONE) as place:
        found = await failed(place, 3)
        assert "kept" not in found.error.message
        assert place.job_folders() == []
        assert await first_step(place, order(seed=3)) == 1


async def test_only_the_very_same_order_goes_on(serving: Serving) -> None:
    async with serving(script=HALF_DONE) as place:
        await failed(place, 1)
        stronger, other = order(seed=1), order(seed=1)
        stronger.parameters.strength = 60
        other.styles[0].style_id = "woodcut"
        assert await first_step(place, stronger) == 1
        assert await first_step(place, other) == 1
        job = await place.caller.create(order(seed=1), [(0, 0, bytes(256))])  # other pixels
        seen = [event.progress.step async for event in place.caller.watch(job.id) if event.HasField("progress")]
        assert min(seen) == 1


async def test_what_is_kept_survives_the_server_and_goes_with_its_job(serving: Serving) -> None:
    async with serving(script={**WHOLE, "step_ms": 2, "seeds": {"1": {"hang_at": 4}}}) as place:
        job = await place.caller.create(order(seed=1))
        await until(lambda: (place.config.state_dir / "jobs" / job.id / "scale").exists())
        os.kill(pid_of(place.server.dispatcher.slots[0]), signal.SIGKILL)
        assert (await place.caller.end(job.id)).state == wire.FAILED
    async with serving() as place:
        assert place.job_folders() == [job.id]
        assert await first_step(place, order(seed=1)) == 3
        await place.caller.call("DeleteJob", id=job.id)
        assert job.id not in place.job_folders()
        assert await first_step(place, order(seed=1)) == 1


async def test_a_cancelled_job_keeps_nothing(serving: Serving) -> None:
    async with serving(script={**WHOLE, "step_ms": 2, "seeds": {"1": {"step_ms": 300}}}) as place:
        job = await place.caller.create(order(seed=1))
        await until(lambda: (place.config.state_dir / "jobs" / job.id / "scale").exists())
        await place.caller.call("CancelJob", id=job.id)
        assert (await place.caller.end(job.id)).state == wire.CANCELLED
        await until(lambda: place.job_folders() == [])


async def test_a_damaged_file_is_painted_from_the_beginning(serving: Serving) -> None:
    async with serving(script=HALF_DONE) as place:
        found = await failed(place, 1)
        kept = place.config.state_dir / "jobs" / found.id / "scale"
        kept.write_bytes(kept.read_bytes()[:-3])
        assert await first_step(place, order(seed=1)) == 1


async def test_completed_scales_are_kept_for_their_time_and_their_number(serving: Serving) -> None:
    clock = Clock()
    script = {**WHOLE, "seeds": {str(seed): {"fail_at": 4} for seed in range(1, KEPT_CHECKPOINTS + 3)}}
    async with serving(clock, limits=Limits(keep_detached_seconds=1000), script=script) as place:
        ends = [await failed(place, seed) for seed in range(1, KEPT_CHECKPOINTS + 3)]
        assert place.job_folders() == sorted(job.id for job in ends[2:])  # the latest
        clock.pass_by(999, place.server.sweep)
        assert len(place.job_folders()) == KEPT_CHECKPOINTS
        clock.turn(1)
        place.server.sweep()
        assert place.job_folders() == []
