"""Owns Ctrl-C: the first one cancels what runs, the second one leaves at once; where the first only stops, the second cancels, and the third leaves."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Generic, TypeVar

from .failures import CANCELLED, Interrupted

T = TypeVar("T")

POLL = 0.05  # s between looks at the flag: a lock's wait can't be interrupted on Windows, and 50 ms feel immediate
PATIENCE = 15.0  # s that a cancelled command may take to end; the server's own promise is far below
SHOW_CURSOR = "\x1b[?25h"


class Interruption:
    """Catches Ctrl-C while it is entered. The handler only counts, since a signal may arrive while the main thread holds any lock."""

    def __init__(self) -> None:
        self.count = 0
        self._most = 1  # that are asked for something; one more leaves
        self._before: Any = None

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._before is not None and not self.count:  # once pressed, the next one leaves, also while the interpreter ends
            signal.signal(signal.SIGINT, self._before)

    def run(self, work: Callable[[], T], cancel: Callable[[], bool], stop: Callable[[], bool] | None = None) -> T:
        """Does `work` in a thread of its own and returns its result or raises its error.

        cancel() is called at the first Ctrl-C; it asks the work to end and says whether there is anything worth waiting for. stop() is called before it,
        likewise, if there is one: at the first Ctrl-C, and cancel() at the second.
        Interrupted when it was to be cancelled, whatever the work came to."""
        asks = [cancel] if stop is None else [stop, cancel]
        self._most = len(asks)
        thread = _Work(work)
        thread.start()
        asked = None
        while not thread.ended(POLL):
            if asks and self.count > self._most - len(asks):
                asked = time.monotonic() if len(asks) == 1 else None  # what is stopped may take its time
                if not asks.pop(0)():
                    raise Interrupted
            elif asked is not None and time.monotonic() - asked > PATIENCE:
                leave()  # a thread that hangs in a call would keep the process from ending
        if self.count >= self._most:
            raise Interrupted
        return thread.result()

    def _pressed(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count > self._most:
            leave()


def leave() -> None:
    """Ends the process without waiting for any thread, the terminal's cursor shown again."""
    if sys.stderr.isatty():
        sys.stderr.write(SHOW_CURSOR + "\n")
        sys.stderr.flush()
    os._exit(CANCELLED)


class _Work(Generic[T]):
    """A daemon thread, so that leaving never waits for it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: T | None = None
        self._error: BaseException | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="restyle-work", daemon=True).start()

    def ended(self, timeout: float) -> bool:
        return self._done.wait(timeout)

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # set whenever there is no error

    def _run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:  # carried over to the main thread
            self._error = error
        finally:
            self._done.set()
