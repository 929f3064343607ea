"""Owns the thread of one job, for an editor that follows it by messages: whatever happens comes back as one, the last of them the outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import revival
from .background import Background
from .failures import sentence
from .packages import client


@dataclass(frozen=True)
class Connected:
    """The server was found or started."""


@dataclass(frozen=True)
class Outcome:
    """The end: a result, a sentence, or neither when it was cancelled."""

    result: client.Result | None = None
    failure: str = ""


Message = Any  # Connected, Outcome, revival's Restarting or one of the client's events


class JobThread:
    """tell: called in the thread with every message; the last one is an Outcome. background: where it gets its session, and another after a loss.

    way: how the request becomes a painting. more: the words around what goes wrong with the server, as failures.sentence has them.
    """

    def __init__(
        self,
        request: client.JobRequest,
        tell: Callable[[Message], None],
        background: Background,
        *,
        way: revival.Way = revival.paint,
        previews: bool = True,
        more: str = "{sentence}",
    ) -> None:
        self._request = request
        self._tell = tell
        self._background = background
        self._way = way
        self._previews = previews
        self._more = more
        self._cancellation = client.Cancellation()
        self._thread = threading.Thread(target=self._run, name="restyle-painting", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        self._cancellation.cancel()

    def finish(self) -> None:
        """Stop, and keep what there is."""
        self._cancellation.finish()

    def _run(self) -> None:
        try:
            outcome = Outcome(self._paint())
        except client.JobCancelled:
            outcome = Outcome()
        except Exception as error:
            outcome = Outcome(failure=sentence(error, self._more))
        self._tell(outcome)

    def _paint(self) -> client.Result:
        user = self._background.user()

        def painted() -> client.Result:
            user.session()
            self._tell(Connected())
            return self._way(user, self._request, self._tell, self._cancellation, previews=self._previews)

        return user.last(painted)
