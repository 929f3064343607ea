"""Owns a studio of devices in simulated time: the server's own store, journal, queue and dispatcher, and workers that only say what a worker says.

A handler takes as long as it takes: the processor time that the front end's one thread spends is added to the simulated time, so that a scheduler which is too
slow leaves its devices idle, here as there. What is not simulated: gRPC, pixels, pipes between processes, and waits for the disk.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from restyle_engine.parameters import Parameters
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat
from restyle_server.devices.dispatch import Dispatcher
from restyle_server.devices.throughput import Throughputs
from restyle_server.jobs.folders import JobFolders
from restyle_server.jobs.job import Job, JobClass, Lifetime
from restyle_server.jobs.journal import Journal
from restyle_server.jobs.states import JobState
from restyle_server.jobs.store import JobStore
from restyle_server.limits import BEAT_SECONDS, SWEEP_SECONDS, Limits
from restyle_server.records.order import AskedOrder, PlaneFile, StyleOrder, WeightsFile
from restyle_server.records.progress import Progress
from restyle_server.records.result import Result
from restyle_server.worker import messages as say
from restyle_server.worker.engine import Device

EPOCH = 1.8e9  # Unix time at which it begins
SIDE = 1024  # px of the pictures, whose results are counted with 3 MiB each
SCALES = 4  # of a painting, between two of which it may rest
PARTIES = 20  # clients with folders
SAMPLE = "night"


class SimulatedClock:
    """The clock of the server's code."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return EPOCH + self.now

    def monotonic(self) -> float:
        return self.now


class Events:
    """What happens when. busy: seconds that handlers took."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self.busy = 0.0

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._waiting, (self._clock.now + seconds, next(self._order), what))

    def run(self, until: Callable[[], bool]) -> None:
        while not until():
            when, _, what = heapq.heappop(self._waiting)
            self._clock.now = max(self._clock.now, when)  # later than it was due when the handlers before it took so long
            began = time.process_time()
            what()
            took = time.process_time() - began
            self.busy += took
            self._clock.now += took


@dataclass
class Studio:
    """devices paint `total` jobs of `seconds` each for clients who keep `waiting` of them in the queue, and one job at a time for a person, who asks for the
    next one `every` seconds after the last has ended. signs: workers tell of every evaluation, and that they live, as real ones do."""

    folder: Path
    devices: int
    total: int
    seconds: float = 10.0
    waiting: int = 64
    every: float = 7.0
    signs: bool = True
    evaluations: int = 60
    latencies: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = SimulatedClock()
        self.events = Events(self.clock)
        # a worker without signs would count as hung
        limits = Limits(max_jobs=self.waiting, hang_seconds=30.0 if self.signs else 1e9, unload_seconds=1e9)
        self.journal = Journal(self.folder / "jobs.sqlite")
        self.store = JobStore(self.journal, JobFolders(self.folder / "jobs"), self.clock, limits)
        names = tuple(f"cuda:{number}" for number in range(self.devices))
        self.dispatcher = Dispatcher(self.store, self.clock, limits, "", names, Throughputs(self.folder), start=self._worker)
        self.made = self.ended = self.twice = self.running = 0
        self.occupied = self._since = 0.0
        self._begun: set[str] = set()
        self._asked: dict[str, float] = {}
        told = self.store.changed

        def changed(job: Job) -> None:
            self._changed(job)
            told(job)

        self.store.changed = changed

    def run(self) -> Figures:
        """Until every job has ended."""
        before = psutil.Process().memory_info().rss
        self.events.after(0.0, self.dispatcher.open)
        self.events.after(0.0, self._fill)
        self.events.after(SWEEP_SECONDS, self._sweep)
        if self.every:
            self.events.after(self.every, self._person)
        self.events.run(lambda: self.made >= self.total and not self.store.queued)
        full, occupied = self.clock.now, self.occupied
        self.events.run(lambda: self.ended >= self.total)
        size = sum(path.stat().st_size for path in self.folder.glob("jobs.sqlite*"))
        memory = psutil.Process().memory_info().rss - before
        waits = sorted(self.latencies)
        self.store.close()
        return Figures(
            self.devices, self.total, self.clock.now, occupied / (self.devices * full), self.events.busy / self.clock.now, self.events.busy / self.total,
            waits[len(waits) // 2] if waits else None, waits[-1] if waits else None, size, memory, self.twice,
        )  # fmt: skip

    def _worker(self, device: str, _factory: str, hear: Callable[[Any, Any], None]) -> Worker:
        return Worker(device, self, hear)

    def _changed(self, job: Job) -> None:
        if job.state is JobState.RUNNING or (job.state.ended and job.state is not JobState.EXPIRED):
            self._occupy(1 if job.state is JobState.RUNNING else -1)
        if job.state is JobState.RUNNING:
            self.twice += job.id in self._begun
            self._begun.add(job.id)
            if (asked := self._asked.pop(job.id, None)) is not None:
                self.latencies.append(self.clock.now - asked)
            self.events.after(0.0, self._fill)
        if job.state.ended and job.job_class is JobClass.BATCH and job.state is not JobState.EXPIRED:
            self._begun.discard(job.id)
            self.ended += 1
            self.store.read(job.id)

        elif job.state is JobState.SUCCEEDED and self.every:
            self.store.read(job.id)
            self.events.after(self.every, self._person)

    def _occupy(self, change: int) -> None:
        """Counts the devices' seconds; a job that rests shares its device with another."""
        self.occupied += min(self.running, self.devices) * (self.clock.now - self._since)
        self._since = self.clock.now
        self.running += change

    def _fill(self) -> None:
        """Clients hand in what the queue has room for."""
        while self.made < self.total and self.store.queued_by() < self.waiting:
            self.made += 1
            self._hand_in(f"party {self.made % PARTIES}", JobClass.BATCH)

    def _person(self) -> None:
        job = self._hand_in("person", JobClass.INTERACTIVE)
        if self.store.find(job) is not None and self.store.get(job).state is JobState.QUEUED:
            self._asked[job] = self.clock.now
        elif job in self._begun:
            self.latencies.append(0.0)

    def _hand_in(self, party: str, kind: JobClass) -> str:
        self.dispatcher.check_device("")  # this, and that there is room, is asked of every job that comes
        self.store.queued_by(party)
        self.store.bytes_in_flight(party)

        def made(job_id: str, arrival: int) -> Job:
            plane = PlaneFile(self.folder / "jobs" / job_id / "payload-0", PixelFormat(Channels.RGB, Depth.U8), SIDE, SIDE)
            order = AskedOrder(plane, (StyleOrder(SAMPLE, picture=plane.path),), WeightsFile("vgg16", self.folder), Parameters(size=SIDE))
            return Job(
                job_id, party, job_id, "a picture", Lifetime.DETACHED, kind, JobState.UPLOADING, self.clock.time(), arrival, SIDE * SIDE * 3, "vgg16",
                order=order,
            )  # fmt: skip

        job = self.store.add(made)
        self.store.place(self.store.move(job.id, JobState.QUEUED))  # as its caller is told
        return job.id

    def _sweep(self) -> None:
        self.store.sweep()
        self.dispatcher.sweep()
        self.events.after(SWEEP_SECONDS, self._sweep)


@dataclass(frozen=True)
class Figures:
    """seconds: simulated. share: of the devices' time in which they paint, as long as anything waits. busy: share of the time that the front end's thread
    computed. each: its seconds per job. usual, longest: seconds that a person waited for the start of a job. journal, memory: bytes at the end, and more than
    at the beginning. twice: jobs that began more than once."""

    devices: int
    jobs: int
    seconds: float
    share: float
    busy: float
    each: float
    usual: float | None
    longest: float | None
    journal: int
    memory: int
    twice: int


class Worker:
    """Says what a worker's process says. A painting rests between two scales, for one that goes first."""

    pid = None
    reached = True

    def __init__(self, device: str, studio: Studio, hear: Callable[[Any, Any], None]) -> None:
        self._device, self._studio, self._hear = device, studio, hear
        self._rests: list[tuple[say.Paint, int]] = []
        self._asked = False
        self._steps = 0
        span, steps = studio.seconds / SCALES, studio.evaluations // SCALES
        self._times = tuple(say.ScaleTime((SIDE >> SCALES - scale) ** 2, steps, span, scale) for scale in range(1, SCALES + 1))
        studio.events.after(0.1, self._ready)

    def tell(self, command: Any) -> None:
        match command:
            case say.Paint():
                self._paint(command, 1)
            case say.Pause():
                self._asked = True
            case say.Resume():
                self._paint(*self._rests.pop())
            case _:
                pass

    def kill(self) -> None:
        raise AssertionError("no worker is to be killed here")

    def vitals(self) -> None:
        return None

    def _ready(self) -> None:
        memory = 80 << 30
        self._say(say.Ready(Device(self._device, "cuda", "simulated", memory, memory, bf16=True), ("sequence",)))
        if self._studio.signs:
            self._beat()

    def _beat(self) -> None:
        self._say(say.Beat(self._studio.clock.now, self._steps, 0.2))
        self._studio.events.after(BEAT_SECONDS, self._beat)

    def _paint(self, order: say.Paint, scale: int) -> None:
        span, steps = self._studio.seconds / SCALES, self._studio.evaluations // SCALES
        if self._studio.signs:
            for step in range(steps):
                self._studio.events.after(span * step / steps, lambda step=step: self._told(order, scale, step))  # type: ignore[misc]
        self._studio.events.after(span, lambda: self._scaled(order, scale))

    def _told(self, order: say.Paint, scale: int, step: int) -> None:
        self._steps += 1
        share = (scale - 1 + step / (self._studio.evaluations // SCALES)) / SCALES
        self._say(say.Advanced(order.job_id, Progress(scale, SCALES, SIDE, SIDE, step, self._studio.evaluations, share, 0.5, 0.3, 0.2)))

    def _scaled(self, order: say.Paint, scale: int) -> None:
        if scale == SCALES:
            self._asked = False
            result = Result(order.out, PixelFormat(Channels.RGB, Depth.U8), SIDE, SIDE, SIDE * SIDE * 3, 0, SIDE, SIDE)
            self._say(say.Done(order.job_id, result, None, False, (), say.Timing(self._studio.seconds, 0.1, self._times)))
        elif self._asked:
            self._asked = False
            self._rests.append((order, scale + 1))
            self._say(say.Paused(order.job_id))
        else:
            self._paint(order, scale + 1)

    def _say(self, message: Any) -> None:
        self._hear(self, message)


def simulated(folder: Path, devices: int, total: int, **more: Any) -> Figures:
    """A studio from its first job to its last. more: as Studio has it."""

    async def inside() -> Figures:
        return Studio(folder, devices, total, **more).run()

    return asyncio.run(inside())
