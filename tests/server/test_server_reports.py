"""A job that was ordered with a report tells how it was painted, for as long as its result is kept; any other job costs nothing and has none."""

from __future__ import annotations

import grpc
import numpy as np
import pytest
from calls import Clock, order
from places import Place, Serving
from restyle_engine.step import Step
from restyle_engine.task import Painting, Sketch
from restyle_server.records.progress import Preview
from restyle_server.records.report import Report
from restyle_server.rpc import replies
from restyle_server.wire import restyle_pb2 as wire
from restyle_server.worker.engine import LiveProgress
from restyle_server.worker.neural_engine import _scale_report
from restyle_server.worker.observer import Heartbeat, JobControl, JobObserver


async def report_of(place: Place, job_id: str) -> tuple[list[wire.ScaleReport], list[wire.Progress]]:
    """Its scales and steps."""
    scales: list[wire.ScaleReport] = []
    steps: list[wire.Progress] = []
    async for response in place.caller.stub.ReadReport(wire.ReadReportRequest(id=job_id), metadata=place.caller.metadata):
        if response.HasField("scale"):
            scales.append(response.scale)
        steps += response.steps
    return scales, steps


async def refused(place: Place, job_id: str) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as found:
        await report_of(place, job_id)
    return found.value


async def test_every_step_is_told_also_those_that_no_watcher_saw(serving: Serving) -> None:
    async with serving(script={"steps": 2500}) as place:
        job = await place.caller.create(order(report=True))
        ended = await place.caller.end(job.id)
        scales, steps = await report_of(place, job.id)
    assert [step.step for step in steps] == list(range(1, 2501))
    assert steps[-1] == ended.progress
    assert [(scale.scale, scale.width, scale.height, scale.evaluations) for scale in scales] == [(1, 16, 16, 2500)]
    assert len(scales[0].picture.rgba) == 8 * 8 * 4


def test_a_step_that_is_told_again_after_each_tile_is_noted_once() -> None:
    observer = JobObserver("job", JobControl(), Heartbeat(), lambda message: None, noting=True)
    for step, fraction in ((1, 0.1), (1, 0.15), (1, 0.2), (2, 0.3), (2, 0.4)):
        observer.observe(LiveProgress(1, 1, 64, 48, step, 2, fraction, 1.0, 0.5, 0.5))
    assert [(noted.step, noted.fraction) for noted in observer.steps] == [(1, 0.1), (2, 0.3)]
    assert [scale.steps for scale in observer.timing().scales] == [1], "tiles are no evaluations, by whose time others are estimated"


def test_scales_keep_their_numbers_where_a_job_went_on_and_where_two_have_one_size() -> None:
    picture = Preview(2, 1, bytes(8))
    steps = [step_of(scale, step) for scale, step in ((3, 11), (3, 12), (4, 13))]  # the first two scales were an earlier job's; the last two have one size
    painting = Painting(np.zeros((48, 64, 3), np.float32), 3, tuple(steps), False)
    sketches = [Sketch(scale, 64, 48, 1.0, 2.0, np.zeros((3, 4, 3), np.float32)) for scale in (3, 4)]
    report = Report(tuple(_scale_report(sketch, painting, 0.5, picture) for sketch in sketches), ())
    told = [message.scale for message in replies.report_messages(report)]
    assert [(scale.scale, scale.width, scale.height, scale.evaluations) for scale in told] == [(3, 64, 48, 2), (4, 64, 48, 1)]


def test_a_report_says_where_lines_were_kept_if_they_were() -> None:
    kept, plain = (list(replies.report_messages(Report((), (), legible))) for legible in (Preview(2, 1, bytes(range(8))), None))
    assert [(message.legible.width, message.legible.height, message.legible.rgba) for message in kept] == [(2, 1, bytes(range(8)))]
    assert plain == []


def step_of(scale: int, step: int) -> Step:
    return Step(scale, 4, 64, 48, step, 13, step / 13, 1.0, 0.5, 0.5)


async def test_a_job_without_a_report_says_so(serving: Serving) -> None:
    async with serving() as place:
        job = await place.caller.create(order())
        await place.caller.end(job.id)
        error = await refused(place, job.id)
        assert error.code() is grpc.StatusCode.NOT_FOUND
        assert "without a report" in (error.details() or "")
        assert not (place.config.state_dir / "jobs" / job.id / "story").exists()


async def test_a_report_waits_for_its_job_and_goes_with_its_result(serving: Serving) -> None:
    clock = Clock()
    async with serving(clock=clock, script={"steps": 1000, "step_ms": 20}) as place:
        job = await place.caller.create(order(report=True))
        await place.caller.begun(job.id)
        assert (await refused(place, job.id)).code() is grpc.StatusCode.FAILED_PRECONDITION
        await place.caller.call("FinishJob", id=job.id)
        await place.caller.end(job.id)
        assert (await report_of(place, job.id))[1]
        clock.pass_by(7 * 24 * 3600.0, place.server.sweep)
        error = await refused(place, job.id)
        assert error.code() is grpc.StatusCode.NOT_FOUND
        assert "expired" in (error.details() or "")


@pytest.mark.parametrize("damage", [b"", b"not a story"])
async def test_a_damaged_report_is_as_good_as_none(serving: Serving, damage: bytes) -> None:
    async with serving() as place:
        job = await place.caller.create(order(report=True))
        await place.caller.end(job.id)
        (place.config.state_dir / "jobs" / job.id / "story").write_bytes(damage)
        assert (await refused(place, job.id)).code() is grpc.StatusCode.NOT_FOUND
        assert await place.caller.read(job.id)
