"""Owns an editor's session with the server: questions go there in threads, answers come back on the editor's own thread, which alone touches its objects."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from . import revival
from .failures import sentence
from .packages import client

T = TypeVar("T")


class Background:
    """One session for new questions, connected by the first of them.

    post: from any thread, has a call done on the editor's own; RuntimeError when that is no more. connect: makes a session, and may start a server; find:
    starts none. insist: a question whose server has ended since the last one is asked once more, of another. more: as failures.sentence has it.

    Whoever asks keeps the session that was there when they began, to the end of their question: what one question finds out about the server ends no other.
    """

    def __init__(
        self,
        post: Callable[[Callable[[], None]], None],
        connect: Callable[..., client.Session] | None = None,
        find: Callable[..., client.Session] | None = None,
        *,
        insist: bool = False,
        more: str = "{sentence}",
    ) -> None:
        self._find = find or (lambda: client.connect(start=False))
        self._connect = connect or revival.connected()
        self._post, self._insist, self._more = post, insist, more
        self._connecting = threading.Lock()
        self._counting = threading.Lock()
        self._session: client.Session | None = None
        self._users: dict[int, int] = {}  # questions under way, by the id of their session
        self._closed = False

    def ask(self, question: Callable[[client.Session], T], answer: Callable[[T], None], failed: Callable[[str, BaseException], None]) -> None:
        """Runs `question` in a thread; then `answer` with its value, or `failed` with a sentence and the error, on the editor's thread."""
        self._begin(lambda: self._asked(question), answer, failed)

    def paint(
        self,
        request: client.JobRequest,
        heard: Callable[[Any], None],
        cancellation: client.Cancellation,
        answer: Callable[[client.Result], None],
        failed: Callable[[str, BaseException], None],
        way: revival.Way = revival.paint,
    ) -> None:
        """The same with a painting, which goes on with the next server when one dies. heard: called with every event, on the editor's thread."""
        user = self.user()
        self._begin(lambda: user.last(lambda: way(user, request, lambda event: self.tell(heard, event), cancellation)), answer, failed)

    def look(self, found: Callable[[], None]) -> None:
        """Calls `found` when a server answers; none is started, and silence is no answer."""

        def look() -> None:
            session = self._find()
            try:
                session.info()
            finally:
                session.close()

        self._begin(look, lambda _: found(), lambda _words, _error: None, quiet=True)

    def tell(self, listener: Callable[[Any], None], news: Any) -> None:
        """Calls `listener` with `news` on the editor's thread; from any thread."""
        self._deliver(lambda: listener(news))

    @property
    def connected(self) -> bool:
        return self._session is not None

    def user(self) -> User:
        """A painting's way to sessions."""
        return User(self)

    def take(self) -> client.Session:
        """The session, connected if need be; waits. Give it back. RestyleError."""
        with self._connecting:
            with self._counting:
                if self._session is not None:
                    return self._held(self._session)
            session = self._connect()
            with self._counting:
                if self._closed:
                    raise client.RestyleError("This session is closed; connect again.")
                self._session = session
                return self._held(session)

    def give_back(self, session: client.Session) -> None:
        """One question fewer; a session that was forgotten ends with its last."""
        with self._counting:
            self._users[id(session)] -= 1
            over = not self._users[id(session)] and session is not self._session
            if not self._users[id(session)]:
                del self._users[id(session)]
        if over:
            _close(session)

    def forget(self, lost: client.Session | None = None) -> None:
        """The next question connects again, and starts a server if need be. lost: unless there is another session than this already."""
        with self._counting:
            session = self._session
            if session is None or (lost is not None and session is not lost):
                return
            self._session = None
            used = id(session) in self._users
        if not used:
            _close(session)

    def close(self) -> None:
        """No more answers. Attached jobs end with the server's lease."""
        self._closed = True
        with self._counting:
            session, self._session = self._session, None
        if session is not None:
            _close(session)

    def _held(self, session: client.Session) -> client.Session:
        self._users[id(session)] = self._users.get(id(session), 0) + 1
        return session

    def _asked(self, question: Callable[[client.Session], T]) -> T:
        session = self.take()
        try:
            return question(session)
        except (client.ServerGone, client.ServerNotFound):
            if not self._insist:
                raise
            self.forget(session)
        finally:
            self.give_back(session)
        session = self.take()
        try:
            return question(session)
        finally:
            self.give_back(session)

    def _begin(self, work: Callable[[], T], answer: Callable[[T], None], failed: Callable[[str, BaseException], None], quiet: bool = False) -> None:
        threading.Thread(target=self._run, args=(work, answer, failed, quiet), name="restyle-question", daemon=True).start()

    def _run(self, work: Callable[[], Any], answer: Callable[[Any], None], failed: Callable[[str, BaseException], None], quiet: bool) -> None:
        try:
            value = work()
        except Exception as error:
            if self._closed:
                return
            words = "" if quiet else sentence(error, self._more)
            problem = error.with_traceback(None)  # which holds this call, and with it the pixels that were sent
            self._deliver(lambda: failed(words, problem))
        else:
            self._deliver(lambda: answer(value))

    def _deliver(self, call: Callable[[], None]) -> None:
        if not self._closed:
            try:
                self._post(lambda: None if self._closed else call())
            except RuntimeError:  # the editor is quitting
                self._closed = True


class User:
    """A painting's way to sessions: it holds one at a time."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._held: client.Session | None = None

    def session(self) -> client.Session:
        self._leave()
        self._held = self._background.take()
        return self._held

    def forget(self, lost: Any = None) -> None:
        self._background.forget(lost)

    def last(self, work: Callable[[], T]) -> T:
        """Does the work, and holds nothing any more."""
        try:
            return work()
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._held is not None:
            self._background.give_back(self._held)
            self._held = None


def _close(session: client.Session) -> None:
    threading.Thread(target=session.close, name="restyle-closing", daemon=True).start()
