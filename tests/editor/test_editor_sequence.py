"""Owns the promises about frames painted one after the other: what each is told of the one before, lost paintings, stills, and the time that is left."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from client.pictures import plane
from fake_engine import following_bytes
from places import serving as serving
from restyle_client import (
    Cancellation,
    Channels,
    Depth,
    InvalidRequest,
    Job,
    JobCancelled,
    JobFailed,
    JobRequest,
    JobState,
    Parameters,
    PixelFormat,
    Plane,
    Previous,
    Result,
    Start,
    StyleUse,
    connect,
)
from restyle_editor.progress import Phase
from restyle_editor.sequence import TRIES, Course, Sequence, forecast, seconds

FORMAT = PixelFormat(Channels.RGB, Depth.U8)
UNKNOWN = InvalidRequest("spec.previous[0].job_id: there is no such job here.", "spec.previous[0].job_id")
LOST = JobFailed("The painting before is gone.", "PREVIOUS_LOST", Job("j", JobState.FAILED))
CRASHED = JobFailed("The worker crashed.", "WORKER_CRASHED", Job("j", JobState.FAILED))


def frame(value: int) -> Plane:
    return Plane(FORMAT, 16, 16, bytes([value]) * 768)


def request(value: int, start: Start | None = None) -> JobRequest:
    return JobRequest(frame(value), (StyleUse.library("night"),), start=start)


class Server:
    """Paints by turning every byte over. problems: what the next orders end in; None: a painting."""

    def __init__(self, *problems: Exception | None) -> None:
        self.problems = list(problems)
        self.orders: list[JobRequest] = []

    def session(self) -> Any:
        return self

    def forget(self, lost: Any = None) -> None:
        raise AssertionError("nobody lost a server")

    def restyle(self, order: JobRequest, _on_event: Any, _cancel: Cancellation, *, previews: bool) -> Result:
        self.orders.append(order)
        problem = self.problems.pop(0) if self.problems else None
        if problem is not None:
            raise problem
        data = order.painted.data if isinstance(order.painted, Plane) else bytes(255 - value for value in order.content.data)
        return Result(Plane(FORMAT, 16, 16, data), Job(f"job-{len(self.orders)}", JobState.SUCCEEDED))


def paint(sequence: Sequence, server: Server, order: JobRequest) -> Result:
    return sequence.paint(server, order, lambda _event: None, Cancellation())


def test_the_first_frame_follows_nothing_and_every_other_the_one_before() -> None:
    sequence, server = Sequence(), Server()
    for value in (1, 2, 3):
        assert paint(sequence, server, request(value)).plane.data == bytes([255 - value]) * 768
    assert [order.previous for order in server.orders] == [(), (Previous("job-1"),), (Previous("job-2"),)]
    assert all(order.sequence for order in server.orders)
    assert len({order.request_id for order in server.orders}) == 3


def test_a_frame_that_looks_as_the_one_before_is_its_painting_and_nobody_is_asked() -> None:
    sequence, server = Sequence(), Server()
    first = paint(sequence, server, request(1))
    assert paint(sequence, server, request(1)) is first
    paint(sequence, server, request(2))
    paint(sequence, server, request(1))
    assert [order.previous for order in server.orders] == [(), (Previous("job-1"),), (Previous("job-2"),)]


def test_only_the_first_frame_starts_from_noise() -> None:
    sequence, server = Sequence(), Server()
    for value in (1, 2):
        paint(sequence, server, request(value, Start.noise()))
    assert [order.start for order in server.orders] == [Start.noise(), None]
    sequence, server = Sequence(), Server()
    for value in (1, 2):
        paint(sequence, server, request(value, Start.content(0.3)))
    assert [order.start for order in server.orders] == [Start.content(0.3)] * 2


@pytest.mark.parametrize("problem", [UNKNOWN, LOST])
def test_a_painting_that_the_server_lost_is_handed_in_and_followed(problem: Exception) -> None:
    sequence, server = Sequence(), Server(None, problem)
    first = paint(sequence, server, request(1))
    second = paint(sequence, server, request(2))
    paint(sequence, server, request(3))
    lost, keyframe, again, third = server.orders[1:]
    assert lost.previous == (Previous("job-1"),)
    assert (keyframe.painted, keyframe.content, keyframe.previous) == (first.plane, frame(1), ())
    assert again.previous == (Previous("job-3"),)
    assert second.plane.data == bytes([253]) * 768
    assert third.previous == (Previous("job-4"),)


def test_a_worker_that_dies_ends_no_run() -> None:
    sequence, server = Sequence(), Server(None, CRASHED)
    paint(sequence, server, request(1))
    paint(sequence, server, request(2))
    assert [order.previous for order in server.orders[1:]] == [(Previous("job-1"),)] * 2


def test_what_goes_wrong_again_and_again_is_said() -> None:
    sequence, server = Sequence(), Server(*[CRASHED] * TRIES)
    with pytest.raises(JobFailed, match="crashed"):
        paint(sequence, server, request(1))
    assert len(server.orders) == TRIES


@pytest.mark.parametrize("problem", [InvalidRequest("No.", "spec.content"), JobFailed("No.", "BAD_INPUT", Job("j", JobState.FAILED)), JobCancelled("No.")])
def test_what_lies_in_the_frame_is_said_at_once(problem: Exception) -> None:
    sequence, server = Sequence(), Server(None, problem)
    paint(sequence, server, request(1))
    with pytest.raises(type(problem)):
        paint(sequence, server, request(2))
    assert len(server.orders) == 2


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_is_told_from_the_frames_that_were_painted() -> None:
    clock = Clock()
    course = Course(12, clock)
    assert course.words() == "Frame 1 of 12"
    for took in (50.0, 10.0, 20.0):
        course.begin()
        clock.now += took
        course.ended()
    assert course.words() == "Frame 4 of 12 · 2 min left", "nine frames of 15 s: the first one tells nothing of the others"
    assert course.fraction(0.5) == 3.5 / 12
    assert course.line(Phase.RUNNING, "Scale 1", 0.0) == course.words()
    assert course.line(Phase.QUEUED, "Waiting: next in the queue") == "Waiting: next in the queue"


def test_a_frame_with_nothing_in_it_is_done_and_not_painted() -> None:
    course = Course(2, Clock())
    course.ended(painted=False)
    assert (course.done, course.painted, course.left()) == (1, 0, None)


def test_a_run_is_forecast_before_it_begins() -> None:
    assert forecast(None, 48) == "48 frames"
    assert seconds(10.0, 1) == 10.0
    assert forecast(10.0, 48) == "48 frames, about 3 min"
    assert forecast(60.0, 1000) == "1000 frames, about 6 h 41 min"


class One:
    """The one session that there is."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def session(self) -> Any:
        return self._session

    def forget(self, lost: Any = None) -> None: ...


async def test_a_server_that_lost_the_frame_before_paints_on_to_the_same_bytes(serving: Any) -> None:
    contents = [plane(16, 16, shift=number) for number in range(4)]
    style, parameters = (StyleUse.plane(plane(16, 16)),), Parameters(seed=3)

    def run(address: str, token: str) -> list[bytes]:
        found, sequence = [], Sequence()
        with connect(start=False, address=address, token=token) as session:
            for number, content in enumerate(contents):
                result = sequence.paint(One(session), JobRequest(content, style, parameters=parameters), lambda _event: None, Cancellation())
                found.append(bytes(result.plane.data))
                if number == 1:
                    session.delete(result.job.id)
        return found

    expected: list[bytes] = []
    for content in contents:
        expected.append(following_bytes(bytes(content.data), 3, expected[-1:]))
    async with serving() as place:
        assert await asyncio.to_thread(run, place.server.address, place.server.token) == expected
