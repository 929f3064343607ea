"""Owns which slots may take a job: kept with every change, as it is asked with every change, of which a thousand devices have hundreds a second."""

from __future__ import annotations

from .slots import DeviceSlot


class Free:
    """Slots that were free when they were noted; those that are no more are found out when they are asked for."""

    def __init__(self) -> None:
        self._slots: dict[DeviceSlot, None] = {}

    def note(self, slot: DeviceSlot) -> None:
        """Its worker is ready, or has left its job."""
        self._slots[slot] = None

    def slots(self) -> list[DeviceSlot]:
        """The free ones, those that were added first before all others: so that the rest may sleep."""
        self._slots = {slot: None for slot in self._slots if is_free(slot)}
        return sorted(self._slots, key=lambda slot: slot.number)


def is_free(slot: DeviceSlot) -> bool:
    return slot.serves and slot.job_id is None
