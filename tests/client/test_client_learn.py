"""A look is learned from Python: its job is watched, kept or cancelled like any other, and what can't be sent is said before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from client.pictures import plane
from lessons import photograph
from places import Place, Serving, serving
from restyle_client import (
    AsyncSession,
    InvalidRequest,
    Job,
    JobClass,
    JobState,
    LearnRequest,
    Parameters,
    Progress,
    StyleUse,
    WrongState,
    connect,
    connect_async,
)

__all__ = ["serving"]
NIGHT = (StyleUse.library("night"),)


@asynccontextmanager
async def session_with(place: Place) -> AsyncIterator[AsyncSession]:
    async with connect_async(address=place.server.address, token=place.server.token) as session:
        yield session


async def test_a_look_is_learned_and_named(serving: Serving) -> None:
    async with serving() as place, session_with(place) as session:
        asked = LearnRequest("Mine", NIGHT, (photograph(),), content=plane(), steps=4, style="the night", credit="me", parameters=Parameters(strength=70.0))
        job = await session.learn(asked)
        assert (job.state in (JobState.QUEUED, JobState.RUNNING), job.job_class) == (True, JobClass.BACKGROUND)
        assert (await session.learn(asked)).id == job.id, "the same request is the same job"
        events = [event async for event in session.watch(job.id)]
        last = events[-1]
        assert isinstance(last, Job)
        assert (last.state, last.look_id, last.result) == (JobState.SUCCEEDED, "mine", None)
        assert last.resolved is not None and last.resolved.strength == 70.0
        assert any(isinstance(event, (Job, Progress)) for event in events)
        look = await session.look("mine")
        assert (look.style, look.steps) == ("the night in 4 steps", 4)
        with pytest.raises(WrongState, match="has learned the look"):
            await session.read(job.id)


async def test_it_is_kept_or_cancelled_at_any_time(serving: Serving) -> None:
    async with serving(script={"step_ms": 10}) as place, session_with(place) as session:
        job = await session.learn(LearnRequest("Mine", NIGHT, steps=100_000))
        async for event in session.watch(job.id):
            if isinstance(event, Progress) and event.step:
                await session.finish(job.id)
        assert (await session.get(job.id)).look_id == "mine"
        other = await session.learn(LearnRequest("Other", NIGHT, steps=100_000))
        assert (await session.cancel(other.id)).state is JobState.CANCELLED


async def test_a_blocking_session_learns_too(serving: Serving) -> None:
    import asyncio

    async with serving() as place:

        def learned() -> str:
            with connect(address=place.server.address, token=place.server.token) as session:
                job = session.learn(LearnRequest("From a painting", content=plane(), painting=plane(shift=3), steps=2))
                last = list(session.watch(job.id))[-1]
                assert isinstance(last, Job)
                return last.look_id

        assert await asyncio.to_thread(learned) == "from-a-painting"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (LearnRequest("Mine", NIGHT, (b"x",) * 65), "spec.learn.photographs"),
        (LearnRequest("Mine", NIGHT, ("a picture",)), "spec.learn.photographs[0]"),  # type: ignore[arg-type]
        (LearnRequest("Mine", NIGHT, steps=-1), "spec.learn.steps"),
        (LearnRequest("Mine", NIGHT, steps=0), "spec.learn.steps"),
        (LearnRequest("", NIGHT), "spec.learn.name"),
        (LearnRequest("Mine"), "spec.styles"),
        (LearnRequest("Mine", content=plane(), painting=plane(width=16)), "spec.learn.painting.plane"),
        (LearnRequest("Mine", painting=plane()), "spec.content"),
        (LearnRequest("Mine", NIGHT, parameters=Parameters(color="match")), "spec.parameters.color"),
    ],
)
async def test_what_is_wrong_is_named(serving: Serving, wrong: LearnRequest, field: str, tmp_path: Path) -> None:
    async with serving() as place, session_with(place) as session:
        with pytest.raises(InvalidRequest) as refused:
            await session.learn(wrong)
        assert refused.value.field == field
        assert place.job_folders() == []
