"""Owns what a job would cost: a worker that is ready is asked."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence

from ..records.order import AskedOrder, Order
from ..refusals import Invalid, TooLarge
from ..worker import messages as say
from ..worker.engine import Estimate
from .slots import DeviceSlot


class Estimates:
    """Questions to workers, and their answers. Everything happens on the loop's thread. resolved: makes every choice of an order for a slot."""

    def __init__(self, slots: Sequence[DeviceSlot], resolved: Callable[[AskedOrder, DeviceSlot], Order]) -> None:
        self._slots = slots
        self._resolved = resolved
        self._tickets = itertools.count()

    async def of(self, asked: AskedOrder, device: str, ready_seconds: float, answer_seconds: float) -> tuple[DeviceSlot, Order, Estimate] | None:
        """What is made of the order on the device, or on the first that is ready, and what it would cost; None when no worker is ready or answers in time.
        TooLarge and Invalid."""
        deadline = asyncio.get_running_loop().time() + ready_seconds
        while not (ready := [slot for slot in self._slots if slot.serves and slot.fits(device)]):
            if asyncio.get_running_loop().time() >= deadline:
                return None
            await asyncio.sleep(0.05)
        slot = ready[0]
        order = self._resolved(asked, slot)
        answer = await self._ask(slot, order, answer_seconds)
        if answer is None:
            return None
        if answer.estimate is None:
            if answer.reason in ("OUT_OF_MEMORY", "IMAGE_TOO_LARGE"):
                raise TooLarge(answer.message, 0)
            raise Invalid("spec", answer.message, reason=answer.reason)
        return slot, order, answer.estimate

    async def _ask(self, slot: DeviceSlot, order: Order, seconds: float) -> say.Answer | None:
        if slot.process is None:
            return None
        ticket = next(self._tickets)
        slot.questions[ticket] = asyncio.get_running_loop().create_future()
        slot.process.tell(say.Ask(ticket, order))
        try:
            return await asyncio.wait_for(slot.questions[ticket], seconds)
        except TimeoutError:
            return None
        finally:
            slot.questions.pop(ticket, None)
