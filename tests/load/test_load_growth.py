"""What must not grow: the server over many jobs, and over a watcher who does not read."""

from __future__ import annotations

import asyncio
import json
import statistics

import grpc
import psutil
from calls import order
from promise_table import SLACK
from restyle_server.wire import restyle_pb2 as wire
from timing import seconds_of

KIB, MIB = 1024, 1024 * 1024
LANES = 8
EVENTS_A_SECOND = 10
PREVIEW = 512  # px: the largest
PREVIEW_BYTES = PREVIEW * PREVIEW * 4


def slope(points: list[tuple[int, int]]) -> float:
    """Least squares."""
    mean_x, mean_y = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


async def test_the_server_does_not_grow_with_its_jobs(launchpad, sized, promised):
    jobs, settled = sized(1000, 64), sized(400, 24)
    launchpad.script(steps=2)
    server = launchpad.start()
    async with launchpad.reached() as caller:
        await launchpad.ready()
        front, worker = psutil.Process(server.pid), psutil.Process(launchpad.worker)

        async def one(number: int) -> None:
            job = await caller.named(f"client {number % 4}").create(order(seed=number % 200))
            assert (await caller.end(job.id)).state == wire.SUCCEEDED
            await caller.read(job.id)

        grown: list[tuple[int, int]] = []
        counts: set[tuple[int, int]] = set()
        for start in range(0, jobs, LANES):
            await asyncio.gather(*map(one, range(start, start + LANES)))
            if start >= settled:
                grown.append((start, front.memory_info().rss + worker.memory_info().rss))
                counts.add((front.num_fds() + worker.num_fds(), front.num_threads() + worker.num_threads()))
    fds, threads = ([count[axis] for count in counts] for axis in (0, 1))
    rise = slope(grown) / KIB
    promised("P14", "front end and worker together grow by at most 50 KiB per job", "{:.1f} KiB per job", jobs, figure=rise, limit=50)
    spread = max(fds) - min(fds) + max(threads) - min(threads)
    text = f"{min(fds)}–{max(fds)} files, {min(threads)}–{max(threads)} threads"
    promised("P14", "open files and threads constant", text, jobs, figure=spread, limit=0, exact=True)


async def test_a_watcher_who_does_not_read_costs_one_preview_and_nobody_elses_time(launchpad, sized, promised):
    events, phases = sized(150, 10), sized(4, 2)  # ten events a second: a minute in all, or two seconds
    launchpad.script(steps=1_000_000, step_ms=2, preview_side=PREVIEW)
    server = launchpad.start()
    async with launchpad.reached() as caller:
        await launchpad.ready()
        front = psutil.Process(server.pid)
        job = await caller.create(order())
        reader = caller.watch(job.id, previews=True, preview_size=PREVIEW)
        took: dict[bool, list[float]] = {False: [], True: []}
        opening: list[int] = []
        growth: list[int] = []

        async def pass_by(events: int) -> list[float]:
            """Seconds of each call of another client while so many events pass."""
            seen = 0
            calls = []

            async def read() -> None:
                nonlocal seen
                while seen < events:
                    event = await reader.read()
                    seen += event.HasField("progress")

            reading = asyncio.create_task(read())
            while not reading.done():
                calls.append(await seconds_of(caller.call("GetJob", id=job.id)))
            await reading
            return calls

        await pass_by(20)  # both sides have their buffers
        for phase in range(phases):
            slow = bool(phase % 2)
            if slow:
                channel = grpc.aio.insecure_channel(await _address(launchpad))
                stream = type(caller)(channel, _token(caller)).watch(job.id, previews=True, preview_size=PREVIEW)
                before = front.memory_info().rss
                await stream.read()  # the snapshot, and nothing more
                await pass_by(40)  # until what is on its way fills the connection
                paused = front.memory_info().rss
                opening.append(paused - before)
            took[slow] += await pass_by(events)
            if slow:
                growth.append(front.memory_info().rss - paused)
                stream.cancel()
                await channel.close()
        await caller.call("CancelJob", id=job.id)
    most = max(growth) / MIB
    bound = f"a watcher who does not read for {events // EVENTS_A_SECOND * phases // 2} s: the server grows by one 512 px preview (1 MiB) at most"
    text = f"{{:.2f}} MiB, after {max(opening) / MIB:.2f} MiB for the connection itself"
    promised("P8", bound, text, phases // 2, figure=most, limit=PREVIEW_BYTES / MIB)
    free, beside = statistics.median(took[False]), statistics.median(took[True])
    text = f"{{:+.1f}} % (a call takes {beside * 1000:.2f} ms against {free * 1000:.2f})"
    promised("P8", "others' throughput falls by at most 5 %", text, len(took[True]), figure=100 * (1 - free / beside), limit=5, checked=False)
    assert beside <= SLACK * free


async def _address(launchpad) -> str:
    return json.loads(launchpad.server_file.read_text())["address"]


def _token(caller) -> str:
    return dict(caller.metadata)["authorization"].removeprefix("Bearer ")
