"""Owns the wish to end a job early, spoken from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancellation:
    """Ends the `restyle` call that it was given to.

    cancel(): give up; the call raises JobCancelled. finish(): stop now and keep what there is; the call returns the result, as soon as painting has begun.
    Both may be called from any thread, before, during or after the call, and more than once.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal handler may speak while its own thread listens
        self._cancelled = False
        self._finished = False
        self._listeners: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    @property
    def finished(self) -> bool:
        return self._finished

    def cancel(self) -> None:
        self._tell(cancelled=True)

    def finish(self) -> None:
        self._tell(finished=True)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` on every wish, and at once when there is one already. Returns what ends it."""
        with self._lock:
            self._listeners.append(listener)
            spoken = self._cancelled or self._finished
        if spoken:
            listener()
        return lambda: self._forget(listener)

    def _forget(self, listener: Callable[[], None]) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def _tell(self, *, cancelled: bool = False, finished: bool = False) -> None:
        with self._lock:
            self._cancelled = self._cancelled or cancelled
            self._finished = self._finished or finished
            listeners = list(self._listeners)
        for listener in listeners:
            listener()
