"""Promises about sequences: frames in, paintings out, in order, each after the one before, whatever ends meanwhile."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from calls import PATIENCE
from client.pictures import plane
from fake_engine import automatic_scale, following_bytes, runs
from places import Place, Serving
from places import serving as serving
from restyle_client import Job, JobFailed, JobRequest, JobState, Parameters, Plane, Previous, Session, StyleUse, connect_async

COUNT = 6
SEED = 5


def frames(count: int = COUNT) -> list[Plane]:
    return [plane(16, 16, shift=number) for number in range(count)]


def order(**fields: Any) -> JobRequest:
    return JobRequest(plane(16, 16), (StyleUse.plane(plane(16, 16)),), parameters=Parameters(seed=SEED), **fields)


def expected(count: int = COUNT, keys: dict[int, bytes] | None = None) -> list[bytes]:
    """What the fake engine makes of the frames, each after the one before."""
    found: list[bytes] = []
    for number, frame in enumerate(frames(count)):
        found.append((keys or {}).get(number) or following_bytes(bytes(frame.data), SEED, found[-1:]))
    return found


def session(place: Place) -> Any:
    return connect_async(address=place.server.address, token=place.server.token)


async def film(place: Place, source: Any, request: JobRequest, **words: Any) -> list[bytes]:
    async with asyncio.timeout(PATIENCE), session(place) as open_session:
        return [bytes(result.plane.data) async for result in open_session.film(source, request, **words)]


async def test_every_frame_is_painted_after_the_one_before_and_comes_in_order(serving: Serving) -> None:
    heard: set[tuple[int, type]] = set()
    async with serving() as place:
        assert await film(place, frames(), order(), on_event=lambda number, event: heard.add((number, type(event)))) == expected()
    assert {(number, Job) for number in range(COUNT)} <= heard


async def test_frames_are_read_as_there_is_room(serving: Serving) -> None:
    taken: list[int] = []

    async def source() -> AsyncIterator[Plane]:
        for number, frame in enumerate(frames()):
            taken.append(number)
            yield frame

    async with serving() as place, session(place) as open_session:
        done = 0
        async for _ in open_session.film(source(), order(), in_flight=2):
            assert len(taken) <= done + 2
            done += 1
    assert (done, len(taken)) == (COUNT, COUNT)


async def test_a_film_goes_on_from_its_last_job(serving: Serving) -> None:
    async with serving() as place, session(place) as open_session:
        first = [result async for result in open_session.film(frames()[:2], order())]
        request = order(previous=(Previous(first[-1].job.id),))
        rest = [bytes(result.plane.data) async for result in open_session.film(frames()[2:], request)]
    assert [*(bytes(result.plane.data) for result in first), *rest] == expected()


async def test_a_key_is_its_own_painting_and_what_follows_follows_it(serving: Serving) -> None:
    key = plane(16, 16, shift=99)
    async with serving() as place:
        assert await film(place, frames(), order(), keys={2: key}) == expected(keys={2: bytes(key.data)})


async def test_all_frames_have_the_strokes_that_were_chosen_for_the_first(serving: Serving) -> None:
    async with serving() as place, session(place) as open_session:
        found = [result.job.style_scales async for result in open_session.film(frames(), order(), in_flight=1, keys={3: plane(16, 16, shift=99)})]
    assert found == [(automatic_scale(16, 16),)] * COUNT


async def test_a_film_of_no_frames_has_no_paintings(serving: Serving) -> None:
    async with serving() as place:
        assert await film(place, [], order()) == []


@pytest.mark.parametrize("seed", range(10))
async def test_killing_the_worker_at_a_random_frame_changes_no_byte(serving: Serving, seed: int) -> None:
    number, killed = random.Random(seed).randrange(COUNT), list[int]()

    async with serving(script={"steps": 200, "step_ms": 1}) as place:

        def kill(frame: int, event: object) -> None:
            if isinstance(event, Job) and event.state is JobState.RUNNING and frame == number and not killed:
                killed.append(frame)
                worker = place.server.dispatcher.slots[0].process
                assert worker is not None
                assert worker.pid is not None
                os.kill(worker.pid, signal.SIGKILL)

        assert await film(place, frames(), order(), on_event=kill) == expected()
    assert killed == [number]


async def test_a_frame_that_fails_for_itself_ends_the_film_and_leaves_nothing_running(serving: Serving) -> None:
    async with serving(script={"steps": 4, "fail_at": 2}) as place, session(place) as open_session:
        with pytest.raises(JobFailed):
            _ = [result async for result in open_session.film(frames(), order())]
        assert place.server.store.open() == []


async def test_leaving_early_cancels_what_is_in_flight(serving: Serving) -> None:
    async with serving(script={"steps": 50, "step_ms": 1}) as place, session(place) as open_session:
        async with aclosing(open_session.film(frames(), order())) as paintings:
            async for _ in paintings:
                break
        assert place.server.store.open() == []
        assert len(runs(place.config.state_dir)) < COUNT


def blocking(address: str, token: str, heard: list[tuple[int, Any]]) -> Iterator[bytes]:
    with Session(connect_async(address=address, token=token)) as open_session:
        for result in open_session.film(iter(frames()), order(), lambda *event: heard.append(event)):
            yield bytes(result.plane.data)


async def test_the_blocking_session_gives_the_same(serving: Serving) -> None:
    heard: list[tuple[int, Any]] = []
    async with serving() as place:
        assert await asyncio.to_thread(lambda: list(blocking(place.server.address, place.server.token, heard))) == expected()
    assert any(number == COUNT - 1 for number, _ in heard)
