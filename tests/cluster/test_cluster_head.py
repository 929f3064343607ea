"""A server whose only painter is Ray's, on this machine: what it paints, tells and keeps is what a server without Ray does."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import psutil
import pytest
from calls import calling, order, pixels, until
from cluster.machines import free_port, kill_all
from fake_engine import painted_bytes, write_script
from restyle_server.admin.config import ENGINE, Config
from restyle_server.limits import Limits
from restyle_server.server import running
from restyle_server.wire import restyle_pb2 as wire

pytestmark = [pytest.mark.slow, pytest.mark.cluster]


def config(tmp_path: Path, name: str, engine: str, **words: Any) -> Config:
    return Config(tmp_path / name, tmp_path / "data", engine_factory=engine, devices=("cpu:0",), **words)


async def test_a_painting_on_ray_is_the_local_one_byte_for_byte(tmp_path: Path, room: Path) -> None:
    asked = order(seed=3, content=wire.Plane(width=64, height=64))
    asked.parameters.evaluations = 12
    asked.parameters.size = 64
    found = []
    for name, words in (("local", {}), ("ray", {"ray": f"start@127.0.0.1:{free_port()}"})):
        async with running(config(tmp_path, name, ENGINE, **words)) as server, calling(server.address, server.token) as caller:
            job = await caller.create(asked)
            events = [event async for event in caller.watch(job.id, previews=True)]
            assert events[-1].snapshot.state == wire.SUCCEEDED, events[-1].snapshot.error
            assert {"snapshot", "progress", "preview"} == {event.WhichOneof("event") for event in events}
            found.append(await caller.read(job.id))
    assert found[0] == found[1]
    assert found[0] != pixels(3, 64)


async def test_cancel_finish_and_a_server_that_starts_again(tmp_path: Path, room: Path) -> None:
    settings = config(tmp_path, "state", "cluster.held_engine:engine", ray=f"start@127.0.0.1:{free_port()}")
    write_script(room / "held", steps=400, scales=4, step_ms=50)
    async with running(settings) as server, calling(server.address, server.token) as caller:
        cancelled = await caller.create(order(seed=1))
        assert (await caller.begun(cancelled.id)).device.startswith(f"{socket.gethostname()}/cpu:0")
        info = await caller.call("GetServerInfo")
        assert [(device.id, device.state) for device in info.devices] == [(f"{socket.gethostname()}/cpu:0", "busy")]
        await caller.call("CancelJob", id=cancelled.id)
        finished = await caller.create(order(seed=2))
        await caller.begun(finished.id)
        await caller.call("FinishJob", id=finished.id)
        found = await caller.end(finished.id)
        assert (found.state, found.finished_early) == (wire.SUCCEEDED, True)
        assert await caller.read(finished.id) == painted_bytes(pixels(2), 2)
        running_job, waiting = [await caller.create(order(seed=seed)) for seed in (3, 4)]
        await caller.begun(running_job.id)
        server.stop(0.0)
    write_script(room / "held", steps=4)
    async with running(settings) as server, calling(server.address, server.token) as caller:
        assert (await caller.end(waiting.id)).state == wire.SUCCEEDED
        assert await caller.read(waiting.id) == painted_bytes(pixels(4), 4)
        assert (await caller.get(running_job.id)).error.reason == "SERVER_STOPPED"
        again = await caller.create(order(seed=3))
        assert (await caller.end(again.id)).state == wire.SUCCEEDED
        assert await caller.read(again.id) == painted_bytes(pixels(3), 3)
    assert not _rays(room)


async def test_a_head_that_dies_is_started_again_and_its_job_goes_on(tmp_path: Path, room: Path) -> None:
    settings = config(tmp_path, "state", "cluster.held_engine:engine", ray=f"start@127.0.0.1:{free_port()}", limits=Limits(lost_seconds=4.0))
    write_script(room / "held", steps=40, scales=20, step_ms=250)
    async with running(settings) as server, calling(server.address, server.token) as caller:
        job = await caller.create(order(seed=5))
        await until(lambda: server.store.folders.checkpoint(job.id).exists())
        (head,) = (one for one in psutil.Process().children() if "--head" in one.cmdline())
        kill_all(head.pid)
        assert (await caller.end(job.id)).state == wire.SUCCEEDED
        assert await caller.read(job.id) == painted_bytes(pixels(5), 5)
    assert (room / "held" / f"{job.id}.held").read_text().count("begun") == 2
    assert not list((room / "held").glob("*.twice"))
    assert not _rays(room)


def _rays(room: Path) -> list[str]:
    """Programs of Ray that were left behind."""
    return [word for process in psutil.process_iter(["cmdline"]) for word in process.info["cmdline"] or () if str(room) in word]
