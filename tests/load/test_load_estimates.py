"""What a job is said to cost is what it costs, with the real engine in its worker process."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import pytest
from calls import order, until
from places import Place, Serving, pid_of
from promise_table import Promised
from restyle_server.admin.config import ENGINE
from restyle_server.wire import restyle_pb2 as wire

MIB = 2**20
TIME_FACTOR = 1.5
MEMORY_SHARE = 0.25


def gray(side: int, evaluations: int, preset: wire.Preset.ValueType = wire.DRAFT) -> tuple[wire.JobSpec, list[tuple[int, int, bytes]]]:
    spec = order(seed=1)
    spec.content.width = spec.content.height = side
    spec.parameters.size = side
    spec.parameters.preset = preset
    if evaluations:
        spec.parameters.evaluations = evaluations
    data = random.Random(side).randbytes(side * side)
    return spec, [(0, start, data[start : start + MIB]) for start in range(0, len(data), MIB)]


async def painted(place: Place, spec: wire.JobSpec, pieces: list[tuple[int, int, bytes]]) -> wire.Job:
    ended = await place.caller.end((await place.caller.create(spec, pieces)).id)
    assert ended.state == wire.SUCCEEDED, ended.error
    return ended


def memory_of(pid: int, what: str) -> int:
    """Bytes: VmHWM is the peak of all, RssAnon what the process holds now, RssFile the libraries' pages, which come as they are used and can be had back."""
    found = re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
async def test_memory_is_estimated_within_a_quarter_of_the_peak(serving: Serving, full_size: bool, promised: Promised) -> None:
    sizes = ((256, 14), (512, 6), (1024, 3)) if full_size else ((256, 6),)
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        place.server.dispatcher.prepare = None  # the estimate counts the network too, so it must not be there beforehand
        await until(lambda: place.server.dispatcher.slots[0].ready)
        pid = pid_of(place.server.dispatcher.slots[0])
        idle = memory_of(pid, "RssAnon")
        for side, evaluations in sizes:
            spec, pieces = gray(side, evaluations)
            estimate = await place.caller.call("EstimateJob", spec=spec)
            await painted(place, spec, pieces)
            peak = memory_of(pid, "VmHWM") - memory_of(pid, "RssFile") - idle
            off = estimate.memory_bytes / peak - 1
            text = f"{estimate.memory_bytes / MIB:.0f} MiB against {peak / MIB:.0f} MiB, {off:+.0%}"
            promised("memory", f"estimate within 25 % of the worker's peak, {side} px", text, 1, figure=abs(off), limit=MEMORY_SHARE, exact=True)


@pytest.mark.slow
async def test_time_is_estimated_after_the_first_job(serving: Serving, full_size: bool, promised: Promised) -> None:
    first, asked = ((192, 6), ((256, 0, wire.DRAFT), (384, 12, wire.STANDARD))) if full_size else ((64, 6), ((96, 10, wire.STANDARD),))
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        await until(lambda: place.server.dispatcher.slots[0].ready)
        assert (await place.caller.call("EstimateJob", spec=gray(*first)[0])).seconds == -1
        await painted(place, *gray(*first))
        for size, evaluations, preset in asked:
            spec, pieces = gray(size, evaluations, preset)
            said = (await place.caller.call("EstimateJob", spec=spec)).seconds
            job = await painted(place, spec, pieces)
            took = job.ended - job.started
            factor = max(said / took, took / said)
            text = f"said {said:.1f} s, took {took:.1f} s, factor {factor:.2f}"
            promised("time", f"estimate within a factor of 1.5, {size} px after a job of {first[0]} px", text, 1, figure=factor, limit=TIME_FACTOR)
