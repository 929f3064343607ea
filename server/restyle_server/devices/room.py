"""Owns whose job makes room for whose: a look that is learned for any other, and a folder's painting for one that a person waits for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from ..jobs.job import Job, JobClass
from ..jobs.store import JobStore
from . import learning
from .slots import DeviceSlot

YIELDING: Mapping[JobClass, tuple[JobClass, ...]] = {
    JobClass.INTERACTIVE: (JobClass.BACKGROUND, JobClass.BATCH),
    JobClass.BATCH: (JobClass.BACKGROUND,),
    JobClass.BACKGROUND: (),
}
"""By the class of a job that waits: whose jobs make room for it, the first sooner."""


def ask(slots: Sequence[DeviceSlot], store: JobStore, adrift: Sequence[Job] = ()) -> None:
    """For every job that still waits, one device's learning is asked to make room; else, for an interactive one, a batch job to rest after its scale.
    adrift: those that go on where they find a device; a batch job that rests would take none of them in, so that only learnings are asked."""
    chosen: set[DeviceSlot] = set()
    for waiting, yields in YIELDING.items():
        if not any(store.queued.running[kind] for kind in yields):
            continue
        jobs = itertools.chain(adrift if waiting is JobClass.BATCH else (), store.queued.ready.of(waiting))
        for asked in (True, False):  # those that were asked already come first, and mostly suffice
            if (first := next(jobs, None)) is None:
                break
            there = [slot for slot in slots if slot.asked is asked and slot.paused is None and slot not in chosen]
            kinds = {slot: kind for slot in there if (kind := learning.running_class(slot, store)) in yields}
            busy = sorted(kinds, key=lambda slot: yields.index(kinds[slot]))
            left = []
            for job in itertools.chain((first,), jobs):
                if (slot := next((slot for slot in busy if slot.fits(job.wanted_device)), None)) is not None:
                    busy.remove(slot)
                    chosen.add(slot)
                    learning.ask(slot)
                    continue
                left.append(job)
                if not busy:
                    break
            jobs = itertools.chain(left, jobs)
