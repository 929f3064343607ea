"""Owns the session with the server: questions go there in threads, answers come back on Krita's own thread. Krita's objects are never touched from a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from .api import QtCore
from .client import client
from .failures import guarded, sentence

T = TypeVar("T")


class _Post(QtCore.QObject):
    """Carries calls to the thread that made it: Qt queues what another thread emits."""

    arrived = QtCore.pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.arrived.connect(self.deliver)

    @guarded
    def deliver(self, call: Callable[[], None]) -> None:
        call()


class Background:
    """One session, connected by the first question. connect: makes a session, and may start a server."""

    def __init__(self, connect: Callable[..., client.Session] | None = None) -> None:
        self._connect = connect or client.connect
        self._post = _Post()
        self._connecting = threading.Lock()
        self._session: client.Session | None = None
        self._closed = False

    def ask(self, question: Callable[[client.Session], T], answer: Callable[[T], None], failed: Callable[[str, BaseException], None]) -> None:
        """Runs `question` in a thread; then `answer` with its value, or `failed` with a sentence and the error, on Krita's thread."""
        threading.Thread(target=self._ask, args=(question, answer, failed), name="restyle-question", daemon=True).start()

    def tell(self, listener: Callable[[Any], None], news: Any) -> None:
        """Calls `listener` with `news` on Krita's thread; from any thread."""
        self._deliver(lambda: listener(news))

    @property
    def connected(self) -> bool:
        return self._session is not None

    def session(self) -> client.Session:
        """The session, connected if need be; waits. RestyleError."""
        with self._connecting:
            if self._session is None:
                self._session = self._connect()
            return self._session

    def forget(self) -> None:
        """Ends a session whose server is gone; the next question connects again, and starts a server if need be."""
        session, self._session = self._session, None
        if session is not None:
            threading.Thread(target=session.close, name="restyle-closing", daemon=True).start()

    def close(self) -> None:
        """No more answers. Attached jobs end with the server's lease."""
        self._closed = True
        self.forget()

    def _ask(self, question: Callable[[client.Session], Any], answer: Callable[[Any], None], failed: Callable[[str, BaseException], None]) -> None:
        try:
            value = question(self.session())
        except Exception as error:
            words, problem = sentence(error), error.with_traceback(None)  # which holds this call, and with it the pixels that were sent
            self._deliver(lambda: failed(words, problem))
        else:
            self._deliver(lambda: answer(value))

    def _deliver(self, call: Callable[[], None]) -> None:
        if not self._closed:
            try:
                self._post.arrived.emit(lambda: None if self._closed else call())
            except RuntimeError:  # Qt is gone: Krita is quitting
                self._closed = True
