"""Promises about watching a job."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from client.scripted_server import TOKEN, ScriptedServer, answer, drop, hang, progress, refuse, snapshot, then, wait
from restyle_client import AsyncSession, Job, JobState, NotFound, Preview, Progress, ServerGone, connect_async
from restyle_client._vendor.grpclib.const import Status
from restyle_client.wire import restyle_pb2 as pb


async def watched(session: AsyncSession, job_id: str = "j1", **options: Any) -> list[Any]:
    return [event async for event in session.watch(job_id, **options)]


async def test_a_watch_ends_with_the_job(server: ScriptedServer, session: AsyncSession) -> None:
    preview = pb.JobEvent(sequence=3, preview=pb.Preview(width=2, height=1, rgba=b"12345678"))
    server.scripts["WatchJob"] = answer(snapshot(pb.RUNNING), progress(1, 2), preview, snapshot(pb.SUCCEEDED, 4), progress(9, 5))
    events = await watched(session)
    assert [type(event) for event in events] == [Job, Progress, Preview, Job]
    assert events[1].eta_seconds is None
    assert events[2] == Preview(2, 1, b"12345678")
    assert events[-1].state is JobState.SUCCEEDED


async def test_a_broken_watch_reconnects_and_begins_with_a_snapshot(server: ScriptedServer, session: AsyncSession) -> None:
    seen = asyncio.Event()
    server.scripts["WatchJob"] = [
        then(answer(snapshot(pb.RUNNING, 1), progress(1, 2)), wait(seen), drop),
        then(answer(snapshot(pb.RUNNING, 3), progress(5, 4)), wait(seen), drop),
        answer(snapshot(pb.SUCCEEDED, 6)),
    ]
    events: list[Any] = []
    async for event in session.watch("j1"):
        events.append(event)
        if isinstance(event, Progress):
            seen.set()
    assert [type(event) for event in events] == [Job, Progress, Job, Progress, Job]
    assert [event.step for event in events if isinstance(event, Progress)] == [1, 5]
    assert events[-1].done


async def test_fifty_breaks_lose_no_end(server: ScriptedServer, session: AsyncSession) -> None:
    seen = asyncio.Event()
    server.scripts["WatchJob"] = [then(answer(snapshot(pb.RUNNING)), wait(seen), drop) for _ in range(50)] + [answer(snapshot(pb.FAILED))]
    states: list[JobState] = []
    async for event in session.watch("j1"):
        assert isinstance(event, Job)
        states.append(event.state)
        seen.set()
    assert states == [JobState.RUNNING] * 50 + [JobState.FAILED]


async def test_a_watch_that_the_server_ends_before_the_job_is_taken_up_again(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["WatchJob"] = [answer(snapshot(pb.QUEUED)), answer(snapshot(pb.CANCELLED))]
    assert [event.state for event in await watched(session)] == [JobState.QUEUED, JobState.CANCELLED]


async def test_a_server_that_stays_away_is_gone_and_the_sentence_says_what_to_do(server: ScriptedServer) -> None:
    async with connect_async(address=server.address, token=TOKEN, reconnect_seconds=0.2) as session:
        server.scripts["WatchJob"] = then(answer(snapshot(pb.RUNNING)), hang)
        events: list[Any] = []
        with pytest.raises(ServerGone, match="restyle serve"):
            async for event in session.watch("j1"):
                events.append(event)
                await server.stop()
        assert len(events) == 1


async def test_a_server_that_comes_back_on_its_port_is_found_again(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["WatchJob"] = [then(answer(snapshot(pb.RUNNING)), hang), answer(snapshot(pb.SUCCEEDED))]
    states: list[JobState] = []
    async for event in session.watch("j1"):
        assert isinstance(event, Job)
        states.append(event.state)
        if len(states) == 1:
            await server.stop()
            await server.start(server.port)
    assert states == [JobState.RUNNING, JobState.SUCCEEDED]


async def test_an_unknown_job_is_not_waited_for(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["WatchJob"] = refuse(Status.NOT_FOUND, "No job is called j9; list the jobs.")
    with pytest.raises(NotFound, match="list the jobs"):
        await watched(session, "j9")
    assert server.count("WatchJob") == 1


async def test_an_event_of_a_newer_server_is_passed_over(server: ScriptedServer, session: AsyncSession) -> None:
    server.scripts["WatchJob"] = answer(pb.JobEvent(sequence=1), snapshot(pb.SUCCEEDED, 2))
    assert len(await watched(session)) == 1


async def test_leaving_early_ends_the_call_on_the_server(server: ScriptedServer, session: AsyncSession) -> None:
    ended = []

    async def until_left(stream: Any) -> None:
        try:
            await answer(snapshot(pb.RUNNING))(stream)
            await hang(stream)
        finally:
            ended.append(True)

    server.scripts["WatchJob"] = until_left
    async with aclosing(session.watch("j1")) as events:  # type: ignore[type-var]
        async for _ in events:
            break
    await session.info()  # the reset went out before this
    assert ended == [True]


async def test_what_was_asked_about_previews_reaches_the_server(server: ScriptedServer, session: AsyncSession) -> None:
    asked = []

    async def note(stream: Any) -> None:
        asked.append(await stream.recv_message())
        await stream.send_message(snapshot(pb.SUCCEEDED))

    server.scripts["WatchJob"] = note
    await watched(session, "j7", previews=False, preview_size=64)
    assert asked == [pb.WatchJobRequest(id="j7", previews=False, preview_size=64)]


async def test_a_server_that_tells_the_same_for_ever_is_left(server: ScriptedServer, session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_client.watching.BREAKS", 5)
    server.scripts["WatchJob"] = answer(snapshot(pb.RUNNING, progress=progress(1).progress), progress(2))
    with pytest.raises(ServerGone, match="nothing new"):
        await watched(session)
    assert server.count("WatchJob") == 5


async def test_a_job_without_news_is_not_watched_for_ever(server: ScriptedServer, session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_client.watching.NEWS_SECONDS", 0.2)
    monkeypatch.setattr("restyle_client.watching.SILENCE_SECONDS", 0.0)  # every watch counts as a long one
    server.scripts["WatchJob"] = answer(snapshot(pb.QUEUED))
    with pytest.raises(ServerGone, match="nothing new"):
        await watched(session)
