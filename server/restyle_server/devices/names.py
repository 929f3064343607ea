"""Owns whether there is a device of a name, as far as the slots know, and whether it works."""

from __future__ import annotations

from collections.abc import Sequence

from ..jobs.states import JobState
from ..jobs.store import JobStore
from ..records.result import Failure
from ..refusals import Invalid, Unavailable
from .slots import DeviceSlot


def unknown(slots: Sequence[DeviceSlot], device: str) -> bool:
    """Whether no slot has this device, as far as their names are known: that takes their first workers. Without slots, machines are yet to come."""
    return bool(slots) and all(slot.device for slot in slots) and not any(slot.fits(device) for slot in slots)


def check(slots: Sequence[DeviceSlot], device: str, retry_after: float) -> None:
    """Invalid when no slot has this device; Unavailable, for so many seconds, when all that could paint are down."""
    fit = (slot for slot in slots if slot.fits(device) and not slot.leaving)
    first = next(fit, None)  # mostly all that has to be looked at
    if first is None and unknown(slots, device):
        raise Invalid("spec.parameters.device", no_such(slots, device))
    if first is not None and first.state == "down" and all(slot.state == "down" for slot in fit):
        raise Unavailable(f"The server's engine does not start. {first.complaint}", reason="ENGINE_DOWN", retry_after=retry_after)


def no_such(slots: Sequence[DeviceSlot], device: str) -> str:
    return f"this server has no device {device!r}; it has {', '.join(slot.id for slot in slots)}."


def refuse_unknown(slots: Sequence[DeviceSlot], store: JobStore) -> None:
    """Jobs that came before the slots' names were known, or from an earlier server with other devices, would wait for ever."""
    if not slots or not all(slot.device for slot in slots):  # which is asked with every worker that comes
        return
    names = {"", *(name for slot in slots for name in slot.names)}
    for job in store.waiting():
        if job.wanted_device not in names:
            words = no_such(slots, job.wanted_device)
            store.move(job.id, JobState.FAILED, failure=Failure("BAD_INPUT", f"{words[0].upper()}{words[1:]}"))
