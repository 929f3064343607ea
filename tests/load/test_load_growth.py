"""What must not grow: the server over many jobs, and over a watcher who does not read."""

from __future__ import annotations

import asyncio
import json
import statistics

import grpc
import psutil
from calls import Caller, order
from launched import Launchpad
from promise_table import SLACK, Promised, Sized
from restyle_server.wire import restyle_pb2 as wire
from timing import seconds_of

KIB, MIB = 1024, 1024 * 1024
LANES = 8
EVENTS_A_SECOND = 10
PREVIEW = 512  # px: the largest
PREVIEW_BYTES = PREVIEW * PREVIEW * 4
PREVIEWS = 4  # that the server may seem to grow by, as its allocator keeps what it likes; in the shortest pause 12 are made
GLANCE = 20  # events in which its memory is looked at
FILLINGS = 5  # at most, until the connection is full: then a glance finds less than one preview more than the one before


def slope(points: list[tuple[int, int]]) -> float:
    """Least squares."""
    mean_x, mean_y = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


async def test_the_server_does_not_grow_with_its_jobs(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    jobs, settled = sized(1000, 64), sized(400, 24)
    launchpad.script(steps=2)
    server = launchpad.start()
    async with launchpad.reached() as caller:
        await launchpad.ready()
        front, worker = psutil.Process(server.pid), psutil.Process(launchpad.worker)
        await asyncio.gather(*(caller.call("ListStyles") for _ in range(50)))  # until the pool of threads is as large as it gets

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


async def test_a_watcher_who_does_not_read_costs_one_preview_and_nobody_elses_time(launchpad: Launchpad, sized: Sized, promised: Promised) -> None:
    events, pause, filling = sized(150, 20), sized(600, 60), sized(120, 40)  # ten events a second
    launchpad.script(steps=1_000_000, step_ms=2, preview_side=PREVIEW)
    server = launchpad.start()
    async with launchpad.reached() as caller:
        await launchpad.ready()
        front = psutil.Process(server.pid)
        job = await caller.create(order())
        reader = caller.watch(job.id, previews=True, preview_size=PREVIEW)

        async def pass_by(events: int) -> tuple[list[float], int]:
            """Seconds of each call of another client while so many events pass, and the least that the server held meanwhile."""
            seen, calls, held = 0, [], []

            async def read() -> None:
                nonlocal seen
                while seen < events:
                    event = await reader.read()
                    seen += event.HasField("progress")
                    held.append(front.memory_info().rss)  # with whatever is being sent: the least is what stays

            reading = asyncio.create_task(read())
            while not reading.done():
                calls.append(await seconds_of(caller.call("GetJob", id=job.id)))
            await reading
            return calls, min(held)

        await pass_by(20)  # both sides have their buffers
        free, before = await pass_by(events)
        async with grpc.aio.insecure_channel(await _address(launchpad)) as channel:
            stream = type(caller)(channel, _token(caller)).watch(job.id, previews=True, preview_size=PREVIEW)
            await stream.read()  # the snapshot, and nothing more
            opened = before
            for _ in range(FILLINGS):  # until what is on its way fills the connection, which takes longer beside other work
                filled = opened
                await pass_by(filling)
                _, opened = await pass_by(GLANCE)
                if opened - filled < PREVIEW_BYTES:
                    break
            beside, _ = await pass_by(pause - GLANCE)
            last, after = await pass_by(GLANCE)
            stream.cancel()
        free += (await pass_by(events))[0]
        beside += last
        await caller.call("CancelJob", id=job.id)
    growth = (after - opened) / MIB
    bound = f"a watcher who does not read for {pause / EVENTS_A_SECOND:g} s: the server grows by one 512 px preview (1 MiB) at most"
    text = f"{{:.2f}} MiB, after {(opened - before) / MIB:.2f} MiB for the connection itself"
    promised("P8", bound, text, 1, figure=growth, limit=PREVIEW_BYTES / MIB)
    alone, shared = statistics.median(free), statistics.median(beside)
    text = f"{{:+.1f}} % (a call takes {shared * 1000:.2f} ms against {alone * 1000:.2f})"
    promised("P8", "others' throughput falls by at most 5 %", text, len(beside), figure=100 * (1 - alone / shared), limit=5, checked=False)
    assert growth <= PREVIEWS * PREVIEW_BYTES / MIB
    assert shared <= SLACK * alone


async def _address(launchpad: Launchpad) -> str:
    address: str = json.loads(launchpad.server_file.read_text())["address"]
    return address


def _token(caller: Caller) -> str:
    return dict(caller.metadata)["authorization"].removeprefix("Bearer ")
