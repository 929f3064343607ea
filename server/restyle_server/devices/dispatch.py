"""Owns who paints what: one station per device, whose workers come and go; takes waiting jobs off the board, and puts their ends onto it."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable

from restyle_engine.large import sizing

from ..clock import Clock
from ..jobs.job import Job, JobClass
from ..jobs.journal import JournalFailure
from ..jobs.states import JobState
from ..jobs.store import Board
from ..limits import Limits
from ..records.order import Order
from ..records.result import Failure
from ..refusals import Invalid, TooLarge, Unavailable
from ..worker import messages as say
from ..worker.engine import Estimate
from .slots import Gone, Station, WorkerProcess
from .throughput import Paces
from .vitals import vitals

log = logging.getLogger(__name__)

KILLED = -9  # exit status of a process that SIGKILL ended
BACKOFF = (0.0, 0.5, 2.0, 10.0, 60.0)  # s before the next start, by failed starts in a row
UNWRITTEN = Failure(
    "DISK_FULL",
    "The server can't write its journal; make room on its disk. If there is room, it is damaged: end the server with `restyle stop`, the next begins another.",
)


class Dispatcher:
    """Gives jobs to stations. Everything happens on the loop's thread."""

    def __init__(self, board: Board, clock: Clock, limits: Limits, factory: str, devices: tuple[str, ...], paces: Paces) -> None:
        self._board = board
        self._paces = paces
        self._clock = clock
        self._limits = limits
        self.stations = [Station(device, factory, clock, limits) for device in devices]
        self.accepting = True  # False while the server drains: nothing new starts
        self._tickets = itertools.count()
        self._closing = False
        self._rest = asyncio.Event()  # set whenever a job has ended
        self.prepare: Callable[[bool], say.Prepare] | None = None  # what a worker is told first; True: it loads weights at once
        board.changed = lambda job: self._changed(job)
        board.watched = self._watched

    def open(self) -> None:
        """Starts the workers."""
        for station in self.stations:
            self._start(station)

    def sweep(self) -> None:
        """Kills what hangs, starts what is due. Called every SWEEP_SECONDS."""
        for station in self.stations:
            now = self._clock.monotonic()
            if station.process is None:
                if not station.asleep and now >= station.start_at:
                    self._start(station)
            elif not station.hung and self._hangs(station, station.process):
                log.warning("device %s: its worker hangs %s and is killed", station.id, _when(station))
                station.hung = True
                station.process.kill()
            elif not station.hung and station.cancelled_at is not None and station.watchdog.overdue(station.cancelled_at):
                log.warning("device %s: its worker does not leave a cancelled job and is killed", station.id)
                station.hung = True
                station.process.kill()
            elif station.ready and station.job_id is None and station.paused is None and now - station.idle_since >= self._limits.unload_seconds:
                log.info("device %s: its worker ends for lack of work", station.id)
                station.asleep, station.ready = True, False
                station.process.kill()
                station.process = None  # what it still says is nobody's concern

    def wake(self) -> None:
        """There will be work: starts the workers that were ended for lack of it."""
        for station in self.stations:
            if station.asleep:
                station.asleep = False
                station.idle_since = station.start_at = self._clock.monotonic()
                self._start(station)

    @property
    def running(self) -> int:
        """How many jobs run."""
        return len(self._board.running())

    async def rested(self) -> None:
        """Returns when no job runs."""
        while self.running:
            self._rest.clear()
            await self._rest.wait()

    def features(self) -> tuple[str, ...]:
        """The optional parts of the API that every engine fills; empty until one has said so."""
        known = [set(station.features) for station in self.stations if station.device]
        return tuple(sorted(set.intersection(*known))) if known else ()

    def check_device(self, device: str) -> None:
        """Invalid when no station has this device; Unavailable when all that could paint are down."""
        fit = [station for station in self.stations if station.fits(device)]
        if self._unknown(device):
            raise Invalid("spec.parameters.device", self._no_such(device))
        if fit and all(station.state == "down" for station in fit):
            raise Unavailable(f"The server's engine does not start. {fit[0].complaint}", reason="ENGINE_DOWN", retry_after=BACKOFF[-1])

    def cancel(self, job_id: str) -> None:
        """The job's state is decided by the board; here its worker is told to leave it."""
        self._tell(job_id, say.Cancel(job_id))
        for station in self.stations:
            if station.job_id == job_id:
                station.cancelled_at = self._clock.monotonic()

    def finish(self, job_id: str) -> None:
        """The job's worker is told to deliver what there is."""
        self._tell(job_id, say.Finish(job_id))

    async def estimate(self, order: Order, device: str, ready_seconds: float, answer_seconds: float) -> tuple[Station, Estimate] | None:
        """What the order would cost on the device, or on the first that is ready; None when no worker is ready or answers in time. TooLarge and Invalid."""
        self.wake()
        deadline = asyncio.get_running_loop().time() + ready_seconds
        while not (ready := [station for station in self.stations if station.ready and station.fits(device)]):
            if asyncio.get_running_loop().time() >= deadline:
                return None
            await asyncio.sleep(0.05)
        station = ready[0]
        answer = await self._ask(station, order, answer_seconds)
        if answer is None:
            return None
        if answer.estimate is None:
            if answer.reason in ("OUT_OF_MEMORY", "IMAGE_TOO_LARGE"):
                raise TooLarge(answer.message, 0)
            raise Invalid("spec", answer.message, reason=answer.reason)
        return station, answer.estimate

    async def close(self) -> None:
        """Kills the workers and waits for their ends."""
        self._closing = True
        for station in self.stations:
            if station.process is not None:
                station.process.kill()
        for _ in range(200):
            if all(station.process is None for station in self.stations):
                return
            await asyncio.sleep(0.01)

    # ---- Inside

    async def _ask(self, station: Station, order: Order, seconds: float) -> say.Answer | None:
        if station.process is None:
            return None
        ticket = next(self._tickets)
        station.questions[ticket] = asyncio.get_running_loop().create_future()
        station.process.tell(say.Ask(ticket, order))
        try:
            return await asyncio.wait_for(station.questions[ticket], seconds)
        except TimeoutError:
            return None
        finally:
            station.questions.pop(ticket, None)

    def _start(self, station: Station) -> None:
        station.watchdog.reset()
        station.hung = station.ready = station.warm = False
        try:
            station.process = WorkerProcess(station.wanted, station.factory, lambda process, message: self._hear(station, process, message))
        except OSError as error:
            self._start_failed(station, f"The system refused another process ({error.strerror}).")

    def _hangs(self, station: Station, process: WorkerProcess) -> bool:
        return station.watchdog.hung(not station.ready or station.job_id is not None, lambda: vitals(process.pid))

    def _start_stalled(self, station: Station) -> None:
        """Nobody knows that it can't start: the jobs wait, and it is tried again."""
        station.stalled_starts += 1
        station.start_at = self._clock.monotonic() + BACKOFF[min(station.stalled_starts, len(BACKOFF) - 1)]
        log.error("device %s: its worker got no further while it started (%d in a row); it is started again", station.id, station.stalled_starts)

    def _start_failed(self, station: Station, complaint: str) -> None:
        station.failed_starts += 1
        station.complaint = complaint
        station.start_at = self._clock.monotonic() + BACKOFF[min(station.failed_starts, len(BACKOFF) - 1)]
        log.error("device %s: its worker did not start (%d in a row): %s", station.id, station.failed_starts, complaint)
        if all(other.state == "down" for other in self.stations):
            failure = Failure("ENGINE_DOWN", f"The server's engine does not start. {complaint}")
            for job in self._board.waiting():
                self._board.move(job.id, JobState.FAILED, failure=failure)

    def _unknown(self, device: str) -> bool:
        """Whether no station has this device, as far as their names are known: that takes their first workers."""
        return all(station.device for station in self.stations) and not any(station.fits(device) for station in self.stations)

    def _no_such(self, device: str) -> str:
        return f"this server has no device {device!r}; it has {', '.join(station.id for station in self.stations)}."

    def _refuse_unknown(self) -> None:
        """Jobs that came before the stations' names were known, or from an earlier server with other devices, would wait for ever."""
        for job in self._board.waiting():
            if self._unknown(job.wanted_device):
                words = self._no_such(job.wanted_device)
                self._board.move(job.id, JobState.FAILED, failure=Failure("BAD_INPUT", f"{words[0].upper()}{words[1:]}"))

    def _changed(self, job: Job) -> None:
        if job.state.ended:
            self._rest.set()
        if job.state is JobState.QUEUED:
            self.wake()
            self._dispatch()

    def _dispatch(self) -> None:
        for station in self.stations:
            if not station.ready or station.job_id is not None:
                continue
            if station.paused is not None:
                self._receive_guest(station, station.paused)
                continue
            job = self._board.turns.next(self._board.waiting(), station.names) if self.accepting else None
            if job is not None:
                self._begin(station, job)
        self._ask_for_room()

    def _receive_guest(self, station: Station, paused: str) -> None:
        """A device whose batch job rests takes an interactive one, or goes on."""
        guest = self._board.turns.guest(self._board.waiting(), station.names) if self.accepting and self._runs(paused) else None
        if guest is not None:
            self._begin(station, guest)
        elif station.process is not None:
            station.job_id, station.paused = paused, None
            station.cancelled_at = None if self._runs(paused) else self._clock.monotonic()
            station.watchdog.reset()
            self._board.turns.resume()
            log.info("job %s: goes on", paused)
            station.process.tell(say.Resume(paused))

    def _ask_for_room(self) -> None:
        """For every interactive job that still waits, one device's batch job is asked to rest at the end of its scale."""
        busy = [station for station in self.stations if station.paused is None and self._runs_batch(station)]
        for job in self._board.waiting():
            if job.job_class is not JobClass.INTERACTIVE:
                continue
            fit = [station for station in busy if station.fits(job.wanted_device)]
            if not fit or not self.accepting:
                continue
            station = next((station for station in fit if station.asked), fit[0])
            busy.remove(station)
            if not station.asked and station.process is not None and station.job_id is not None:
                station.asked = True
                station.process.tell(say.Pause(station.job_id))

    def _runs_batch(self, station: Station) -> bool:
        job = self._board.find(station.job_id) if station.job_id else None
        return job is not None and job.state is JobState.RUNNING and job.job_class is JobClass.BATCH

    def _begin(self, station: Station, job: Job) -> None:
        order, device, process = job.order, station.device, station.process
        if order is None or device is None or process is None:  # a station that is ready has both, a waiting job its order
            raise RuntimeError("a job without an order, or a station without a worker")
        resolved = sizing.resolved(order.parameters, order.content.width, order.content.height, device.kind, device.bf16)
        station.job_id = job.id  # first: the board's other watchers may ask for the next job meanwhile
        self._board.turns.start(job)
        try:
            self._board.move(job.id, JobState.RUNNING, started=self._clock.time(), resolved=resolved, device=station.describe())
        except JournalFailure:
            station.job_id = None
            self._board.move(job.id, JobState.FAILED, failure=UNWRITTEN)
            return
        station.watchdog.reset()
        folders = self._board.folders
        process.tell(say.Paint(job.id, order, folders.result(job.id), folders.report(job.id), self._board.preview_size(job.id)))

    def _tell(self, job_id: str, command: say.Command) -> None:
        for station in self.stations:
            if job_id in (station.job_id, station.paused) and station.process is not None:
                station.process.tell(command)

    def _watched(self, job_id: str) -> None:
        self._tell(job_id, say.Previews(job_id, self._board.preview_size(job_id)))

    def _hear(self, station: Station, process: WorkerProcess, message: say.Message | Gone) -> None:
        if process is not station.process:
            return
        if isinstance(message, Gone):
            self._gone(station, message)
            return
        station.watchdog.heard(message)
        match message:
            case say.Ready():
                station.device, station.features = message.device, message.features
                station.ready, station.failed_starts, station.stalled_starts, station.complaint = True, 0, 0, ""
                station.watchdog.reset()
                station.idle_since = self._clock.monotonic()
                log.info("device %s: ready (%s), process %s", station.id, message.device.name, process.pid)
                if self.prepare is not None:
                    process.tell(self.prepare(not station.fragile and not self._board.waiting()))
                self._refuse_unknown()
                self._dispatch()
            case say.Unusable():
                station.complaint = message.message
                log.error("device %s: %s\n%s", station.id, message.message, message.trace)
            case say.Advanced():
                self._board.progress(message.job_id, message.progress)
            case say.Previewed():
                self._board.preview(message.job_id, message.picture)
            case say.Paused():
                log.info("job %s: rests between two scales", message.job_id)
                station.job_id, station.paused, station.asked, station.cancelled_at = None, message.job_id, False, None
                self._dispatch()
            case say.Answer():
                if (future := station.questions.get(message.ticket)) and not future.done():
                    future.set_result(message)
            case say.Done() | say.Failed() | say.Stopped():
                self._ended(station, message)
            case say.Beat():
                pass

    def _ended(self, station: Station, message: say.Done | say.Failed | say.Stopped) -> None:
        station.job_id, station.cancelled_at, station.asked = None, None, False
        station.idle_since = self._clock.monotonic()
        station.watchdog.reset()
        if isinstance(message, say.Failed) and message.trace and self._runs(message.job_id):
            log.error("job %s: %s\n%s", message.job_id, message.reason, message.trace)
        if self._runs(message.job_id):
            self._settle(station, message)
        else:
            self._board.folders.drop(message.job_id)  # it was cancelled meanwhile; a late result is nobody's
        self._dispatch()

    def _settle(self, station: Station, message: say.Done | say.Failed | say.Stopped) -> None:
        match message:
            case say.Done():
                self._paces.learn(station.describe(), message.resolved, message.timing, warm=station.warm)
                station.warm = True
                self._board.move(
                    message.job_id,
                    JobState.SUCCEEDED,
                    result=message.result,
                    resolved=message.resolved,
                    progress=message.progress,
                    finished_early=message.finished_early,
                    warnings=message.warnings,
                )
            case say.Failed():
                self._board.move(message.job_id, JobState.FAILED, failure=Failure(message.reason, message.message))
            case say.Stopped():
                self._board.move(message.job_id, JobState.CANCELLED)

    def _gone(self, station: Station, message: Gone) -> None:
        was_ready, hung, at_hand = station.ready, station.hung, [job_id for job_id in (station.job_id, station.paused) if job_id is not None]
        station.process, station.ready, station.job_id, station.cancelled_at = None, False, None, None
        station.paused, station.asked = None, False
        for future in station.questions.values():
            if not future.done():
                future.set_result(None)
        if self._closing:
            return
        log.warning("device %s: its worker ended with status %s", station.id, message.code)
        for job_id in at_hand:  # a job that rested in the worker is lost with it: to paint it again would be a second run
            if self._runs(job_id):
                self._board.move(job_id, JobState.FAILED, failure=_hung() if hung else _crashed(message.code))
        station.fragile = was_ready and not at_hand
        if was_ready and (at_hand or hung):
            self._start(station)
        elif hung:
            self._start_stalled(station)
        else:
            self._start_failed(station, station.complaint or _died(message.code, "waited for work" if was_ready else "started"))

    def _runs(self, job_id: str) -> bool:
        job = self._board.find(job_id)
        return job is not None and job.state is JobState.RUNNING


def _when(station: Station) -> str:
    if not station.ready:
        return "while it starts"
    return "without a job" if station.job_id is None else f"in job {station.job_id}"


def _died(code: int | None, doing: str) -> str:
    """Of a process that painted nothing. doing: what it did instead."""
    hint = "the system killed it, often for lack of memory; close other programs" if code == KILLED else "the server's log says more"
    return f"The painter's process ended unexpectedly while it {doing}: {hint}."


def _crashed(code: int | None) -> Failure:
    if code == KILLED:
        hint = "the system killed it, often for lack of memory; try a smaller size."
    else:
        hint = "send the job again; if it happens twice, the server's log says more."
    return Failure("WORKER_CRASHED", f"The process that painted this job ended unexpectedly: {hint}")


def _hung() -> Failure:
    return Failure(
        "WORKER_HUNG", "The process that painted this job gave no sign of life and was ended; send the job again, at a smaller size if it happens twice."
    )
