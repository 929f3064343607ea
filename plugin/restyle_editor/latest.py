"""Owns questions to the server of which only the last counts: one is under way at a time, and of those that come meanwhile the last is next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .background import Background
from .packages import client

T = TypeVar("T")


class Latest:
    """All calls belong to the editor's thread, and return at once."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._waiting: tuple[Callable[[client.Session], Any], Callable[[Any], None], Callable[[str, BaseException], None]] | None = None
        self._busy = False
        self._generation = 0  # of what is wanted: a stop makes all answers before it late

    def ask(self, question: Callable[[client.Session], T], answer: Callable[[T], None], failed: Callable[[str, BaseException], None]) -> None:
        """As Background's, in place of the one that waits."""
        self._waiting = (question, answer, failed)
        if not self._busy:
            self._begin()

    def stop(self) -> None:
        """Nothing is wanted any more."""
        self._generation += 1
        self._waiting = None

    def _begin(self) -> None:
        if self._waiting is None:
            return
        (question, answer, failed), self._waiting, self._busy = self._waiting, None, True
        generation = self._generation

        def over(listener: Callable[..., None], *news: Any) -> None:
            self._busy = False
            if generation == self._generation:
                listener(*news)
            self._begin()

        self._background.ask(question, lambda value: over(answer, value), lambda words, error: over(failed, words, error))
