"""Owns what becomes of the looks that are learned: they run while nothing else wants a device, wait again when something does or their worker ends, and lie in
the library at last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from ..jobs.job import Job, JobClass
from ..jobs.states import JobState
from ..jobs.store import JobStore
from ..limits import LEARN_SETBACKS
from ..records.result import Failure
from ..refusals import Refusal
from ..worker import messages as say
from ..worker.engine import resolved_lesson
from .slots import DeviceSlot

log = logging.getLogger(__name__)

NOWHERE = Failure("INTERNAL", "The look that was learned could not be kept; the server's log says more.")

Keep = Callable[[bytes, str], str]
"""Puts a look's file into the library, under an id like the one given, which it returns; may wait for the disk. Refusal."""


class Learnings:
    """The learnings of all slots. Everything happens on the loop's thread. keep: runs in another."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._keeping: set[asyncio.Task[None]] = set()
        self.keep: Keep = lambda data, wish: ""

    def order(self, job: Job, slot: DeviceSlot) -> say.Learn:
        """What a slot's worker is told. The choices are those of its first time, wherever it goes on: another precision would be another lesson."""
        if job.lesson is None or slot.device is None:
            raise RuntimeError("a job that learns nothing, or a slot that is not ready")
        parameters = job.resolved or resolved_lesson(job.lesson, slot.device)
        seconds = job.progress.elapsed_seconds if job.progress else 0.0
        return say.Learn(job.id, job.lesson, parameters, self._store.preview_size(job.id), seconds, job.finishing)

    def made_room(self, job: Job, message: say.SetAside) -> None:
        """Its worker has set it aside."""
        self._store.set_aside(job.id, setbacks=0, progress=message.progress or job.progress)

    def survives(self, job: Job, blameless: bool) -> bool:
        """Whether a learning whose worker ended goes on later, which is then noted. blameless: that had nothing to do with it."""
        if job.job_class is not JobClass.BACKGROUND or (job.setbacks + 1 >= LEARN_SETBACKS and not blameless):
            return False
        self._store.set_aside(job.id, setbacks=job.setbacks + (not blameless))
        return True

    def warned(self, message: say.Warned) -> None:
        """Something that people should know of it."""
        job = self._store.find(message.job_id)
        if job is not None and job.state is JobState.RUNNING and message.message not in job.warnings:
            self._store.mark(job.id, warnings=(*job.warnings, message.message))

    def learned(self, job: Job, message: say.Learned) -> None:
        """All is learned: the look goes to the library, while the slot is free already."""
        task = asyncio.create_task(self._kept(job, message))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def close(self) -> None:
        """Returns when every look that came is kept."""
        while self._keeping:
            await asyncio.wait(self._keeping)  # a write of 2 MB each

    async def _kept(self, job: Job, message: say.Learned) -> None:
        try:
            look_id = await asyncio.to_thread(self.keep, message.look, job.lesson.name.lower() if job.lesson else "")
        except Refusal as refusal:
            self._end(job.id, JobState.FAILED, failure=Failure(refusal.reason or "INTERNAL", refusal.message))
        except Exception:
            log.exception("job %s: its look can't be kept", job.id)
            self._end(job.id, JobState.FAILED, failure=NOWHERE)
        else:
            told = message.progress or job.progress
            self._end(job.id, JobState.SUCCEEDED, look_id=look_id, progress=told, finished_early=message.finished_early, finishing=False)

    def _end(self, job_id: str, state: JobState, **changes: object) -> None:
        job = self._store.find(job_id)
        if job is not None and job.state is JobState.RUNNING:  # else it was cancelled meanwhile
            self._store.move(job_id, state, **changes)


def give_way(slots: Iterable[DeviceSlot], store: JobStore) -> None:
    """Every learning that runs is told to make room."""
    for slot in slots:
        if slot.job_id is not None and running_class(slot, store) is JobClass.BACKGROUND:
            ask(slot)


def running_class(slot: DeviceSlot, store: JobStore) -> JobClass | None:
    """Of the job that the slot's worker is at; None: of none, or of one that has been cancelled meanwhile."""
    job = store.find(slot.job_id) if slot.job_id else None
    return job.job_class if job is not None and job.state is JobState.RUNNING else None


def ask(slot: DeviceSlot) -> None:
    """Tells the slot's worker, once, that others wait."""
    if not slot.asked and slot.process is not None and slot.job_id is not None:
        slot.asked = True
        slot.process.tell(say.Pause(slot.job_id))
