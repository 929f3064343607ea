"""Frames of a sequence over the wire: each waits for those that it holds still with, nobody else waits for them, and who has lost them hears of it."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from calls import Clock, details, gray, order, pixels
from fake_engine import following_bytes, painted_bytes, runs
from places import Serving
from restyle_server.jobs import following
from restyle_server.jobs.job import Job, JobClass, Lifetime
from restyle_server.jobs.states import JobState
from restyle_server.limits import Limits
from restyle_server.refusals import Invalid
from restyle_server.rpc.conversion import spec_of
from restyle_server.wire import restyle_pb2 as wire

GATED = {"steps": 2, "gate": "go"}


def frame(seed: int, *previous: str, **words: object) -> wire.JobSpec:
    return order(seed, sequence=True, previous=[wire.Previous(job_id=one) for one in previous], **words)


def field(refused: pytest.ExceptionInfo[grpc.aio.AioRpcError]) -> str:
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    name: str = details(refused.value)["BadRequest"].field_violations[0].field
    return name


async def test_a_frame_waits_for_the_one_before_and_others_overtake_it(serving: Serving) -> None:
    async with serving(script=GATED) as place:
        first = await place.caller.create(frame(1))
        second = await place.caller.create(frame(2, first.id))
        third = await place.caller.create(frame(3, second.id))
        await place.caller.begun(first.id)
        other = await place.caller.named("somebody else").create(order(4))
        (place.config.state_dir / "go").touch()
        assert (await place.caller.end(third.id)).state == wire.SUCCEEDED
        assert (await place.caller.end(other.id)).state == wire.SUCCEEDED
        began = runs(place.config.state_dir)
        assert [job_id for job_id in began if job_id != other.id] == [first.id, second.id, third.id]
        one = painted_bytes(pixels(1), 1)
        two = following_bytes(pixels(2), 2, [one])
        assert await place.caller.read(third.id) == following_bytes(pixels(3), 3, [two])


async def test_a_frame_may_hold_still_with_several(serving: Serving) -> None:
    async with serving() as place:
        first, second = await place.caller.create(frame(1)), await place.caller.create(frame(2))
        both = await place.caller.create(frame(3, first.id, second.id))
        await place.caller.end(both.id)
        assert await place.caller.read(both.id) == following_bytes(pixels(3), 3, [painted_bytes(pixels(1), 1), painted_bytes(pixels(2), 2)])


async def test_what_a_person_has_painted_is_the_result_and_can_be_followed(serving: Serving) -> None:
    async with serving() as place:
        spec = order(1, painted=wire.Painted(plane=gray(payload=1)))
        key = await place.caller.create(spec, [(0, 0, pixels(1)), (1, 0, pixels(9))])
        follower = await place.caller.create(frame(2, key.id))
        await place.caller.end(follower.id)
        assert await place.caller.read(key.id) == pixels(9)
        assert await place.caller.read(follower.id) == following_bytes(pixels(2), 2, [pixels(9)])


async def test_a_job_whose_previous_is_cancelled_fails_at_once_and_so_do_its_followers(serving: Serving) -> None:
    async with serving(script=GATED) as place:
        first = await place.caller.create(frame(1))
        second = await place.caller.create(frame(2, first.id))
        third = await place.caller.create(frame(3, second.id))
        await place.caller.call("CancelJob", id=first.id)
        for job in (second, third):
            ended = await place.caller.end(job.id)
            assert (ended.state, ended.error.reason) == (wire.FAILED, "PREVIOUS_LOST")
            assert "paint that frame again" in ended.error.message


async def test_frames_that_nobody_watches_any_more_end_together(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock=clock, script=GATED) as place:
        first = await place.caller.create(frame(1, lifetime=wire.ATTACHED))
        row = [first, await place.caller.create(frame(2, first.id, lifetime=wire.ATTACHED)), await place.caller.create(order(3, lifetime=wire.ATTACHED))]
        clock.turn(Limits().lease_seconds + 1)
        place.server.sweep()
        assert [place.server.store.get(job.id).state for job in row] == [JobState.CANCELLED, JobState.FAILED, JobState.CANCELLED]


async def test_a_job_whose_previous_fails_or_is_deleted_fails(serving: Serving) -> None:
    async with serving(script={"steps": 2, "seeds": {"1": {"fail_at": 1}, "5": {"gate": "go"}}}) as place:
        busy = await place.caller.create(order(5))
        await place.caller.begun(busy.id)
        failing, kept = await place.caller.create(frame(1)), await place.caller.create(frame(2))
        after, later = await place.caller.create(frame(3, failing.id)), await place.caller.create(frame(4, kept.id))
        await place.caller.call("DeleteJob", id=kept.id)
        assert (await place.caller.end(later.id)).error.reason == "PREVIOUS_LOST"
        (place.config.state_dir / "go").touch()
        assert (await place.caller.end(after.id)).error.reason == "PREVIOUS_LOST"


async def test_only_frames_that_there_are_can_be_named(serving: Serving) -> None:
    async with serving(script={"steps": 2, "seeds": {"1": {"fail_at": 1}}}) as place:
        alone, failed = await place.caller.create(order(2)), await place.caller.create(frame(1))
        await place.caller.end(failed.id)
        for name in ("0123456789abcdef", alone.id, failed.id):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await place.caller.create(frame(3, name))
            assert field(refused) == "spec.previous[0].job_id"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"previous": [wire.Previous(job_id=f"{number:x}") for number in range(5)]}, "spec.previous"),
        ({"previous": [wire.Previous(job_id="a"), wire.Previous(job_id="a")]}, "spec.previous[1].job_id"),
        ({"previous": [wire.Previous(job_id="a", weight=0)]}, "spec.previous[0].weight"),
        ({"previous": [wire.Previous(job_id="a", weight=float("nan"))]}, "spec.previous[0].weight"),
        ({"previous": [wire.Previous()]}, "spec.previous[0].job_id"),
        ({"previous": [wire.Previous(job_id="a")], "start": wire.Start(noise=wire.NoiseStart())}, "spec.start"),
        ({"previous": [wire.Previous(job_id="a")], "painted": wire.Painted(plane=gray(payload=1))}, "spec.painted"),
        ({"painted": wire.Painted()}, "spec.painted"),
        ({"painted": wire.Painted(image=wire.EncodedImage(size=0, payload=1))}, "spec.painted.image.size"),
    ],
)
def test_a_sequence_that_makes_no_sense_is_refused_by_its_field(words: dict[str, Any], named: str) -> None:
    with pytest.raises(Invalid) as refused:
        spec_of(order(0, **words), Limits())
    assert refused.value.field == named


async def test_a_frame_outlives_its_job_and_goes_with_its_result(serving: Serving) -> None:
    async with serving() as place:
        job = await place.caller.create(frame(1))
        await place.caller.end(job.id)
        assert (place.config.state_dir / "jobs" / job.id / "frame").read_bytes() == painted_bytes(pixels(1), 1)
        await place.caller.call("DeleteJob", id=job.id)
        assert job.id not in place.job_folders()


async def test_a_server_that_ends_in_the_middle_tells_the_next_who_has_lost_what(serving: Serving) -> None:
    async with serving(script={"steps": 2, "seeds": {"2": {"gate": "never"}}}) as place:
        first = await place.caller.create(frame(1))
        await place.caller.end(first.id)
        second = await place.caller.create(frame(2, first.id))
        third = await place.caller.create(frame(3, second.id))
        fourth = await place.caller.create(frame(4, first.id))
        await place.caller.begun(second.id)
    async with serving() as place:
        assert (await place.caller.end(second.id)).state == wire.FAILED
        assert (await place.caller.end(third.id)).error.reason == "PREVIOUS_LOST"
        assert (await place.caller.end(fourth.id)).state == wire.SUCCEEDED
        assert await place.caller.read(fourth.id) == following_bytes(pixels(4), 4, [painted_bytes(pixels(1), 1)])


def test_four_frames_back_are_found_by_way_of_those_between() -> None:
    jobs = {str(number): job(str(number), (str(number - 1),) if number else ()) for number in range(6)}
    assert following.chain(jobs["5"], jobs.get) == ["5", "4", "2"]  # of the frame 6: 1, 2 and 4 back
    assert following.chain(jobs["1"], jobs.get) == ["1", "0"]
    assert following.chain(jobs["0"], jobs.get) == ["0"]
    jobs["3"] = job("3", ("2",), owner="somebody else")
    assert following.chain(jobs["5"], jobs.get) == ["5", "4"]


def job(job_id: str, previous: tuple[str, ...], owner: str = "") -> Job:
    return Job(job_id, "client", job_id, "", Lifetime.DETACHED, JobClass.BATCH, JobState.SUCCEEDED, 0.0, 0, 0, "vgg16", owner, previous=previous, sequence=True)
