"""Films with the real engine, at the size of stamps: what ends in the middle changes no byte of what is painted."""

from __future__ import annotations

import os
import random
import signal

import pytest
from places import Place, Serving, pid_of
from restyle_client import (
    AsyncSession,
    Channels,
    Depth,
    Job,
    JobFailed,
    JobRequest,
    JobState,
    Parameters,
    PixelFormat,
    Plane,
    Previous,
    StyleUse,
    connect_async,
)
from restyle_server.admin.config import ENGINE

pytestmark = pytest.mark.slow
SIDE, COUNT = 32, 5
KILLED = 2  # frames, in the middle of which the worker is


def frame(number: int) -> Plane:
    """A square that passes over noise."""
    chance = random.Random(7)
    ground = [chance.randrange(60, 200) for _ in range(SIDE * SIDE)]
    for y in range(8, 20):
        ground[y * SIDE + 4 + 3 * number : y * SIDE + 14 + 3 * number] = [240] * 10
    return Plane(PixelFormat(Channels.GRAY, Depth.U8), SIDE, SIDE, bytes(ground))


FRAMES = [frame(number) for number in range(COUNT)]
REQUEST = JobRequest(FRAMES[0], (StyleUse.library("woodcut"),), parameters=Parameters(evaluations=12))


def connected(place: Place) -> AsyncSession:
    return connect_async(address=place.server.address, token=place.server.token)


async def test_a_film_is_the_same_whatever_ends_in_its_middle(serving: Serving) -> None:
    doomed = random.Random(os.urandom(4)).sample(range(COUNT), KILLED)
    print("killed at", doomed)  # noqa: T201 - for whoever has to find out why
    left = list(doomed)
    async with serving(engine=ENGINE, devices=("cpu",)) as place, connected(place) as session:
        whole = [bytes(result.plane.data) async for result in session.film(FRAMES, REQUEST)]

        def kill(number: int, event: object) -> None:
            if number in left and isinstance(event, Job) and event.state is JobState.RUNNING:
                left.remove(number)
                os.kill(pid_of(place.server.dispatcher.slots[0]), signal.SIGKILL)

        assert [bytes(result.plane.data) async for result in session.film(FRAMES, REQUEST, kill)] == whole
        begun = [result async for result in session.film(FRAMES[:2], REQUEST)]
    assert left == []
    assert len(set(whole)) == COUNT
    async with serving(engine=ENGINE, devices=("cpu",)) as place, connected(place) as session:  # the next server
        request = JobRequest(FRAMES[0], REQUEST.styles, parameters=REQUEST.parameters, previous=(Previous(begun[-1].job.id),))
        assert [bytes(result.plane.data) async for result in session.film(FRAMES[2:], request)] == whole[2:]


async def test_a_key_is_kept_as_it_was_painted_and_held_where_nothing_moves(serving: Serving) -> None:
    key = Plane(PixelFormat(Channels.GRAY, Depth.U8), SIDE, SIDE, bytes((x * 7 + y * 3) % 256 for y in range(SIDE) for x in range(SIDE)))
    async with serving(engine=ENGINE, devices=("cpu",)) as place, connected(place) as session:
        found = [bytes(result.plane.data) async for result in session.film([FRAMES[0]] * 3, REQUEST, keys={1: key})]
    assert found[1] == found[2] == bytes(key.data)
    assert found[0] != found[1]


async def test_a_frame_whose_file_was_damaged_is_told_of(serving: Serving) -> None:
    async with serving(engine=ENGINE, devices=("cpu",)) as place, connected(place) as session:
        (first,) = [result async for result in session.film(FRAMES[:1], REQUEST)]
        kept = place.config.state_dir / "jobs" / first.job.id / "frame"
        kept.write_bytes(kept.read_bytes()[:-9] + bytes(9))
        request = JobRequest(FRAMES[1], REQUEST.styles, parameters=REQUEST.parameters, previous=(Previous(first.job.id),))
        with pytest.raises(JobFailed, match="paint that frame again") as failed:
            await session.restyle(request)
    assert failed.value.reason == "PREVIOUS_LOST"
