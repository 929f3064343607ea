"""Servers that are asked to end, are killed, or have nothing to do."""

from __future__ import annotations

import signal
import time

import grpc
import pytest
from calls import Caller, Clock, details, order, pixels, until
from fake_engine import painted_bytes, runs
from grpc_health.v1 import health_pb2
from launched import Launchpad, last_words
from places import Serving
from promise_table import Promised, Sized
from restyle_server.wire import restyle_pb2 as wire
from timing import idle_seconds

ENDLESS = {"steps": 100_000, "step_ms": 2}
GRACE = 1.0  # s, in place of 30


async def serving_status(caller: Caller) -> int:
    status: int = (await caller.health.Check(health_pb2.HealthCheckRequest())).status
    return status


async def test_a_server_that_is_asked_to_end_drains_and_leaves_nothing_behind(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    rounds, took, graces = sized(5, 1), [], []
    launchpad.limits(grace_seconds=GRACE)
    for number in range(rounds):
        launchpad.script(seeds={"1": ENDLESS})
        server = launchpad.start()
        async with launchpad.reached() as caller:
            await launchpad.ready()
            running, waiting = await caller.create(order(seed=1)), await caller.create(order(seed=2))
            await caller.begun(running.id)
            worker = launchpad.worker
            idle = await idle_seconds(lambda: caller.call("GetServerInfo"))
            assert await serving_status(caller) == health_pb2.HealthCheckResponse.SERVING
            watch = caller.watch(running.id)
            end = (await watch.read()).snapshot
            began = time.monotonic()
            server.send_signal(signal.SIGTERM)
            while await serving_status(caller) != health_pb2.HealthCheckResponse.NOT_SERVING:
                pass
            took.append(time.monotonic() - began)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await caller.create(order(seed=3))
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
            assert "RetryInfo" in details(refused.value)
            while (event := await watch.read()) is not grpc.aio.EOF:
                end = event.snapshot if event.HasField("snapshot") else end
            graces.append(time.monotonic() - began)
            assert (end.state, end.error.reason) == (wire.FAILED, "SERVER_STOPPED")
        await until(lambda server=server: server.poll() is not None)
        assert (server.returncode, last_words(server)) == (0, "")
        assert not launchpad.server_file.exists()
        await launchpad.gone(worker)
        again = launchpad.start()
        async with launchpad.reached() as caller:
            assert (await caller.end(waiting.id)).state == wire.SUCCEEDED
            await caller.call("StopServer", grace_seconds=0)
        await until(lambda again=again: again.poll() is not None)
        assert len(runs(launchpad.state)) == 2 * (number + 1)
    promised("P12", "SIGTERM: NOT_SERVING within 100 ms", "{:.0f} ms at most", rounds, figure=max(took) * 1000, limit=100, idle=idle * 1000)
    promised(
        "P12",
        f"the running job gets its grace ({GRACE:g} s here) and no more than a sweep beyond it",
        "{:.2f} s",
        rounds,
        figure=max(graces),
        limit=GRACE + 0.5,
    )
    promised("P12", "new jobs UNAVAILABLE, exit 0, no orphan, no stale file, what waited is painted by the next server", "all of {}", rounds)


async def test_a_killed_server_is_back_with_every_result_and_every_waiting_job(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    rounds, took = sized(5, 1), []
    launchpad.script(seeds={"2": ENDLESS})
    began = time.monotonic()
    server = launchpad.start()
    async with launchpad.reached() as caller:
        await caller.call("GetServerInfo")
        idle = time.monotonic() - began
    for number in range(rounds):
        async with launchpad.reached() as caller:
            await launchpad.ready()
            done = await caller.create(order(seed=1))
            await caller.end(done.id)
            running, waiting = await caller.create(order(seed=2)), None
            await caller.begun(running.id)
            waiting = await caller.create(order(seed=3))
            worker = launchpad.worker
            server.kill()
            server.wait()
        await launchpad.gone(worker)
        launchpad.server_file.rename(launchpad.state / "old.json")  # so that the new one is waited for
        began = time.monotonic()
        server = launchpad.start()
        async with launchpad.reached() as caller:
            await caller.call("GetServerInfo")
            took.append(time.monotonic() - began)
            assert await caller.read(done.id) == painted_bytes(pixels(1), 1)
            failed = await caller.call("GetJob", id=running.id)
            assert (failed.state, failed.error.reason) == (wire.FAILED, "SERVER_RESTARTED")
            assert (await caller.end(waiting.id)).state == wire.SUCCEEDED
            assert await caller.read(waiting.id) == painted_bytes(pixels(3), 3)
            assert runs(launchpad.state)[3 * number :] == [done.id, running.id, waiting.id]
            again = await caller.create(order(seed=3), request_id=waiting.request_id)
            assert again.id == waiting.id
    promised("P13", "SIGKILL: a new server answers within 3 s", "{:.2f} s at most", rounds, figure=max(took), limit=3, idle=idle)
    promised("P13", "results readable, running → FAILED SERVER_RESTARTED, waiting → painted, each once", "all of {}", rounds)


async def test_an_idle_server_gives_its_memory_back_and_ends(serving: Serving, promised: Promised) -> None:
    clock = Clock()
    async with serving(clock) as place:
        slot = place.server.dispatcher.slots[0]
        job = await place.caller.create(order())
        await place.caller.end(job.id)
        await until(lambda: slot.job_id is None and place.server.store.watchers() == 0)

        def pass_by(seconds: float) -> None:
            for _ in range(round(seconds / 10)):  # in steps, as real time passes
                clock.turn(10)
                place.server.sweep()

        pass_by(290)
        assert slot.ready
        pass_by(10)
        assert slot.asleep
        pass_by(2000)
        assert (await place.caller.call("GetServerInfo")).state == "serving"  # a result is still to be read
        await place.caller.read(job.id)
        place.server.sweep()
        pass_by(1790)
        assert (await place.caller.call("GetServerInfo")).state == "serving"
        pass_by(10)
        await place.server.ended()
    promised("P16", "worker ends after 5 min, server after 30 min without jobs, watchers, unread results (fake clock)", "300 s, 1,800 s", 1)
