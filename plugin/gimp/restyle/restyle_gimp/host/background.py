"""Owns the session of a window, and the way back to GTK's main loop: libgimp and GTK are never touched from another thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gi.repository import GLib
from restyle_client import Session
from restyle_editor.background import Background as AnyBackground

from .. import strings

T = TypeVar("T")


class Background(AnyBackground):
    """One session, connected by the first question. A server that has ended since the last one is started again."""

    def __init__(self) -> None:
        super().__init__(soon, insist=True, more=strings.SEE_LOG)

    def query(self, question: Callable[[Session], T], answer: Callable[[T], None], failed: Callable[[str], None]) -> None:
        """Runs `question` in a thread; then `answer` with its value, or `failed` with a sentence, on the main loop, unless closed meanwhile."""
        self.ask(question, answer, lambda sentence, _error: failed(sentence))


def soon(act: Callable[[], object]) -> None:
    """Calls `act` once the present event is done with. A dialog that is opened inside an event deafens screen readers, whose press it was, until it closes."""

    def once() -> bool:
        act()
        return False

    GLib.idle_add(once)
