"""A real cluster: three machines' worth of Ray on this one, of which two are killed again and again; every job of two owners ends right, once."""

from __future__ import annotations

import contextlib
import random
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from calls import Caller, calling, order, pixels, until
from cluster.machines import Joined, free_port
from fake_engine import painted_bytes, write_script
from restyle_server.admin.config import Config
from restyle_server.cluster.cluster import KEY_FILE
from restyle_server.limits import Limits
from restyle_server.server import Server, running
from restyle_server.wire import restyle_pb2 as wire

JOBS, OWNERS, KILLS, SEED = 60, ("anna", "ben"), 10, 20_261_130
LOST_SECONDS = 6.0
HEAD = f"{socket.gethostname()}/"  # which is never killed

pytestmark = [pytest.mark.cluster, pytest.mark.slow]


async def _jobs(caller: Caller, seeds: range) -> list[tuple[int, wire.Job]]:
    """More of all owners, with their seeds."""
    owners = [caller.named(owner) for owner in OWNERS]
    return [(seed, await owners[seed % len(owners)].create(order(seed=seed))) for seed in seeds]


def _busy(server: Server, nodes: list[Joined]) -> list[int]:
    """Which of the machines paint a job now that has kept a scale here."""
    kept = server.store.folders.checkpoint
    painting = {slot.wanted.partition("/")[0] for slot in server.dispatcher.slots if slot.job_id is not None and kept(slot.job_id).exists()}
    return [number for number, node in enumerate(nodes) if node.name in painting]


def _ended(server: Server, jobs: list[tuple[int, wire.Job]]) -> int:
    return sum((found := server.store.find(job.id)) is not None and found.state.ended for _, job in jobs)


@pytest.mark.timeout(1800)
async def test_machines_are_killed_at_random_and_every_job_ends_right_once(tmp_path: Path, room: Path) -> None:
    where, dice = f"127.0.0.1:{free_port()}", random.Random(SEED)
    write_script(room / "held", steps=6, scales=3, step_ms=300)
    limits = Limits(lost_seconds=LOST_SECONDS, max_jobs=JOBS, max_jobs_per_client=JOBS)
    config = Config(tmp_path / "state", tmp_path / "data", engine_factory="cluster.held_engine:engine", devices=("cpu:0",), ray=f"start@{where}", limits=limits)
    ends: Counter[str] = Counter()
    nodes: list[Joined] = []
    async with running(config) as server, calling(server.address, server.token) as caller:
        changed = server.store.changed

        def noted(job: Any) -> None:
            ends[job.id] += job.state.ended
            changed(job)

        server.store.changed = noted
        try:
            token = config.state_dir / KEY_FILE
            await _until(lambda: bool(server.dispatcher.slots))  # its head is there
            nodes += [Joined(f"node{number}", where, token, room) for number in range(2)]
            await _until(lambda: sum(slot.ready for slot in server.dispatcher.slots) == 3)
            jobs: list[tuple[int, wire.Job]] = []
            for kill in range(KILLS):
                await _until(lambda: any(slot.serves and not slot.wanted.startswith(HEAD) for slot in server.dispatcher.slots))
                jobs += await _jobs(caller, range(len(jobs), len(jobs) + JOBS // KILLS))
                await _until(lambda: bool(_busy(server, nodes)))
                struck = dice.choice(_busy(server, nodes))
                nodes[struck].kill()
                nodes[struck] = Joined(f"again{kill}", where, token, room)
            await _until(lambda: _ended(server, jobs) == JOBS)
            for seed, job in jobs:
                found = server.store.find(job.id)
                assert found is not None
                assert found.state == "SUCCEEDED", found
                assert await caller.named(OWNERS[seed % 2]).read(job.id) == painted_bytes(pixels(seed), seed)
            assert set(ends.values()) == {1}
            assert not list((room / "held").glob("*.twice"))
            assert sum(len(file.read_text().split()) for file in (room / "held").glob("*.held")) > JOBS  # some were gone on with
        finally:
            for node in nodes:
                node.kill()


async def _until(condition: Any) -> None:
    """With the patience that Ray's own start needs beside other programs."""
    for _ in range(5):
        with contextlib.suppress(TimeoutError):
            await until(condition)
            return
    raise TimeoutError
