"""Owns the front end's side of a device: its slot, and the spawned process there, which can be told, heard, watched, killed and replaced."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import multiprocessing
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any, Protocol

from ..clock import Clock
from ..limits import Limits
from ..records.live import LiveShape
from ..worker import messages as say
from ..worker.engine import Device
from ..worker.process import main as worker_main
from .vitals import Vitals, vitals

log = logging.getLogger(__name__)

BUSY_SHARE = 0.02  # of a CPU: a worker that computes uses more, a hung one nothing
SIGN_SHARE = 0.001  # of a CPU: signs of life alone use less
STARTS = 3  # failed starts in a row, after which a device counts as down
PATIENCE = 20.0  # times the limit that a worker without evaluations gets as long as it computes: decoding, statistics and upsampling of huge pictures
SILENCE_SECONDS = 2.0  # after which the system is asked about a worker without work


@dataclass(frozen=True, slots=True)
class Gone:
    """The worker has ended. code: its exit status, negative for a signal. lost: why nobody can reach it any more, which is no fault of its job."""

    code: int | None
    lost: str = ""


class Worker(Protocol):
    """Who paints on a device, as the dispatcher knows it."""

    @property
    def pid(self) -> int | None: ...

    @property
    def reached(self) -> bool:
        """Whether it has what it was told, and could be heard now, if it said something."""

    def vitals(self) -> Vitals | None:
        """What its system tells about it; None: nothing."""

    def tell(self, command: say.Command) -> None:
        """Sends the command, some time soon; lost when it is gone."""

    def kill(self) -> None:
        """Ends it at once; it is heard to be Gone."""


Hear = Callable[[Any, say.Message | Gone], None]
"""Called with the worker and what it says, on the loop's thread, at last Gone."""


class WorkerProcess:
    """One process. `hear(process, message)` is called on the loop's thread, at last with Gone."""

    def __init__(self, device_id: str, factory: str, hear: Hear) -> None:
        """Starts it. OSError when the system has no room for another process."""
        self._hear = hear
        self._loop = asyncio.get_running_loop()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=worker_main, args=(theirs, factory, device_id), name=f"restyle worker {device_id}", daemon=True)
        with without_main():
            self._process.start()
        theirs.close()
        self._words: queue.SimpleQueue[say.Command | None] = queue.SimpleQueue()
        for work in (self._read, self._write):
            threading.Thread(target=work, args=(self._pipe,), daemon=True, name=f"worker {device_id} {work.__name__.strip('_')}").start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def reached(self) -> bool:
        return True

    def vitals(self) -> Vitals | None:
        return vitals(self.pid)

    def tell(self, command: say.Command) -> None:
        """Sends the command, some time soon; lost when the process is gone."""
        self._words.put(command)

    def kill(self) -> None:
        """Ends the process at once; `hear` gets Gone."""
        self._process.kill()

    def _write(self, pipe: Connection) -> None:
        while (command := self._words.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # its reader hears of the end
                pipe.send(command)

    def _read(self, pipe: Connection) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._pass(pipe.recv())
        self._process.join()
        self._words.put(None)
        pipe.close()
        self._pass(Gone(self._process.exitcode))

    def _pass(self, message: say.Message | Gone) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to hear
            self._loop.call_soon_threadsafe(self._hear, self, message)


@contextlib.contextmanager
def without_main() -> Iterator[None]:
    """A spawned process imports its parent's main program again, which here is a command line or a test runner: slow, large, and of no use to a worker."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class Watchdog:
    """Tells a hung worker from a busy one, and from one that gets no turn on a machine with more work than processors.

    Hung is a process that for hang_seconds gave no sign of life, used no processor time, and didn't want any. So is one that starts or has a job, has got no
    further for max(hang_seconds, hang_evaluations × the slowest evaluation of its scale), and meanwhile neither computed nor, most of the time, waited for a
    processor or the disk. One that computes gets PATIENCE times as long, counted in its own processor time, because huge pictures take their time before and
    after the evaluations.
    """

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        self._looked = clock.monotonic()
        self.beats = 0  # heard in all
        self.reset()

    def reset(self) -> None:
        """A new process, a new job, or none."""
        self._heard = self._lived = self._moved = self._clock.monotonic()
        self._cpu = 0.0  # s, as known last
        self._cpu_heard = self._cpu_moved = 0.0
        self._known = False  # whether any processor time has been told since
        self._looks = self._wanting = 0  # since it moved
        self._beat = say.Beat(0.0, 0, 0.0)

    def heard(self, message: say.Message) -> None:
        """Any message is a sign of life."""
        self._heard = self._lived = self._clock.monotonic()
        if isinstance(message, say.Beat):
            self.beats += 1
            first = not self._known
            self._note(message.cpu_seconds)
            if first or message.steps != self._beat.steps:
                self._moved, self._cpu_moved, self._looks, self._wanting = self._heard, self._cpu, 0, 0
            self._beat = message
        self._cpu_heard = self._cpu

    def overdue(self, since: float) -> bool:
        """Whether a worker that was told to leave its job then should have done so. One that waits for its turn has until it had the time."""
        limit = max(self._limits.cancel_seconds, self._limits.cancel_evaluations * self._beat.slowest)
        span = self._clock.monotonic() - since
        return span > limit and not self._starved(span, limit, self._cpu - self._cpu_moved)

    def hung(self, at_work: bool, look: Callable[[], Vitals | None]) -> bool:
        """Whether the process should be killed. Called at every sweep. at_work: it starts, or has a job. look: asks the system about it."""
        now = self._clock.monotonic()
        asleep, self._looked = now - self._looked > self._limits.hang_seconds / 2, now
        if asleep:  # the whole machine was, or this process: nobody could be heard
            self._heard = self._lived = self._moved = now
            return False
        silent, still = now - self._heard, now - self._moved
        if at_work or silent > SILENCE_SECONDS:
            self._see(look())
        least = self._limits.hang_seconds
        if now - self._lived > least or self._spent(silent, least, self._cpu - self._cpu_heard):
            return True
        limit, computed = max(least, self._limits.hang_evaluations * self._beat.slowest), self._cpu - self._cpu_moved
        busy = computed >= BUSY_SHARE * still or 2 * self._wanting > self._looks
        return at_work and silent <= least and ((still > limit and not busy) or self._spent(still, limit, computed))

    def _see(self, vitals: Vitals | None) -> None:
        if vitals is None:
            return
        self._looks += 1
        self._wanting += vitals.wanting
        if vitals.wanting or vitals.cpu_seconds > self._cpu:
            self._lived = self._clock.monotonic()
        self._note(vitals.cpu_seconds)

    def _note(self, cpu_seconds: float) -> None:
        if not self._known:
            self._known, self._cpu_heard, self._cpu_moved = True, cpu_seconds, cpu_seconds
        self._cpu = max(self._cpu, cpu_seconds)

    def _spent(self, span: float, limit: float, computed: float) -> bool:
        """Whether all patience is spent."""
        return span > PATIENCE * limit and not self._starved(span, PATIENCE * limit / 2, computed)

    def _starved(self, span: float, limit: float, computed: float) -> bool:
        """Whether the process mostly waited for its turn, and has had some processor time but not yet `limit` seconds of it."""
        return 2 * self._wanting > self._looks and SIGN_SHARE * span <= computed <= limit


_numbers = itertools.count()


class DeviceSlot:
    """A device and its worker of the moment."""

    def __init__(self, wanted: str, start: Callable[[Hear], Worker], clock: Clock, limits: Limits) -> None:
        """start: its next worker. OSError when there is no room for one."""
        self.wanted = wanted
        self.number = next(_numbers)  # rises from slot to slot
        self.start = start
        self.device: Device | None = None  # known once its first worker was ready
        self.features: tuple[str, ...] = ()
        self.live: LiveShape | None = None  # how its engine paints live
        self.ticket: int | None = None  # of the part of a live canvas that its worker is at, beside its job
        self.job_id: str | None = None  # what the worker is at, even when that job has been cancelled meanwhile
        self.paused: str | None = None  # a batch job that rests in the worker, between two scales, while others go first
        self.asked = False  # whether the worker has been told to let its job rest
        self.ready = False
        self.warm = False  # whether its worker has painted
        self.fragile = False  # whether its last worker ended without a job at hand: the next one does nothing before it is asked
        self.failed_starts = 0
        self.stalled_starts = 0  # in a row, of workers that hung before they were ready
        self.complaint = ""  # why the last start failed
        self.hung = False  # whether its worker has been killed, and its end is yet to be heard
        self.leaving = False  # its device is no more
        self.asleep = False  # its worker was ended because nobody needed it
        self.idle_since = clock.monotonic()
        self.cancelled_at: float | None = None  # when its worker was told to leave the job that it is at
        self.process: Worker | None = None
        self.start_at = clock.monotonic()
        self.watchdog = Watchdog(clock, limits)
        self.questions: dict[int, asyncio.Future[say.Answer | None]] = {}

    @property
    def id(self) -> str:
        return self.device.id if self.device else self.wanted

    @property
    def state(self) -> str:
        """As restyle.proto's DeviceInfo says."""
        if self.failed_starts >= STARTS or self.leaving:
            return "down"
        if self.asleep:
            return "idle"
        if not self.ready:
            return "starting"
        return "busy" if self.job_id else "idle"

    @property
    def serves(self) -> bool:
        """Whether its worker is there for whatever comes next; one that has been killed may still be heard, and isn't."""
        return self.ready and not self.hung and not self.leaving

    @property
    def names(self) -> tuple[str, str]:
        """What a caller may call the device."""
        return (self.id, self.wanted)

    def fits(self, device: str) -> bool:
        """Whether a job that asks for this device may be painted here; "": any."""
        return device in ("", *self.names)

    @property
    def when(self) -> str:
        """What its worker is at, for people."""
        if not self.ready:
            return "while it starts"
        return "without a job" if self.job_id is None else f"in job {self.job_id}"

    def describe(self) -> str:
        """The device for people, such as "cpu: AMD EPYC, 2 threads, bf16"."""
        return f"{self.device.id}: {self.device.name}, {'bf16' if self.device.bf16 else 'fp32'}" if self.device else self.wanted
