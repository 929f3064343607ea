"""Owns who paints what: one slot per device, whose workers come and go; takes waiting jobs off the store, and puts their ends onto it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from ..clock import Clock
from ..jobs.job import Job, JobClass
from ..jobs.journal import JournalFailure
from ..jobs.states import JobState
from ..jobs.store import JobStore
from ..limits import Limits
from ..records.order import AskedOrder, Order
from ..records.result import Failure
from ..worker import messages as say
from ..worker.engine import Device, Estimate, resolved
from . import ends, learning, room
from .adrift import Adrift
from .delivery import delivered
from .estimates import Estimates
from .free import Free, is_free
from .live import LivePainters
from .names import check, refuse_unknown
from .slots import DeviceSlot, Gone, Hear, Worker, WorkerProcess
from .throughput import Throughputs

log = logging.getLogger(__name__)

Start = Callable[[str, str, Hear], Worker]
"""Begins a worker for a device, by its id and its engine's factory, which is heard from then on."""

Ending = say.Done | say.Learned | say.SetAside | say.Failed | say.Stopped

BACKOFF = (0.0, 0.5, 2.0, 10.0, 60.0)  # s before the next start, by failed starts in a row


class Dispatcher:
    """Gives jobs to slots. Everything happens on the loop's thread."""

    def __init__(
        self, store: JobStore, clock: Clock, limits: Limits, factory: str, devices: tuple[str, ...], throughputs: Throughputs, start: Start = WorkerProcess
    ) -> None:
        """start: a worker on a device. OSError when the system has no room for another."""
        self._store, self._throughputs, self._clock, self._limits = store, throughputs, clock, limits
        self.slots = [DeviceSlot(device, partial(start, device, factory), clock, limits) for device in devices]
        self.live = LivePainters(self.slots, clock, self.wake)
        self.accepting = True  # False while the server drains: nothing new starts
        self._estimates = Estimates(self.slots, self._resolved)
        self.learnings = learning.Learnings(store)
        self._adrift, self._free = Adrift(store), Free()
        self._closing = False
        self._rest = asyncio.Event()  # set whenever a job has ended, or waits again
        self.prepare: Callable[[Device, bool], say.Prepare] | None = None  # what a worker is told first; True: it loads weights at once
        store.changed = lambda job: self._changed(job)
        store.watched = self._watched

    def open(self) -> None:
        """Starts the workers."""
        for slot in self.slots:
            self._start(slot)

    def add(self, slot: DeviceSlot) -> None:
        """Another device, which may start at once."""
        self.slots.append(slot)
        self._start(slot)

    def leave(self, slot: DeviceSlot) -> None:
        """A device that is no more: its slot goes when its worker has ended."""
        slot.leaving = True
        if slot.process is None:
            self.slots.remove(slot)

    def sweep(self) -> None:
        """Kills what hangs, starts what is due. Called every SWEEP_SECONDS."""
        self._throughputs.sweep(self._clock.monotonic())
        for slot in list(self.slots):
            now = self._clock.monotonic()
            if slot.process is None:
                if not (slot.asleep or slot.leaving) and now >= slot.start_at:
                    self._start(slot)
            elif not slot.hung and self._hangs(slot, slot.process):
                log.warning("device %s: its worker hangs %s and is killed", slot.id, slot.when)
                slot.hung = True
                slot.process.kill()
            elif not slot.hung and slot.cancelled_at is not None and slot.watchdog.overdue(slot.cancelled_at):
                log.warning("device %s: its worker does not leave a cancelled job and is killed", slot.id)
                slot.hung = True
                slot.process.kill()
            elif slot.ready and slot.job_id is None and slot.paused is None and slot.ticket is None and now - slot.idle_since >= self._limits.unload_seconds:
                log.info("device %s: its worker ends for lack of work", slot.id)
                slot.asleep, slot.ready = True, False
                slot.process.kill()
                slot.process = None  # what it still says is nobody's concern

    def wake(self) -> None:
        """There will be work: starts the workers that were ended for lack of it."""
        for slot in self.slots:
            if slot.asleep and not slot.leaving:
                slot.asleep = False
                slot.idle_since = slot.start_at = self._clock.monotonic()
                self._start(slot)

    @property
    def running(self) -> int:
        """How many jobs run."""
        return len(self._store.running())

    async def rested(self) -> None:
        """Returns when no job runs."""
        while self.running:
            self._rest.clear()
            await self._rest.wait()

    def features(self) -> tuple[str, ...]:
        """The optional parts of the API that every engine fills; empty until one has said so."""
        known = [set(slot.features) for slot in self.slots if slot.device]
        return tuple(sorted(set.intersection(*known))) if known else ()

    def check_device(self, device: str) -> None:
        """Invalid when no slot has this device; Unavailable when all that could paint are down."""
        check(self.slots, device, BACKOFF[-1])

    def cancel(self, job_id: str) -> None:
        """The job's state is decided by the store; here its worker is told to leave it."""
        self._tell(job_id, say.Cancel(job_id))
        for slot in self.slots:
            if slot.job_id == job_id:
                slot.cancelled_at = self._clock.monotonic()

    def finish(self, job_id: str) -> None:
        """The job's worker is told to deliver what there is; a learning that waits is given to one."""
        self._adrift.finish(job_id)
        self._tell(job_id, say.Finish(job_id))
        self.wake()
        self._dispatch()

    async def estimate(self, asked: AskedOrder, device: str, ready_seconds: float, answer_seconds: float) -> tuple[DeviceSlot, Order, Estimate] | None:
        """What is made of the order, and what it would cost: see Estimates.of."""
        self.wake()
        return await self._estimates.of(asked, device, ready_seconds, answer_seconds)

    def give_way(self) -> None:
        """The server drains: learnings make room at once, to go on with the next one."""
        learning.give_way(self.slots, self._store)

    async def close(self) -> None:
        """Kills the workers and waits for their ends."""
        await self.learnings.close()
        self._throughputs.keep()
        self._closing = True
        for slot in self.slots:
            if slot.process is not None:
                slot.process.kill()
        for _ in range(200):
            if all(slot.process is None for slot in self.slots):
                return
            await asyncio.sleep(0.01)

    # ---- Inside

    def _start(self, slot: DeviceSlot) -> None:
        slot.watchdog.reset()
        slot.hung = slot.ready = slot.warm = False
        try:
            slot.process = slot.start(lambda process, message: self._hear(slot, process, message))
        except OSError as error:
            self._start_failed(slot, f"The system refused another process ({error.strerror}).")

    def _hangs(self, slot: DeviceSlot, process: Worker) -> bool:
        if not process.reached:  # nobody knows; who passes its words on says when it is lost
            slot.watchdog.reset()
            return False
        return slot.watchdog.hung(not slot.ready or slot.job_id is not None or slot.ticket is not None, process.vitals)

    def _start_stalled(self, slot: DeviceSlot) -> None:
        """Nobody knows that it can't start: the jobs wait, and it is tried again."""
        slot.stalled_starts += 1
        slot.start_at = self._clock.monotonic() + BACKOFF[min(slot.stalled_starts, len(BACKOFF) - 1)]
        log.error("device %s: its worker got no further while it started (%d in a row); it is started again", slot.id, slot.stalled_starts)

    def _start_failed(self, slot: DeviceSlot, complaint: str) -> None:
        slot.failed_starts += 1
        slot.complaint = complaint
        slot.start_at = self._clock.monotonic() + BACKOFF[min(slot.failed_starts, len(BACKOFF) - 1)]
        log.error("device %s: its worker did not start (%d in a row): %s", slot.id, slot.failed_starts, complaint)
        if all(other.state == "down" for other in self.slots):
            failure = Failure("ENGINE_DOWN", f"The server's engine does not start. {complaint}")
            for job in self._store.waiting():
                if not (job.job_class is JobClass.BACKGROUND and job.started):  # what it has learned waits for a server whose engine does
                    self._store.move(job.id, JobState.FAILED, failure=failure)

    def _changed(self, job: Job) -> None:
        if job.state.ended:
            self._adrift.forget(job.id)
        if job.state is not JobState.RUNNING:
            self._rest.set()
        if job.state is JobState.QUEUED and self.accepting:
            self.wake()
            self._dispatch()

    def _dispatch(self) -> None:
        for slot in self._free.slots():
            while is_free(slot) and self._give(slot):
                pass  # mostly once: what can't begin is no more, and the next one takes its turn
        if self.accepting:
            room.ask(self.slots, self._store, self._adrift.waiting())

    def _give(self, slot: DeviceSlot) -> bool:
        """Whether there was something for a slot that is free."""
        ready = self._store.queued.ready
        if slot.paused is not None:
            self._receive_guest(slot, slot.paused)
        elif (lost := self._adrift.next(slot)) is not None:
            self._go_on(slot, lost)
        elif self.accepting and ready and (job := self._store.queue.next(ready, slot.names)) is not None:
            self._begin(slot, job)
        else:
            return False
        return True

    def _receive_guest(self, slot: DeviceSlot, paused: str) -> None:
        """A device whose batch job rests takes an interactive one, or goes on."""
        guest = self._store.queue.guest(self._store.queued.ready, slot.names) if self.accepting and self._runs(paused) else None
        if guest is not None:
            self._begin(slot, guest)
        elif slot.process is not None:
            slot.job_id, slot.paused = paused, None
            slot.cancelled_at = None if self._runs(paused) else self._clock.monotonic()
            slot.watchdog.reset()
            self._store.queue.resume()
            log.info("job %s: goes on", paused)
            slot.process.tell(say.Resume(paused))

    def _begin(self, slot: DeviceSlot, job: Job) -> None:
        if slot.process is None:
            raise RuntimeError("a slot without a worker")
        command = self.learnings.order(job, slot) if job.lesson is not None else self._paint(job, slot)
        resolved = command.parameters if isinstance(command, say.Learn) else command.order.parameters
        slot.job_id = job.id  # first: the store's other watchers may ask for the next job meanwhile
        self._store.queue.start(job)
        try:
            self._store.move(job.id, JobState.RUNNING, started=job.started or self._clock.time(), resolved=resolved, device=slot.describe())
        except JournalFailure:
            slot.job_id = None
            self._free.note(slot)
            self._store.move(job.id, JobState.FAILED, failure=ends.UNWRITTEN)
            return
        slot.watchdog.reset()
        slot.process.tell(command)

    def _go_on(self, slot: DeviceSlot, job: Job) -> None:
        """A painting whose worker is lost: with another one from its last kept scale, in the state that it has."""
        if slot.process is None:
            raise RuntimeError("a slot without a worker")
        slot.job_id = job.id
        log.info("job %s: goes on at %s", job.id, slot.id)
        self._store.mark(job.id, device=slot.describe())
        slot.watchdog.reset()
        slot.process.tell(self._paint(job, slot))
        if self._adrift.finishing(job.id):
            slot.process.tell(say.Finish(job.id))

    def _paint(self, job: Job, slot: DeviceSlot) -> say.Paint:
        """With the choices of its first time, wherever it goes on: others would be another picture."""
        if job.order is None:
            raise RuntimeError("a job without an order")
        order = job.order.resolved(job.resolved) if job.resolved else self._resolved(job.order, slot)
        folders = self._store.folders
        return say.Paint(job.id, order, folders.result(job.id), folders.report(job.id), self._store.preview_size(job.id))

    def _resolved(self, order: AskedOrder, slot: DeviceSlot) -> Order:
        """The order with every choice made: here, for estimates and jobs alike."""
        if slot.device is None:
            raise RuntimeError("a slot that is not ready")
        return resolved(order, slot.device, lambda found: self._throughputs.seconds(slot.describe(), found, warm=True))

    def _tell(self, job_id: str, command: say.Command) -> None:
        for slot in self.slots:
            if job_id in (slot.job_id, slot.paused) and slot.process is not None:
                slot.process.tell(command)

    def _watched(self, job_id: str) -> None:
        self._tell(job_id, say.Previews(job_id, self._store.preview_size(job_id)))

    def _hear(self, slot: DeviceSlot, process: Worker, message: say.Message | Gone) -> None:
        if process is not slot.process:
            return
        if isinstance(message, Gone):
            self._gone(slot, message)
            return
        slot.watchdog.heard(message)
        match message:
            case say.Ready():
                slot.device, slot.features, slot.live = message.device, message.features, message.live
                slot.ready, slot.failed_starts, slot.stalled_starts, slot.complaint = True, 0, 0, ""
                slot.watchdog.reset()
                slot.idle_since = self._clock.monotonic()
                log.info("device %s: ready (%s), process %s", slot.id, message.device.name, process.pid)
                if self.prepare is not None:
                    process.tell(self.prepare(message.device, not slot.fragile and not self._store.queued))
                self._free.note(slot)
                refuse_unknown(self.slots, self._store)
                self._dispatch()
                self.live.give()
            case say.LivePainted():
                self.live.heard(slot, message)
            case say.Unusable():
                slot.complaint = message.message
                log.error("device %s: %s\n%s", slot.id, message.message, message.trace)
            case say.Advanced():
                self._store.progress(message.job_id, message.progress)
            case say.Chose() if self._runs(message.job_id):
                self._store.mark(message.job_id, style_scales=message.scales)
            case say.Previewed():
                self._store.preview(message.job_id, message.picture)
            case say.Paused():
                log.info("job %s: rests between two scales", message.job_id)
                slot.job_id, slot.paused, slot.asked, slot.cancelled_at = None, message.job_id, False, None
                self._free.note(slot)
                self._dispatch()
            case say.Answer():
                if (future := slot.questions.get(message.ticket)) and not future.done():
                    future.set_result(message)
            case say.Warned():
                self.learnings.warned(message)
            case say.Done() | say.Learned() | say.SetAside() | say.Failed() | say.Stopped():
                self._ended(slot, message)
            case say.Beat() | say.Chose():
                pass

    def _ended(self, slot: DeviceSlot, message: Ending) -> None:
        slot.job_id, slot.cancelled_at, slot.asked = None, None, False
        self._free.note(slot)
        slot.idle_since = self._clock.monotonic()
        slot.watchdog.reset()
        job = self._store.find(message.job_id)
        if job is not None and job.state is JobState.RUNNING:
            self._settle(slot, message, job)
        else:
            self._store.folders.drop(message.job_id)  # it was cancelled meanwhile; a late result is nobody's
        self._dispatch()

    def _settle(self, slot: DeviceSlot, message: Ending, job: Job) -> None:
        match message:
            case say.Done():
                delivered(self._store, self._throughputs, slot, message)
            case say.Learned():
                self.learnings.learned(job, message)
            case say.SetAside():
                self._adrift.forget(job.id)
                self.learnings.made_room(job, message)
            case say.Failed():
                if message.trace:
                    log.error("job %s: %s\n%s", message.job_id, message.reason, message.trace)
                self._store.move(message.job_id, JobState.FAILED, failure=Failure(message.reason, message.message))
            case say.Stopped():
                self._store.move(message.job_id, JobState.CANCELLED)

    def _gone(self, slot: DeviceSlot, message: Gone) -> None:
        was_ready, hung, at_hand = slot.ready, slot.hung, [job_id for job_id in (slot.job_id, slot.paused) if job_id is not None]
        painted_live = slot.ticket is not None
        self.live.gone(slot)
        slot.process = slot.job_id = slot.paused = slot.cancelled_at = None
        slot.ready = slot.asked = False
        for future in slot.questions.values():
            if not future.done():
                future.set_result(None)
        if self._closing:
            return
        log.warning("device %s: its worker ended with status %s", slot.id, message.lost or message.code)
        for job_id in at_hand:  # a painting that rested in the worker is lost with it: to paint it again would be a second run
            job = self._store.find(job_id)
            if job is not None and job.state is JobState.RUNNING and not self._survives(job, message):
                self._store.move(job_id, JobState.FAILED, failure=ends.lost() if message.lost else ends.hung() if hung else ends.crashed(message.code))
        slot.fragile = was_ready and not (at_hand or painted_live)
        if slot.leaving:
            self.slots.remove(slot)
        elif message.lost:
            slot.start_at = self._clock.monotonic() + BACKOFF[1]
        elif was_ready and (at_hand or painted_live or hung):
            self._start(slot)
        elif hung:
            self._start_stalled(slot)
        else:
            self._start_failed(slot, slot.complaint or ends.died(message.code, "waited for work" if was_ready else "started"))
        if message.lost and at_hand:
            self.wake()  # there may be nobody awake to go on
            self._dispatch()

    def _survives(self, job: Job, end: Gone) -> bool:
        return (not end.lost or self._adrift.takes(job)) and (bool(end.lost) if job.lesson is None else self.learnings.survives(job, bool(end.lost)))

    def _runs(self, job_id: str) -> bool:
        job = self._store.find(job_id)
        return job is not None and job.state is JobState.RUNNING
