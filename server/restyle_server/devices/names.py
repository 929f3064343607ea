"""Owns whether there is a device of a name, as far as the slots know."""

from __future__ import annotations

from collections.abc import Sequence

from ..jobs.states import JobState
from ..jobs.store import JobStore
from ..records.result import Failure
from .slots import DeviceSlot


def unknown(slots: Sequence[DeviceSlot], device: str) -> bool:
    """Whether no slot has this device, as far as their names are known: that takes their first workers. Without slots, machines are yet to come."""
    return bool(slots) and all(slot.device for slot in slots) and not any(slot.fits(device) for slot in slots)


def no_such(slots: Sequence[DeviceSlot], device: str) -> str:
    return f"this server has no device {device!r}; it has {', '.join(slot.id for slot in slots)}."


def refuse_unknown(slots: Sequence[DeviceSlot], store: JobStore) -> None:
    """Jobs that came before the slots' names were known, or from an earlier server with other devices, would wait for ever."""
    for job in store.waiting():
        if unknown(slots, job.wanted_device):
            words = no_such(slots, job.wanted_device)
            store.move(job.id, JobState.FAILED, failure=Failure("BAD_INPUT", f"{words[0].upper()}{words[1:]}"))
