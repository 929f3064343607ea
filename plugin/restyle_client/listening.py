"""Owns listeners: what is told to them, and the way of their own errors past what handles those of the connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .events import Event

OnEvent = Callable[[Event], None]


class ListenerFailed(Exception):
    """Carries a listener's exception past what handles those of the connection: an OSError of a listener is no broken wire."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def tell(on_event: OnEvent | None, event: Event) -> None:
    """What a listener raises becomes ListenerFailed, and its own again where somebody is listening."""
    if on_event is not None:
        try:
            on_event(event)
        except Exception as error:
            raise ListenerFailed(error) from error


@contextmanager
def listening() -> Iterator[None]:
    """Within it, things are told."""
    try:
        yield
    except ListenerFailed as failed:
        raise failed.error from failed.error.__cause__
