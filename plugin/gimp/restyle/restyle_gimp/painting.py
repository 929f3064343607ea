"""Owns one painting on its way: the request goes to the server in a thread, and whatever happens comes back as messages, ended by exactly one outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from restyle_client import Cancellation, JobCancelled, JobRequest, Refused, RestyleError, Result, revival
from restyle_client.revival import Sessions

from . import log, strings


@dataclass(frozen=True)
class Connected:
    """The server was found or started."""


@dataclass(frozen=True)
class Outcome:
    """The end: a result, a sentence, or neither when it was cancelled."""

    result: Result | None = None
    failure: str = ""


Message = Any  # Connected, Outcome, revival's Restarting or one of restyle_client's events


class Painting:
    """tell: called in the painting's thread with every message; the last one is an Outcome. sessions: where it gets its session, and another after a loss."""

    def __init__(self, request: JobRequest, tell: Callable[[Message], None], sessions: Sessions, previews: bool = True) -> None:
        self._request = request
        self._tell = tell
        self._sessions = sessions
        self._previews = previews
        self._cancellation = Cancellation()
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
        except JobCancelled:
            outcome = Outcome()
        except RestyleError as error:
            outcome = Outcome(failure=sentence(error))
        except Exception:
            log.write_traceback()
            outcome = Outcome(failure=strings.UNEXPECTED.format(log=log.path()))
        self._tell(outcome)

    def _paint(self) -> Result:
        self._sessions.session()
        self._tell(Connected())
        return revival.paint(self._sessions, self._request, self._tell, self._cancellation, previews=self._previews)


def sentence(error: RestyleError) -> str:
    """What a person reads of an error. The field that a request names means nothing to them; a refusal needs no log."""
    log.write(f"{type(error).__name__}: {error}")
    if isinstance(error, Refused):
        text = str(error).removeprefix(f"{getattr(error, 'field', '')}: ")
        return text[:1].upper() + text[1:]
    return strings.SEE_LOG.format(sentence=error, log=log.path())
