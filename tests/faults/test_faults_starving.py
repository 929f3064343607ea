"""A machine with more work than processors: a worker that gets no turn is waited for, and so is one that hangs while it starts; what waits is painted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from calls import Clock, order, pixels, until
from fake_engine import painted_bytes, runs
from places import Serving, pid_of
from promise_table import Promised, Sized
from restyle_server.devices.slots import Worker
from restyle_server.limits import Limits
from restyle_server.wire import restyle_pb2 as wire

NICER = 10  # a tenth of the turns that each of the others gets


@contextmanager
def _busy_core(core: int, programs: int) -> Iterator[None]:
    """A core that so many programs want all of."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(programs)]
    try:
        for program in busy:
            os.sched_setaffinity(program.pid, {core})
        yield
    finally:
        for program in busy:
            program.kill()
            program.wait()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux lets a test choose a core")
async def test_a_worker_that_gets_few_turns_starts_and_paints(serving: Serving, sized: Sized, promised: Promised) -> None:
    core, programs, limit = max(os.sched_getaffinity(0)), sized(3, 1), 1.0
    with _busy_core(core, programs):
        async with serving(limits=Limits(hang_seconds=limit)) as place:
            slot = place.server.dispatcher.slots[0]
            pid = pid_of(slot)
            os.sched_setaffinity(pid, {core})
            os.setpriority(os.PRIO_PROCESS, pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICER))
            began = time.monotonic()
            waiting = [await place.caller.create(order(seed=seed)) for seed in range(3)]
            await until(lambda: slot.ready)
            took = time.monotonic() - began
            for seed, job in enumerate(waiting):
                assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
                assert await place.caller.read(job.id) == painted_bytes(pixels(seed), seed)
            assert (pid_of(slot), slot.failed_starts) == (pid, 0)
    promised(
        "starvation",
        f"a start beside {programs} busy programs on its core is waited for ({limit:g} s without a sign: hung)",
        f"ready after {took:.1f} s",
        1,
    )


async def test_starts_that_hang_are_tried_again_and_the_jobs_wait(serving: Serving, sized: Sized, promised: Promised) -> None:
    rounds, clock = sized(6, 4), Clock()
    async with serving(clock) as place:
        slot = place.server.dispatcher.slots[0]
        job = await place.caller.create(order(seed=1))
        for _ in range(rounds):
            stopped = slot.process
            os.kill(pid_of(slot), signal.SIGSTOP)
            assert not slot.ready

            async def replaced(stopped: Worker | None = stopped) -> bool:
                clock.turn(10)
                place.server.sweep()
                return slot.process not in (None, stopped)

            await until(replaced)
            found = await place.caller.call("GetServerInfo")
            assert (found.devices[0].state, found.jobs_queued) == ("starting", 1)
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        assert runs(place.config.state_dir) == [job.id]
    promised("starvation", "a start that gets no further is begun anew; the job waits and is painted once", "after {} such starts", rounds)


async def test_a_worker_that_dies_while_it_starts_is_told_from_one_that_painted(serving: Serving) -> None:
    async with serving(Clock()) as place:
        slot = place.server.dispatcher.slots[0]
        os.kill(pid_of(slot), signal.SIGKILL)
        await until(lambda: bool(slot.complaint))
        assert slot.complaint.startswith("The painter's process ended unexpectedly while it started: ")
