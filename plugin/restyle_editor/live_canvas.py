"""Owns a live canvas for an editor: opened and fed in a thread, so that no call here waits, and taken up again when the server was gone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import sentences
from .background import Background
from .failures import sentence
from .packages import client

RETRY_SECONDS = 2.0  # between two tries to reach a server that is gone
GLANCE_SECONDS = 0.5  # between two looks at whether the canvas is still wanted, where nothing else happens

Deed = Callable[[Any], object]  # with the open canvas


@dataclass(frozen=True)
class Listening:
    """What is called on the editor's own thread. painted: with every part that was painted. again: all of the picture is to be sent, as the canvas is new.
    waiting: with a sentence, when the server is gone. ended: with a sentence, when it can't go on.
    """

    painted: Callable[[client.LiveFrame], None]
    again: Callable[[], None]
    waiting: Callable[[str], None]
    ended: Callable[[str], None]


class LiveCanvas:
    """A canvas that is painted with a look while it changes. strength: 0 to 100. seamless: as a painting's. Every call returns at once,
    and belongs to the editor's thread."""

    def __init__(
        self,
        background: Background,
        pixel_format: client.PixelFormat,
        width: int,
        height: int,
        look: str,
        strength: float,
        icc: bytes | None,
        heard: Listening,
        seamless: str = "none",
    ) -> None:
        self._background, self._heard = background, heard
        self._format, self._icc, self._seamless = pixel_format, icc, seamless
        self._size = (width, height)
        self._style = (look, strength)
        self._deeds: deque[Deed] = deque()
        self._news = threading.Condition()
        self._taken = threading.Event()  # the last part that was painted is where it belongs
        self._closed = False
        threading.Thread(target=self._run, name="restyle-live", daemon=True).start()

    def change(self, x: int, y: int, width: int, height: int, data: bytes) -> None:
        """These pixels are new, px of the canvas."""
        self._do(lambda live: live.change(x, y, width, height, data))

    def restyle(self, look: str, strength: float) -> None:
        if (look, strength) != self._style:
            self._style = (look, strength)
            self._do(lambda live: live.restyle(look, strength))

    def resize(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._do(lambda live: live.resize(width, height))

    def close(self) -> None:
        """Nothing is heard of it any more."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._taken.set()

    # ---- in threads ----

    def _do(self, deed: Deed) -> None:
        with self._news:
            self._deeds.append(deed)
            self._news.notify_all()

    def _run(self) -> None:
        while not self._closed and self._conversed():
            with self._news:
                self._news.wait_for(lambda: self._closed, RETRY_SECONDS)

    def _conversed(self) -> bool:
        """Keeps a canvas open as long as it goes; whether another is to be tried."""
        try:
            self._converse()
        except client.RestyleError as error:
            words = sentence(error)
            if isinstance(error, client.Refused):
                self._tell(self._heard.ended, words)
                return False
            self._tell(self._heard.waiting, sentences.LIVE_WAITS)
        except Exception as error:
            self._tell(self._heard.ended, sentence(error))
            return False
        return True

    def _converse(self) -> None:
        session = self._background.take()
        try:
            with self._news:
                self._deeds.clear()  # of a canvas that is no more: the new one gets all
                (width, height), (look, strength) = self._size, self._style
            with session.live(self._format, width, height, look, strength=strength, icc=self._icc, seamless=self._seamless) as live:
                self._tell(lambda _: self._heard.again(), None)
                errors: list[BaseException] = []
                listening = threading.Thread(target=self._listen, args=(live, errors), name="restyle-live-frames", daemon=True)
                listening.start()
                self._feed(live, errors)
            listening.join()
            if errors and not self._closed:
                raise errors[0]
        except (client.ServerGone, client.ServerNotFound):
            self._background.forget(session)
            raise
        finally:
            self._background.give_back(session)

    def _feed(self, live: Any, errors: list[BaseException]) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._closed or bool(self._deeds) or bool(errors), GLANCE_SECONDS)
                if self._closed or errors:
                    return
                deeds = list(self._deeds)
                self._deeds.clear()
            for deed in deeds:
                deed(live)

    def _listen(self, live: Any, errors: list[BaseException]) -> None:
        """Takes a part when the one before is where it belongs, so that nothing piles up on the editor's thread."""
        try:
            while not self._closed and (frame := live.frame()) is not None:
                self._taken.clear()
                self._tell(self._put, frame)
                while not self._closed and not self._taken.wait(GLANCE_SECONDS):
                    pass
        except BaseException as error:
            errors.append(error.with_traceback(None))
        with self._news:
            self._news.notify_all()

    def _put(self, frame: client.LiveFrame) -> None:
        try:
            self._heard.painted(frame)
        finally:
            self._taken.set()

    def _tell(self, listener: Callable[[Any], None], news: Any) -> None:
        self._background.tell(lambda value: None if self._closed else listener(value), news)
