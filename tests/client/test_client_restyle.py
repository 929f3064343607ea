"""Promises about the one call that does it all, above all about ending it early."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from client.pictures import pieces, plane, request
from client.scripted_server import (
    TOKEN,
    Script,
    ScriptedServer,
    answer,
    drop,
    error_info,
    hang,
    job,
    progress,
    refuse,
    retry_info,
    snapshot,
    swallow,
    then,
)
from restyle_client import AsyncSession, Cancellation, Download, Job, JobCancelled, JobFailed, JobState, Progress, QueueFull, ServerGone, Upload, connect_async
from restyle_client._vendor.grpclib.const import Status
from restyle_client.wire import restyle_pb2 as pb

RESULT = plane(shift=3)


class Life:
    """A job whose state the test sets, and whose watchers hear of it."""

    def __init__(self, server: ScriptedServer) -> None:
        self._changed = asyncio.Event()
        self.state: Any = pb.QUEUED
        self.request_id = ""
        self.finished_early = False
        server.scripts["CreateJob"] = self.create
        server.scripts["WatchJob"] = self.watch
        server.scripts["CancelJob"] = self.cancel
        server.scripts["FinishJob"] = self.finish
        server.scripts["ReadResult"] = answer(*pieces(RESULT))
        server.scripts["GetJob"] = self.get
        server.scripts["ListJobs"] = self.list

    def become(self, state: Any) -> None:
        self.state = state
        self._changed.set()

    def _job(self) -> pb.Job:
        return job(self.state, request_id=self.request_id, finished_early=self.finished_early)

    async def create(self, stream: Any) -> None:
        self.request_id = (await stream.recv_message()).header.request_id
        await swallow(stream)
        await stream.send_message(self._job())

    async def watch(self, stream: Any) -> None:
        await stream.recv_message()
        while True:
            await stream.send_message(pb.JobEvent(snapshot=self._job()))
            self._changed.clear()
            await self._changed.wait()

    async def get(self, stream: Any) -> None:
        await answer(self._job())(stream)

    async def list(self, stream: Any) -> None:
        await answer(pb.ListJobsResponse(jobs=[self._job()]))(stream)

    async def cancel(self, stream: Any) -> None:
        self.become(pb.CANCELLED)
        await answer(self._job())(stream)

    async def finish(self, stream: Any) -> None:
        self.finished_early = True
        self.become(pb.SUCCEEDED)
        await answer(self._job())(stream)


@pytest.fixture
async def life(server: ScriptedServer) -> Life:
    return Life(server)


def when(condition: Callable[[Any], bool], action: Callable[[], None]) -> Callable[[Any], None]:
    def on_event(event: Any) -> None:
        if condition(event):
            action()

    return on_event


def in_state(state: JobState) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, Job) and event.state is state


async def test_a_painting_comes_back_with_every_step_told(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    server.scripts["WatchJob"] = answer(snapshot(pb.QUEUED), snapshot(pb.RUNNING), progress(4), snapshot(pb.SUCCEEDED))
    life.state = pb.SUCCEEDED
    events: list[Any] = []
    content = plane(icc=b"profile")
    result = await session.restyle(request(content), events.append)
    assert result.plane.data == RESULT.data
    assert result.plane.icc == content.icc
    assert [type(event) for event in events if not isinstance(event, (Upload, Download))] == [Job, Job, Progress, Job]
    assert {Upload, Download} <= {type(event) for event in events}


async def test_a_failed_job_says_why(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    error = pb.JobError(reason="OUT_OF_MEMORY", message="The picture does not fit; ask for size 1024.")
    server.scripts["WatchJob"] = answer(snapshot(pb.FAILED, error=error))
    with pytest.raises(JobFailed, match="ask for size 1024") as caught:
        await session.restyle(request())
    assert (caught.value.reason, caught.value.job.state) == ("OUT_OF_MEMORY", JobState.FAILED)
    assert server.count("CancelJob") == 0


@pytest.mark.parametrize("state", [pb.QUEUED, pb.RUNNING])
async def test_a_cancelled_job_is_cancelled_on_the_server(server: ScriptedServer, session: AsyncSession, life: Life, state: Any) -> None:
    life.state = state
    wish = Cancellation()
    with pytest.raises(JobCancelled) as caught:
        await session.restyle(request(), when(lambda event: isinstance(event, Job), wish.cancel), wish)
    assert caught.value.job is not None
    assert caught.value.job.state is JobState.CANCELLED
    assert server.count("CancelJob") == 1


async def test_a_wish_from_another_thread_is_heard(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    wish = Cancellation()

    def elsewhere() -> None:
        thread = threading.Thread(target=wish.cancel)
        thread.start()
        thread.join()

    with pytest.raises(JobCancelled):
        await session.restyle(request(), when(in_state(JobState.QUEUED), elsewhere), wish)
    assert life.state == pb.CANCELLED


async def test_a_wish_spoken_before_the_call_sends_no_picture(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    server.scripts["CreateJob"] = hang
    server.scripts["ListJobs"] = answer(pb.ListJobsResponse())
    wish = Cancellation()
    wish.cancel()
    with pytest.raises(JobCancelled) as caught:
        await session.restyle(request(), None, wish)
    assert caught.value.job is None


async def test_cancelling_an_upload_that_nobody_takes_ends_it(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    server.scripts["CreateJob"] = hang
    server.scripts["ListJobs"] = answer(pb.ListJobsResponse())
    wish = Cancellation()
    with pytest.raises(JobCancelled):
        await session.restyle(request(plane(4096, 4096)), when(lambda event: isinstance(event, Upload), wish.cancel), wish)


async def test_a_job_whose_answer_was_lost_is_found_by_its_request_and_cancelled(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    wish = Cancellation()

    async def arrived_without_answer(stream: Any) -> None:
        life.request_id = (await stream.recv_message()).header.request_id
        await swallow(stream)
        wish.cancel()
        await hang(stream)

    server.scripts["CreateJob"] = arrived_without_answer
    with pytest.raises(JobCancelled):
        await session.restyle(request(), None, wish)
    assert life.state == pb.CANCELLED


async def test_cancelling_while_the_result_is_read_ends_the_reading(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    life.state = pb.SUCCEEDED
    server.scripts["ReadResult"] = then(answer(*pieces(RESULT, 0, 256)), hang)
    wish = Cancellation()
    with pytest.raises(JobCancelled):
        await session.restyle(request(), when(lambda event: isinstance(event, Download), wish.cancel), wish)
    assert server.count("CancelJob") == 0  # it has ended already


async def test_cancelling_while_waiting_for_a_place_in_the_queue_ends_the_waiting(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    wish = Cancellation()
    full = refuse(Status.RESOURCE_EXHAUSTED, "The queue is full; wait.", error_info("QUEUE_FULL"), retry_info(600))

    async def full_and_then_a_wish(stream: Any) -> None:
        wish.cancel()
        await full(stream)

    server.scripts["CreateJob"] = full_and_then_a_wish
    server.scripts["ListJobs"] = answer(pb.ListJobsResponse())
    with pytest.raises(JobCancelled):
        await session.restyle(request(), None, wish)


async def test_cancelling_without_a_server_still_ends_the_call(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    wish = Cancellation()
    server.scripts["CancelJob"] = refuse(Status.INTERNAL, "broken")
    server.scripts["WatchJob"] = then(answer(snapshot(pb.RUNNING)), hang)

    async def gone(stream: Any) -> None:
        server._server._server.close()  # type: ignore[union-attr]
        stream._stream._transport.abort()

    server.scripts["CancelJob"] = gone
    with pytest.raises((JobCancelled, ServerGone)):
        await session.restyle(request(), when(in_state(JobState.RUNNING), wish.cancel), wish)


async def test_finishing_keeps_what_there_is(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    life.state = pb.RUNNING
    wish = Cancellation()
    result = await session.restyle(request(), when(in_state(JobState.RUNNING), wish.finish), wish)
    assert result.job.finished_early
    assert result.plane.data == RESULT.data
    assert server.count("FinishJob") == 1


async def test_a_wish_to_finish_before_painting_waits_until_there_is_something_to_keep(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    wish = Cancellation()
    wish.finish()
    result = await session.restyle(request(), when(in_state(JobState.QUEUED), lambda: life.become(pb.RUNNING)), wish)
    assert result.job.finished_early
    assert server.count("FinishJob") == 1


async def test_a_job_that_ended_before_the_wish_to_finish_is_simply_there(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    life.state = pb.RUNNING

    async def too_late(stream: Any) -> None:
        life.become(pb.SUCCEEDED)
        await refuse(Status.FAILED_PRECONDITION, "It has ended.")(stream)

    server.scripts["FinishJob"] = too_late
    wish = Cancellation()
    result = await session.restyle(request(), when(in_state(JobState.RUNNING), wish.finish), wish)
    assert result.plane.data == RESULT.data


async def test_an_exception_in_a_listener_cancels_the_job_and_reaches_the_caller(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    def clumsy() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await session.restyle(request(), when(in_state(JobState.QUEUED), clumsy))
    assert life.state == pb.CANCELLED


@pytest.mark.parametrize("kind", [Upload, Download])
async def test_a_listeners_own_oserror_is_not_taken_for_a_broken_wire(server: ScriptedServer, session: AsyncSession, life: Life, kind: type) -> None:
    def full_disk() -> None:
        raise OSError("no space left")

    life.state = pb.SUCCEEDED
    with pytest.raises(OSError, match="no space left"):
        await session.restyle(request(), when(lambda event: isinstance(event, kind), full_disk))
    assert server.count("CreateJob") == 1
    assert server.count("ReadResult") == (kind is Download)


async def test_a_wish_to_finish_that_got_lost_is_brought_up_again(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    life.state = pb.RUNNING
    server.scripts["FinishJob"] = [then(swallow, drop), life.finish]
    wish = Cancellation()
    result = await session.restyle(request(), when(in_state(JobState.RUNNING), wish.finish), wish)
    assert result.job.finished_early
    assert server.count("FinishJob") == 2


async def test_a_server_that_goes_away_leaves_the_job_in_the_error(server: ScriptedServer, life: Life) -> None:
    life.state = pb.RUNNING
    stopping: list[Any] = []
    async with connect_async(address=server.address, token=TOKEN, reconnect_seconds=0.2) as session:
        with pytest.raises(ServerGone) as caught:
            await session.restyle(request(), when(in_state(JobState.RUNNING), lambda: stopping.append(asyncio.ensure_future(server.stop()))))
        await asyncio.gather(*stopping)
    assert caught.value.job is not None
    assert caught.value.job.id == "j1"
    assert server.count("CancelJob") == 0  # it may be detached, and go on


async def test_cancelling_the_task_cancels_the_job(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    queued = asyncio.Event()
    task = asyncio.ensure_future(session.restyle(request(), when(in_state(JobState.QUEUED), queued.set)))
    await queued.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert life.state == pb.CANCELLED


async def test_a_job_that_somebody_else_cancelled_is_told_as_cancelled(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    with pytest.raises(JobCancelled):
        await session.restyle(request(), when(in_state(JobState.QUEUED), lambda: life.become(pb.CANCELLED)))
    assert server.count("CancelJob") == 0


async def test_a_full_queue_is_waited_for_as_the_server_says(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    full: Script = refuse(Status.RESOURCE_EXHAUSTED, "The queue is full; wait.", error_info("QUEUE_FULL"), retry_info(0.01))
    server.scripts["CreateJob"] = [full, full, life.create]
    life.state = pb.SUCCEEDED
    result = await session.restyle(request())
    assert result.plane.data == RESULT.data
    assert server.count("CreateJob") == 3


async def test_patience_with_a_full_queue_has_an_end(server: ScriptedServer, session: AsyncSession, life: Life) -> None:
    server.scripts["CreateJob"] = refuse(Status.RESOURCE_EXHAUSTED, "The queue is full; wait.", error_info("QUEUE_FULL"), retry_info(5.0))
    with pytest.raises(QueueFull) as caught:
        await session.restyle(request(), patience=1.0)
    assert caught.value.retry_after == 5.0
    assert server.count("CreateJob") == 1
