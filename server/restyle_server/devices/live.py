"""Owns who paints parts of live canvases, and follows what moves in them: whichever worker is free, first come first served, and one at a time on each, so that
nobody waits behind a heap."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import overload

from ..clock import Clock
from ..limits import LIVE_SECONDS
from ..records.live import LiveCrop, LiveMotion, LivePiece, LiveShape, LiveWay
from ..refusals import Invalid, NotNow, Refusal, Unavailable
from ..worker import messages as say
from .slots import DeviceSlot

log = logging.getLogger(__name__)

LOST = "The process that paints ended; open the canvas again, and send all of it."
SLOW = "The painter takes too long; see `restyle status`, and try again."
DOWN = "The server's engine does not start."
NOTHING_LIVE = "This server's engine paints nothing live; update the server."

Waiting = tuple[int, LiveCrop | LiveMotion, "asyncio.Future[say.LivePainted | None]"]


class LivePainters:
    """Gives parts of canvases to slots. Everything happens on the loop's thread. wake: starts workers that were ended for lack of work."""

    def __init__(self, slots: Sequence[DeviceSlot], clock: Clock, wake: Callable[[], None]) -> None:
        self._slots = slots
        self._clock = clock
        self._wake = wake
        self._tickets = itertools.count()
        self._waiting: deque[Waiting] = deque()
        self._painting: dict[int, Waiting] = {}  # by ticket

    async def shape(self) -> LiveShape:
        """How the engine paints live, once a worker is ready. Unavailable, NotNow."""
        self._wake()
        async with self._in_time():
            while not (ready := [slot for slot in self._slots if slot.serves]):
                self._check()
                await asyncio.sleep(0.02)
        found = next((slot.live for slot in ready if slot.live is not None), None)
        if found is None:
            raise NotNow(NOTHING_LIVE, reason="UNIMPLEMENTED")
        return found

    @overload
    async def do(self, order: LiveCrop) -> LivePiece: ...

    @overload
    async def do(self, order: LiveMotion) -> LiveWay: ...

    async def do(self, order: LiveCrop | LiveMotion) -> LivePiece | LiveWay:
        """Invalid for what can't be painted; Unavailable when the worker ended over it, or none starts."""
        self._wake()
        self._check()
        future: asyncio.Future[say.LivePainted | None] = asyncio.get_running_loop().create_future()
        waiting = next(self._tickets), order, future
        self._waiting.append(waiting)
        self.give()
        try:
            async with self._in_time():
                painted = await future
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
        if painted is None:
            raise Unavailable(LOST, reason="WORKER_CRASHED", retry_after=0.0)
        if painted.found is None:
            if painted.trace:
                log.error("live: %s\n%s", painted.reason, painted.trace)
            raise _refusal(painted.reason, painted.message)
        return painted.found

    def give(self) -> None:
        """To every worker that paints nothing live, what waits; those without a job first."""
        if not self._waiting:
            return
        for slot in sorted(self._slots, key=lambda slot: slot.job_id is not None):
            if self._waiting and slot.serves and slot.live is not None and slot.ticket is None and slot.process is not None:
                waiting = self._waiting.popleft()
                ticket, order, _ = waiting
                self._painting[ticket] = waiting
                slot.ticket = ticket
                if slot.job_id is None:
                    slot.watchdog.reset()
                slot.process.tell(say.LivePaint(ticket, order))

    def heard(self, slot: DeviceSlot, painted: say.LivePainted) -> None:
        self._ended(slot, painted)
        slot.idle_since = self._clock.monotonic()
        self.give()

    def gone(self, slot: DeviceSlot) -> None:
        """The slot's worker has ended."""
        self._ended(slot, None)

    def _ended(self, slot: DeviceSlot, painted: say.LivePainted | None) -> None:
        waiting = self._painting.pop(slot.ticket, None) if slot.ticket is not None else None
        slot.ticket = None
        if waiting is not None and not waiting[2].done():
            waiting[2].set_result(painted)

    def _check(self) -> None:
        there = [slot for slot in self._slots if not slot.leaving]
        if there and all(slot.state == "down" for slot in there):
            raise Unavailable(f"{DOWN} {there[0].complaint}", reason="ENGINE_DOWN", retry_after=LIVE_SECONDS)

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(LIVE_SECONDS):
                yield
        except TimeoutError:
            raise Unavailable(SLOW, reason="WORKER_SLOW", retry_after=LIVE_SECONDS) from None


def _refusal(reason: str, sentence: str) -> Refusal:
    return Invalid("rects", sentence) if reason == "BAD_INPUT" else NotNow(sentence, reason=reason)
