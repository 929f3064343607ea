"""Who is next: class, then the client that waited longest for its turn, then arrival; and what leases and retention decide."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from calls import Clock
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat
from restyle_server.jobs.job import Job, JobClass, Lifetime
from restyle_server.jobs.leases import Leases
from restyle_server.jobs.places import AT_ONCE, EACH, Places
from restyle_server.jobs.queue import FairQueue, Lines
from restyle_server.jobs.retention import Results
from restyle_server.jobs.states import ENDED, WAITING, ImpossibleMove, JobState, moved
from restyle_server.jobs.waiting import Waiting
from restyle_server.limits import Limits
from restyle_server.records.result import Result


def job(arrival: int, client: str = "a", job_class: JobClass = JobClass.INTERACTIVE, device: str = "") -> Job:
    return Job(
        id=f"{client}{arrival}",
        client_id=client,
        request_id=str(arrival),
        label="",
        lifetime=Lifetime.DETACHED,
        job_class=job_class,
        state=JobState.QUEUED,
        created=0.0,
        arrival=arrival,
        input_bytes=0,
        weights_id="vgg16",
        wanted_device=device,
    )


def served(queue: FairQueue, waiting: list[Job], device: str = "cpu") -> list[str]:
    """The ids in the order in which they start on one device."""
    rest, order = list(waiting), []
    while (chosen := queue.next(Lines(rest), (device,))) is not None:
        queue.start(chosen)
        rest.remove(chosen)
        order.append(chosen.id)
    return order


def test_one_job_of_another_client_waits_for_no_flood() -> None:
    assert served(FairQueue(), [*(job(number) for number in range(100)), job(100, "b")])[:3] == ["a0", "b100", "a1"]


def test_four_clients_are_served_in_turn() -> None:
    waiting = [job(client * 20 + number, "abcd"[client]) for client in range(4) for number in range(20)]
    order = served(FairQueue(), waiting)
    for cut in range(1, 81):
        counts = [sum(name[0] == client for name in order[:cut]) for client in "abcd"]
        assert max(counts) - min(counts) <= 1


def test_a_person_comes_before_a_folder_but_the_folder_gets_every_fourth_turn() -> None:
    batch = [job(number, "b", JobClass.BATCH) for number in range(3)]
    interactive = [job(10 + number) for number in range(8)]
    assert [name[0] for name in served(FairQueue(), [*batch, *interactive])] == list("aaabaaabaab")


def test_a_device_takes_only_jobs_that_may_run_there() -> None:
    assert served(FairQueue(), [job(1, device="cuda:0"), job(2), job(3, device="cpu")]) == ["a2", "a3"]


def test_places_are_the_order_of_starting() -> None:
    waiting = [job(1), job(2), job(3, "b"), job(4, "c", JobClass.BATCH)]
    queue = FairQueue()
    places = queue.positions(waiting)
    assert sorted(places, key=places.__getitem__) == served(queue, waiting)


@pytest.mark.parametrize("seed", range(20))
def test_places_are_the_order_of_starting_for_any_mixture(seed: int) -> None:
    chance = random.Random(seed)
    queue = FairQueue(chance.randrange(5), 10, {name: chance.randrange(10) for name in "ab"})
    waiting = [job(number, chance.choice("abcd"), chance.choice(list(JobClass))) for number in chance.sample(range(100), 40)]
    places = queue.positions(waiting)
    assert list(places.values()) == list(range(1, 41))
    assert list(places) == served(queue, waiting)


@pytest.mark.parametrize(("count", "left_out"), [(AT_ONCE, 0), (AT_ONCE + 2 * EACH + 1, 3)])
def test_where_many_wait_places_are_told_by_fewer_sweeps(count: int, left_out: int) -> None:
    jobs = {one.id: one for one in map(job, range(count))}
    waiting = Waiting(jobs.get)
    for one in jobs.values():
        waiting.note(None, one)
    places = Places(FairQueue(), waiting, lambda: list(jobs.values()))
    places.stale = True
    for _ in range(left_out):
        assert not list(places.moved())
        assert places.stale
    list(places.moved())
    assert not places.stale
    assert [places.of(jobs[name]) for name in ("a0", f"a{count - 1}")] == [1, count]


def test_a_newcomer_who_is_told_the_last_place_hears_of_a_better_one() -> None:
    jobs = {one.id: one for one in (job(number, job_class=JobClass.BATCH) for number in range(AT_ONCE + 1))}
    waiting = Waiting(jobs.get)
    for one in jobs.values():
        waiting.note(None, one)
    places = Places(FairQueue(), waiting, lambda: list(jobs.values()))
    places.stale = True
    for _ in range(3):
        list(places.moved())
    newcomer = jobs["b999"] = job(999, "b")
    waiting.note(None, newcomer)
    places.stale = True
    assert places.of(newcomer) == AT_ONCE + 2
    assert [name for _ in range(3) for name in places.moved() if name == newcomer.id] == [newcomer.id]
    assert places.of(newcomer) == 1


@pytest.mark.parametrize("seed", range(5))
def test_what_is_kept_of_each_party_is_what_there_is(seed: int) -> None:
    dice, jobs = random.Random(seed), dict[str, Job]()
    waiting = Waiting(jobs.get)
    for step in range(200):
        before = jobs.get(dice.choice(list(jobs))) if jobs and dice.random() < 0.7 else None
        if before is None:
            after = replace(job(step, dice.choice("abc")), input_bytes=dice.randrange(9), state=JobState.UPLOADING, previous=("a0",) * dice.randrange(2))
        else:
            after = replace(before, state=dice.choice(list(JobState)))
        jobs[after.id] = after
        waiting.note(before, after)
        for party in "abc":
            own = [one for one in jobs.values() if one.party == party]
            assert waiting.entered(party) == sum(one.state in WAITING for one in own)
            assert waiting.bytes_in_flight(party) == sum(one.input_bytes for one in own if not one.state.ended)
        assert waiting.entered(None) == sum(one.state in WAITING for one in jobs.values())
        assert set(waiting.following) == {one.id for one in jobs.values() if one.previous and one.state is JobState.QUEUED}


def test_every_step_of_a_job_is_in_the_table_and_ended_jobs_never_run_again() -> None:
    for state in JobState:
        for to in JobState:
            if state in ENDED and to is not JobState.EXPIRED:
                with pytest.raises(ImpossibleMove):
                    moved(state, to)
    assert moved(JobState.SUCCEEDED, JobState.EXPIRED) is JobState.EXPIRED
    with pytest.raises(ImpossibleMove):
        moved(JobState.RUNNING, JobState.QUEUED)  # no silent second try


def test_a_look_is_learned_when_nothing_else_waits_and_those_who_learn_take_turns() -> None:
    learning = [job(number, "ab"[number > 1], JobClass.BACKGROUND) for number in range(4)]
    others = [job(10), job(11, "c", JobClass.BATCH)]
    queue = FairQueue()
    assert served(queue, [*learning, *others]) == ["a10", "c11", "a0", "b2", "a1", "b3"]
    assert served(queue, [job(20, "a"), job(21, "c")]) == ["a20", "c21"], "learning counts for no painting"


@pytest.mark.parametrize("seed", range(20))
def test_lines_that_jobs_come_to_and_leave_are_as_good_as_new_ones(seed: int) -> None:
    chance = random.Random(seed)
    queue, lines, there = FairQueue(), Lines(), list[Job]()
    for number in range(200):
        if chance.random() < 0.4:
            new = job(chance.randrange(10_000) * 1000 + number, chance.choice("abcd"), chance.choice(list(JobClass)), chance.choice(["", "cpu", "cuda:0"]))
            there.append(new)
            lines.add(new)
        elif there and chance.random() < 0.3:
            gone = there.pop(chance.randrange(len(there)))
            lines.remove(gone)
        chosen = queue.next(lines, ("cpu",))
        assert chosen == queue.next(Lines(there), ("cpu",))
        assert queue.guest(lines, ("cpu",)) == queue.guest(Lines(there), ("cpu",))
        if chosen is not None and chance.random() < 0.5:
            queue.start(chosen)
            there.remove(chosen)
            lines.remove(chosen)
    assert sorted(each.id for kind in JobClass for each in lines.of(kind)) == sorted(each.id for each in there)


def test_what_was_learned_is_delivered_before_all_that_waits() -> None:
    finishing = replace(job(9, "z", JobClass.BACKGROUND), finishing=True)
    assert served(FairQueue(), [job(1, "b", JobClass.BATCH), finishing]) == ["z9", "b1"]


def test_a_learning_alone_can_be_set_aside_and_only_while_it_runs() -> None:
    running = job(1, job_class=JobClass.BACKGROUND).move(JobState.RUNNING)
    assert running.set_aside().state is JobState.QUEUED
    for state in JobState:
        if state is not JobState.RUNNING:
            with pytest.raises(ImpossibleMove):
                replace(running, state=state).set_aside()
    with pytest.raises(ImpossibleMove):
        job(1).move(JobState.RUNNING).set_aside()


def test_a_job_that_waits_again_keeps_its_watchers() -> None:
    clock = Clock()
    leases = Leases(clock, 10)
    leases.begin("job")
    leases.watched("job")
    leases.begin("job")
    clock.turn(11)
    assert not leases.lapsed()


def test_a_lease_runs_only_while_nobody_watches() -> None:
    clock = Clock()
    leases = Leases(clock, 10)
    leases.begin("job")
    clock.turn(9.9)
    assert not leases.lapsed()
    leases.watched("job")
    leases.watched("job")
    clock.turn(100)
    leases.left("job")
    clock.turn(100)
    assert not leases.lapsed()  # the second watcher is still there
    leases.left("job")
    clock.turn(9.9)
    assert not leases.lapsed()
    clock.turn(0.1)
    assert leases.lapsed() == ["job"]


def result(number: int, size: int, last_read: float = 0.0, used: int = 0) -> Job:
    info = Result(Path("result"), PixelFormat(Channels.GRAY, Depth.U8), size, 1, size, 0, size, 1)
    return replace(job(number), state=JobState.SUCCEEDED, result=info, ended=float(number), last_read=last_read, used=used)


def expiring(kept: list[Job], past: Callable[[Job], bool], limits: Limits) -> list[Job]:
    results = Results(limits)
    results.take(kept)
    return results.expiring({job.id: job for job in kept}.__getitem__, past)


def test_results_expire_by_age() -> None:
    kept = [result(1, 10), result(2, 10)]
    assert [gone.arrival for gone in expiring(kept, lambda job: job.arrival == 1, Limits())] == [1]


def test_too_many_bytes_cost_the_results_that_were_not_used_for_longest() -> None:
    kept = [result(1, 40, used=6), result(2, 40, used=4), result(3, 40, used=5)]
    assert [gone.arrival for gone in expiring(kept, never, Limits(keep_bytes=100))] == [2]
    assert [gone.arrival for gone in expiring(kept, never, Limits(keep_bytes=40))] == [2, 3]
    set_back = [result(1, 40, last_read=90.0, used=4), result(2, 40, last_read=10.0, used=5)]  # the clock, between the two reads
    assert [gone.arrival for gone in expiring(set_back, never, Limits(keep_bytes=40))] == [1]
    older = [result(1, 40, last_read=90.0), result(2, 40), result(3, 40, last_read=80.0)]  # of a server that did not number uses
    assert [gone.arrival for gone in expiring(older, never, Limits(keep_bytes=40))] == [2, 3]


def never(job: Job) -> bool:
    return False
