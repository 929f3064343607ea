"""Owns painting to the end though the server dies on the way: another one is started, and the painting begins again, a few times."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from .packages import client

LIVES = 2  # times that one painting is begun again: what kills the server may be the painting itself
RECONNECT_SECONDS_OF_EDITORS = 2.0  # that a session of an editor waits for its server before another is started: one that is killed on this machine stays dead
RETRY_SECONDS = 0.5  # between two tries to reach a server that cannot be started from here
RESTARTED = "SERVER_RESTARTED"  # the reason of a job that was running when its server ended


@dataclass(frozen=True)
class Restarting:
    """An event: the server has gone, and another one is being started."""


class Sessions(Protocol):
    """Where sessions come from, one at a time."""

    def session(self) -> Any:
        """The session, connected if need be, which may start a server; waits. RestyleError."""

    def forget(self, lost: Any = None) -> None:
        """The next session is another one. lost: unless there is another than this already."""


class Way(Protocol):
    """How a request becomes a painting: `paint`, or a sequence's."""

    def __call__(
        self, sessions: Sessions, request: client.JobRequest, on_event: Callable[[Any], None], cancel: client.Cancellation, *, previews: bool = True
    ) -> client.Result: ...


def connected() -> Callable[..., client.Session]:
    """A way to connect for an editor, over and over: all its sessions are one client, so that the server knows again what an earlier one has sent."""
    client_id = str(uuid.uuid4())

    def again() -> client.Session:
        return client.connect(client_id=client_id, reconnect_seconds=RECONNECT_SECONDS_OF_EDITORS)

    return again


def paint(
    sessions: Sessions, request: client.JobRequest, on_event: Callable[[Any], None], cancel: client.Cancellation, *, previews: bool = True
) -> client.Result:
    """Paints as Session.restyle does, and begins again when the server is lost. Raises what that raises; ServerGone when it can't be helped.

    A server that was merely out of sight goes on with the same job.
    """
    lives, lost_at, counted = LIVES, 0.0, False
    while True:
        session = _session(sessions, cancel, lost_at)
        try:
            return session.restyle(request, on_event, cancel, previews=previews)  # type: ignore[no-any-return]
        except client.JobFailed as error:
            if error.reason != RESTARTED:
                raise
            lost: client.RestyleError = error
            lives -= not counted  # a loss that was noticed is told once more by the next server
            counted = False
            request = replace(request, request_id=os.urandom(16).hex())  # the same one would bring the failed job back
        except (client.ServerGone, client.ServerNotFound, client.Unauthenticated) as error:
            lost, counted = error, True
            lives -= 1
            sessions.forget(session)
        if cancel.cancelled:
            raise client.JobCancelled("The job was cancelled.") from lost
        if lives < 0:
            raise client.ServerGone("The painter went away again and again while it painted this; its log says why. Try again, or at a smaller size.") from lost
        lost_at = time.monotonic()
        on_event(Restarting())


def _session(sessions: Sessions, cancel: client.Cancellation, lost_at: float) -> Any:
    """A session; after a loss also where the server takes a while to be seen again. lost_at: monotonic; 0: nothing was lost."""
    while True:
        if lost_at and cancel.cancelled:
            raise client.JobCancelled("The job was cancelled.")
        try:
            return sessions.session()
        except client.RestyleError as error:
            if not lost_at:
                raise
            if not isinstance(error, client.ServerNotFound) or time.monotonic() - lost_at > client.RECONNECT_SECONDS:
                raise client.ServerGone(f"The painter went away while it painted, and no other could be started. {error}") from error
        time.sleep(RETRY_SECONDS)
