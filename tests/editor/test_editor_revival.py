"""Owns the promises about painting on when the server dies: another one is asked, a few times, and a person who cancels is heard at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import restyle_client as client
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
    PixelFormat,
    Plane,
    ServerGone,
    ServerNotFound,
    ServerStartFailed,
    StyleUse,
)
from restyle_editor import revival

REQUEST = JobRequest(Plane(PixelFormat(Channels.RGB, Depth.U8), 16, 16, bytes(768)), (StyleUse.library("night"),))
GONE = ServerGone("It went away.")
RESTARTED = JobFailed("It ended.", "SERVER_RESTARTED", Job("j", JobState.FAILED))
PAINTED = object()


class Sessions:
    """Sessions that end as `ends` says, one after the other; connecting fails as `starts` says."""

    def __init__(self, *ends: Any, starts: tuple[Any, ...] = ()) -> None:
        self.ends, self.starts = list(ends), list(starts)
        self.requests: list[JobRequest] = []
        self.forgotten = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def session(self) -> Any:
        if self.starts and (problem := self.starts.pop(0)) is not None:
            raise problem
        return self

    def forget(self, lost: Any = None) -> None:
        assert lost is self
        self.forgotten += 1

    def restyle(self, request: JobRequest, _on_event: Any, _cancel: Cancellation, *, previews: bool) -> Any:
        assert previews
        self.requests.append(request)
        self.meanwhile()
        end = self.ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revival, "RETRY_SECONDS", 0.001)
    monkeypatch.setattr(client, "RECONNECT_SECONDS", 0.05)


def paint(sessions: Sessions, cancel: Cancellation | None = None) -> tuple[Any, list[Any]]:
    heard: list[Any] = []
    return revival.paint(sessions, REQUEST, heard.append, cancel or Cancellation()), heard


@pytest.mark.parametrize("end", [GONE, ServerNotFound("Nobody is there.")])
def test_a_lost_server_is_followed_by_the_next_and_the_request_is_the_same(end: Exception) -> None:
    sessions = Sessions(end, end, PAINTED)
    found, heard = paint(sessions)
    assert found is PAINTED
    assert heard == [revival.Restarting(), revival.Restarting()]
    assert {request.request_id for request in sessions.requests} == {REQUEST.request_id}
    assert sessions.forgotten == 2


def test_a_job_that_ended_with_its_server_is_sent_anew_on_the_same_session() -> None:
    sessions = Sessions(RESTARTED, PAINTED)
    assert paint(sessions)[0] is PAINTED
    assert sessions.requests[0].request_id != sessions.requests[1].request_id
    assert sessions.forgotten == 0


def test_a_loss_that_the_next_server_tells_once_more_is_one_loss() -> None:
    assert paint(Sessions(GONE, RESTARTED, GONE, RESTARTED, PAINTED))[0] is PAINTED
    with pytest.raises(ServerGone, match="again and again"):
        paint(Sessions(GONE, RESTARTED, RESTARTED, GONE, PAINTED))


def test_the_sessions_of_an_editor_are_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(client, "connect", lambda **words: asked.append(words))
    again, another = revival.connected(), revival.connected()
    for connect in (again, again, another):
        connect()
    assert asked[0] == asked[1]
    assert asked[0]["client_id"] != asked[2]["client_id"]


def test_a_server_that_dies_of_the_painting_is_not_started_for_ever() -> None:
    sessions = Sessions(*[GONE] * 9)
    with pytest.raises(ServerGone, match="again and again"):
        paint(sessions)
    assert len(sessions.requests) == 1 + revival.LIVES


@pytest.mark.parametrize("end", [InvalidRequest("No."), JobFailed("Too large.", "OUT_OF_MEMORY", Job("j", JobState.FAILED)), ZeroDivisionError()])
def test_what_another_server_would_not_mend_is_said_at_once(end: Exception) -> None:
    sessions = Sessions(end, PAINTED)
    with pytest.raises(type(end)):
        paint(sessions)
    assert len(sessions.requests) == 1


def test_a_server_on_another_machine_may_take_a_moment_to_be_seen_again() -> None:
    away = ServerNotFound("No server answers at painter.studio:50051.")
    assert paint(Sessions(GONE, PAINTED, starts=(None, away, away, None)))[0] is PAINTED
    with pytest.raises(ServerGone, match=r"could not|no other could be started\. No server answers"):
        paint(Sessions(GONE, starts=(None, *[away] * 10_000)))


def test_a_server_that_can_not_be_started_is_told_with_the_reason() -> None:
    with pytest.raises(ServerGone, match=r"no other could be started\. It ended with status 1"):
        paint(Sessions(GONE, starts=(None, ServerStartFailed("It ended with status 1"))))
    with pytest.raises(ServerStartFailed):  # nothing was lost before
        paint(Sessions(starts=(ServerStartFailed("It ended with status 1"),)))


def test_whoever_cancels_gets_no_other_server() -> None:
    sessions, cancel = Sessions(GONE, PAINTED), Cancellation()
    sessions.meanwhile = cancel.cancel
    with pytest.raises(JobCancelled):
        paint(sessions, cancel)
    assert len(sessions.requests) == 1
