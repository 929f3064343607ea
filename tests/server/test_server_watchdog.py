"""A hung worker is told from a busy one and from one that gets no turn: by its steps and by its processor time, never by the clock on the wall alone."""

from __future__ import annotations

from typing import Any

from calls import Clock
from restyle_server.devices.slots import PATIENCE, Watchdog
from restyle_server.devices.vitals import Vitals
from restyle_server.limits import Limits
from restyle_server.worker import messages as say

HANG = Limits().hang_seconds
HOUR = 3600


class Worker:
    """A process as its watchdog sees it, second by second."""

    def __init__(self, at_work: bool = True) -> None:
        self.clock = Clock()
        self.dog = Watchdog(self.clock, Limits())
        self.cpu = 0.0
        self.steps = 0
        self.at_work = at_work
        self.dog.heard(say.Beat(0.0, 0, 0.0))

    def hung_after(self, seconds: int, *, cpu: float = 0.0, wanting: bool = False, beats: bool = True, steps: int = 0) -> int | None:
        """After how many seconds it counts as hung, if it does. cpu, steps: per second."""
        for second in range(seconds):
            self.clock.turn(1)
            self.cpu += cpu
            self.steps += steps
            if beats:
                self.dog.heard(say.Beat(self.cpu, self.steps, 0.0))
            if self.dog.hung(self.at_work, lambda: Vitals(self.cpu, wanting)):
                return second + 1
        return None

    def hung_within(self, seconds: int, **words: Any) -> int:
        """hung_after, where it has to hang."""
        found = self.hung_after(seconds, **words)
        assert found is not None
        return found


def test_a_process_that_says_nothing_does_nothing_and_wants_nothing_is_hung() -> None:
    assert HANG < Worker().hung_within(HOUR, beats=False) <= HANG + 2
    assert HANG < Worker(at_work=False).hung_within(HOUR, beats=False) <= HANG + 2


def test_a_process_that_gets_no_turn_is_not_hung() -> None:
    assert Worker().hung_after(HOUR, beats=False, wanting=True, cpu=0.004) is None
    assert Worker(at_work=False).hung_after(HOUR, beats=False, wanting=True, cpu=0.004) is None


def test_a_process_that_gets_a_little_time_and_says_nothing_is_not_hung() -> None:
    assert Worker().hung_after(int(10 * HANG), beats=False, cpu=0.015) is None


def test_a_start_that_goes_on_is_not_hung_however_slowly() -> None:
    assert Worker().hung_after(HOUR, steps=1, cpu=0.0003) is None


def test_a_start_that_is_alive_and_gets_no_further_is_hung() -> None:
    assert HANG < Worker().hung_within(HOUR, cpu=0.0003) <= HANG + 2


def test_an_evaluation_that_waits_for_its_turn_is_not_hung() -> None:
    worker = Worker()
    assert worker.hung_after(20, steps=1, cpu=1.0) is None
    assert worker.hung_after(HOUR // 2, wanting=True, cpu=0.01) is None
    assert worker.hung_within(HOUR, cpu=0.0003) <= HANG + HOUR // 2 + 2  # when it wants nothing any more, it is found


def test_a_job_that_computes_for_ever_is_hung_when_it_has_had_its_processor_time() -> None:
    assert PATIENCE * HANG < Worker().hung_within(2 * HOUR, wanting=True, cpu=1.0) <= PATIENCE * HANG + 2
    assert PATIENCE * HANG < Worker().hung_within(2 * HOUR, wanting=True, cpu=1.0, beats=False) <= PATIENCE * HANG + 2


def test_a_process_that_waits_for_a_disk_that_never_answers_is_hung_in_the_end() -> None:
    assert PATIENCE * HANG < Worker().hung_within(HOUR, wanting=True, beats=False) <= PATIENCE * HANG + 2


def test_a_cancelled_job_has_until_it_had_the_time_to_leave() -> None:
    starved, idle = Worker(), Worker()
    began = starved.clock.monotonic()
    starved.hung_after(60, wanting=True, cpu=0.01)
    idle.hung_after(11, cpu=0.0003)
    assert not starved.dog.overdue(began)
    assert idle.dog.overdue(began)
    starved.hung_after(20, wanting=True, cpu=1.0)
    assert starved.dog.overdue(began)


def test_what_the_system_does_not_tell_is_judged_by_the_signs_of_life_alone() -> None:
    clock = Clock()
    dog = Watchdog(clock, Limits())
    dog.heard(say.Beat(0.0, 0, 0.0))
    found = []
    for _ in range(int(HANG) + 2):
        clock.turn(1)
        found.append(dog.hung(True, lambda: None))
    assert found == [False] * int(HANG) + [True] * 2
