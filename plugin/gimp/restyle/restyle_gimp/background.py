"""Owns the session while a window is open: questions go to the server in threads, answers come back on GTK's main loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from gi.repository import GLib
from restyle_client import RestyleError, ServerGone, ServerNotFound, Session, revival

from . import log, strings
from .painting import sentence

T = TypeVar("T")


class Background:
    """One session, connected by the first question; libgimp and GTK are never touched from its threads."""

    def __init__(self) -> None:
        self._connect = revival.connected()
        self._connecting = threading.Lock()
        self._session: Session | None = None
        self._closed = False

    def ask(self, question: Callable[[Session], T], answer: Callable[[T], None], failed: Callable[[str], None]) -> None:
        """Runs `question` in a thread; then `answer` with its value, or `failed` with a sentence, on the main loop, unless closed meanwhile."""
        threading.Thread(target=self._ask, args=(question, answer, failed), name="restyle-question", daemon=True).start()

    def tell(self, listener: Callable[[Any], None], news: Any) -> None:
        """Calls `listener` with `news` on the main loop; for questions that have more than one answer."""
        GLib.idle_add(self._deliver, listener, news)

    def session(self) -> Session:
        """The session, connected if need be; waits. RestyleError."""
        with self._connecting:
            if self._session is None:
                self._session = self._connect()
            return self._session

    def forget(self, lost: Session | None = None) -> None:
        """Ends a session whose server is gone; the next question connects again. lost: unless there is another session than this already."""
        with self._connecting:
            if lost is not None and self._session is not lost:
                return
            session, self._session = self._session, None
        if session is not None:
            threading.Thread(target=session.close, daemon=True).start()

    def close(self) -> None:
        """No more answers; ends the session."""
        self._closed = True
        self.forget()

    def _ask(self, question: Callable[[Session], Any], answer: Callable[[Any], None], failed: Callable[[str], None]) -> None:
        try:
            value = self._answered(question)
        except RestyleError as error:
            GLib.idle_add(self._deliver, failed, sentence(error))
        except Exception:
            log.write_traceback()
            GLib.idle_add(self._deliver, failed, strings.UNEXPECTED.format(log=log.path()))
        else:
            GLib.idle_add(self._deliver, answer, value)

    def _answered(self, question: Callable[[Session], T]) -> T:
        """What the server says; where it has ended since the last question, another one is started and asked once more."""
        session = self.session()
        try:
            return question(session)
        except (ServerGone, ServerNotFound):
            self.forget(session)
        return question(self.session())

    def _deliver(self, listener: Callable[[Any], None], news: Any) -> bool:
        if not self._closed:
            listener(news)
        return False


def soon(act: Callable[[], object]) -> None:
    """Calls `act` once the present event is done with. A dialog that is opened inside an event deafens screen readers, whose press it was, until it closes."""

    def once() -> bool:
        act()
        return False

    GLib.idle_add(once)
