"""Owns the promise that no device rests while a job could be painted on it, whatever became of the jobs and of the workers before."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from calls import SIDE, Clock
from restyle_engine.parameters import Parameters
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat
from restyle_server.devices.dispatch import BACKOFF, Dispatcher
from restyle_server.devices.slots import STARTS, Gone
from restyle_server.devices.throughput import Throughputs
from restyle_server.jobs.folders import JobFolders
from restyle_server.jobs.job import Job, JobClass, Lifetime
from restyle_server.jobs.journal import Journal, JournalFailure
from restyle_server.jobs.states import JobState
from restyle_server.jobs.store import JobStore
from restyle_server.limits import Limits
from restyle_server.records.order import AskedOrder, PlaneFile, StyleOrder, WeightsFile
from restyle_server.records.result import Result
from restyle_server.worker import messages as say
from restyle_server.worker.engine import Device

GRAY = PixelFormat(Channels.GRAY, Depth.U8)


class Worker:
    """Does nothing by itself. told: all that it was told."""

    pid = None
    reached = True

    def __init__(self, device: str, _factory: str, hear: Callable[[Any, Any], None]) -> None:
        self._device, self._hear = device, hear
        self.told: list[Any] = []

    def tell(self, command: Any) -> None:
        self.told.append(command)

    def kill(self) -> None:
        pass

    def vitals(self) -> None:
        return None

    def ready(self) -> None:
        self.says(say.Ready(Device(self._device, "cpu", "scripted", 1 << 30, 1 << 30, bf16=False), ("sequence",)))

    def done(self, job: str) -> None:
        self.says(say.Done(job, Result(Path("nowhere"), GRAY, SIDE, SIDE, SIDE * SIDE, 0, SIDE, SIDE), None, False, (), say.Timing(1.0, 0.1, ())))

    def says(self, message: Any) -> None:
        self._hear(self, message)

    @property
    def painted(self) -> list[str]:
        """The jobs that it was told to paint."""
        return [one.job_id for one in self.told if isinstance(one, say.Paint)]


class Studio:
    """A dispatcher of scripted workers, by device, and the store of its jobs."""

    def __init__(self, folder: Path, devices: tuple[str, ...]) -> None:
        self.clock = Clock()
        self.folder = folder
        self.journal = Journal(folder / "jobs.sqlite")
        self.store = JobStore(self.journal, JobFolders(folder / "jobs"), self.clock, Limits())
        self.dispatcher = Dispatcher(self.store, self.clock, Limits(), "", devices, Throughputs(folder), start=Worker)
        self.dispatcher.open()

    def worker(self, number: int = 0) -> Worker:
        process = self.dispatcher.slots[number].process
        assert isinstance(process, Worker)
        return process

    def hand_in(self, kind: JobClass = JobClass.INTERACTIVE, previous: tuple[str, ...] = (), **more: Any) -> str:
        def made(job_id: str, arrival: int) -> Job:
            plane = PlaneFile(self.folder / "jobs" / job_id / "payload-0", GRAY, SIDE, SIDE)
            order = AskedOrder(plane, (StyleOrder("night", picture=plane.path),), WeightsFile("vgg16", self.folder), Parameters())
            words: dict[str, Any] = {"order": order, "previous": previous, "sequence": True, **more}
            return Job(job_id, "me", job_id, "", Lifetime.DETACHED, kind, JobState.UPLOADING, self.clock.time(), arrival, SIDE * SIDE, "vgg16", **words)

        return self.store.move(self.store.add(made).id, JobState.QUEUED).id

    def state(self, job: str) -> JobState:
        return self.store.get(job).state


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Callable[..., Studio]]:
    """Of these devices, whose workers are ready."""
    made: list[Studio] = []

    def of(*devices: str) -> Studio:
        made.append(Studio(tmp_path, devices))
        for number in range(len(devices)):
            made[-1].worker(number).ready()
        return made[-1]

    yield of
    for one in made:
        one.store.close()


def test_a_job_whose_machine_is_lost_wakes_the_devices_that_sleep(studio: Callable[..., Studio]) -> None:
    place = studio("one", "two")
    job = place.hand_in()
    assert place.worker(0).painted == [job]
    place.clock.turn(Limits().unload_seconds + 1)
    place.worker(0).says(say.Beat(1.0, 1, 0.1))
    place.dispatcher.sweep()
    assert place.dispatcher.slots[1].asleep
    place.worker(0).says(Gone(None, "its machine is gone"))
    place.worker(1).ready()
    assert place.worker(1).painted == [job]
    assert place.state(job) is JobState.RUNNING


def test_a_look_that_is_learned_makes_room_for_a_job_whose_machine_is_lost(studio: Callable[..., Studio]) -> None:
    place = studio("one", "two")
    job, look = place.hand_in(JobClass.BATCH), place.hand_in(JobClass.BACKGROUND)
    assert place.worker(1).painted == [look]
    place.worker(0).says(Gone(None, "its machine is gone"))
    assert say.Pause(look) in place.worker(1).told
    place.worker(1).says(say.SetAside(look, None))
    assert place.worker(1).painted == [look, job]


def test_a_job_that_can_not_begin_keeps_nobody_from_the_next(studio: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch) -> None:
    place = studio("one")
    first, second, third, last = (place.hand_in() for _ in range(4))
    put, full = Journal.put, {second, third}

    def fails(journal: Journal, job: Job) -> None:
        if job.id in full and job.state is JobState.RUNNING:
            raise JournalFailure("full")
        put(journal, job)

    monkeypatch.setattr(Journal, "put", fails)
    place.worker().done(first)
    assert [place.state(job) for job in (first, second, third, last)] == [JobState.SUCCEEDED, JobState.FAILED, JobState.FAILED, JobState.RUNNING]


def test_a_guest_that_can_not_begin_lets_the_one_that_rests_go_on(studio: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch) -> None:
    place = studio("one")
    host = place.hand_in(JobClass.BATCH)
    guest, put = place.hand_in(), Journal.put

    def fails(journal: Journal, job: Job) -> None:
        if job.id == guest and job.state is JobState.RUNNING:
            raise JournalFailure("full")
        put(journal, job)

    monkeypatch.setattr(Journal, "put", fails)
    assert say.Pause(host) in place.worker().told
    place.worker().says(say.Paused(host))
    assert place.state(guest) is JobState.FAILED
    assert place.worker().told[-1] == say.Resume(host)


def test_an_end_that_can_not_be_noted_costs_the_device_nothing(studio: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch) -> None:
    place = studio("one")
    first, second = place.hand_in(), place.hand_in()

    def fails(*_: object) -> None:
        raise RuntimeError("nobody foresaw this")

    with monkeypatch.context() as patch:
        patch.setattr("restyle_server.devices.dispatch.delivered", fails)
        with pytest.raises(RuntimeError):
            place.worker().done(first)
    third = place.hand_in()
    assert place.worker().painted == [first, second]
    place.worker().done(second)
    assert place.worker().painted == [first, second, third]


def test_frames_for_a_device_that_is_no_more_cost_the_others_nothing(tmp_path: Path) -> None:
    place = Studio(tmp_path, ("one",))
    first = place.hand_in(wanted_device="gone")
    second = place.hand_in(previous=(first,), wanted_device="gone")
    third = place.hand_in()
    place.worker().ready()
    assert [place.state(job) for job in (first, second, third)] == [JobState.FAILED, JobState.FAILED, JobState.RUNNING]
    place.store.close()


def test_frames_of_a_film_fail_with_an_engine_that_does_not_start(tmp_path: Path) -> None:
    place = Studio(tmp_path, ("one",))
    first = place.hand_in()
    row = [first, place.hand_in(previous=(first,)), place.hand_in()]
    for _ in range(STARTS):
        place.worker().says(Gone(1))
        place.clock.turn(BACKOFF[-1] + 1)
        place.dispatcher.sweep()
    assert {place.state(job) for job in row} == {JobState.FAILED}
    place.store.close()


def test_a_row_of_frames_ends_with_its_first_however_long_it_is(studio: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch) -> None:
    place, depths = studio(), set[int]()
    row = [place.hand_in()]
    for _ in range(12):
        row.append(place.hand_in(previous=(row[-1],)))
    monkeypatch.setattr(place.store, "changed", lambda job: depths.add(len(inspect.stack(0))) if job.id in row[1:] else None)
    place.store.move(row[0], JobState.CANCELLED)
    assert {place.state(job) for job in row[1:]} == {JobState.FAILED}
    assert len(depths) == 1  # of calls: a film of a thousand frames would be too deep
