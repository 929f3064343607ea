"""The whole way with the real engine, at the size of a stamp: pixels in, optimised, out again in the same format."""

from __future__ import annotations

import os
import random
import signal
from typing import Any

import pytest
from places import Serving, pid_of
from restyle_server.admin.config import ENGINE
from restyle_server.wire import restyle_pb2 as wire

pytestmark = pytest.mark.slow
SIDE = 32


def rgba(seed: int) -> bytes:
    """Smooth noise with every alpha."""
    chance = random.Random(seed)
    base = [chance.randrange(40, 200) for _ in range(3)]
    return bytes(value for y in range(SIDE) for x in range(SIDE) for value in (*((color + 2 * x - y) % 256 for color in base), (x * 8) % 256))


def spec(**words: Any) -> wire.JobSpec:
    plane = wire.Plane(format=wire.PixelFormat(channels=wire.RGBA, depth=wire.U8), width=SIDE, height=SIDE, payload=0)
    made = wire.JobSpec(content=plane, styles=[wire.StyleUse(style_id="woodcut")], lifetime=wire.DETACHED)
    made.parameters.MergeFrom(wire.Parameters(**words))
    return made


async def test_the_real_engine_paints_through_the_server_and_a_killed_worker_comes_back(serving: Serving) -> None:
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        caller, data = place.caller, rgba(1)
        painted = await caller.create(spec(evaluations=4), [(0, 0, data)])
        events = [event async for event in caller.watch(painted.id, previews=True)]
        assert events[-1].snapshot.state == wire.SUCCEEDED, events[-1].snapshot.error
        assert {"snapshot", "progress", "preview"} == {event.WhichOneof("event") for event in events}
        result = await caller.read(painted.id)
        assert len(result) == len(data)
        assert result != data
        assert result[3::4] == data[3::4]  # alpha

        untouched = await caller.create(spec(strength=0.0), [(0, 0, data)])
        assert (await caller.end(untouched.id)).state == wire.SUCCEEDED
        assert await caller.read(untouched.id) == data

        estimate = await caller.call("EstimateJob", spec=spec(evaluations=4))
        assert estimate.memory_bytes > 0
        assert estimate.largest_size >= SIDE
        assert estimate.seconds >= 0  # known after the first job

        endless = await caller.create(spec(evaluations=10_000), [(0, 0, data)])
        await caller.begun(endless.id)
        os.kill(pid_of(place.server.dispatcher.slots[0]), signal.SIGKILL)
        assert (await caller.end(endless.id)).error.reason == "WORKER_CRASHED"
        again = await caller.create(spec(evaluations=4), [(0, 0, data)])
        assert (await caller.end(again.id)).state == wire.SUCCEEDED
        assert await caller.read(again.id) == result  # the same bytes for the same order


async def test_a_killed_painting_goes_on_where_it_was_and_ends_as_if_nothing_had_been(serving: Serving) -> None:
    side, words = 128, {"size": 128, "evaluations": 12}
    asked = spec(**words)
    asked.content.width = asked.content.height = side
    asked.content.format.channels = wire.GRAY
    data = [(0, 0, bytes((x * y // 7) % 256 for y in range(side) for x in range(side)))]
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        broken = await place.caller.create(asked, data)
        async for event in place.caller.watch(broken.id):
            if event.HasField("progress") and event.progress.scale == 2:
                os.kill(pid_of(place.server.dispatcher.slots[0]), signal.SIGKILL)
                break
        error = (await place.caller.end(broken.id)).error
        assert error.message.endswith("What was painted up to 64 × 64 px is kept: the same job, sent again, goes on from there.")
        going_on = await place.caller.create(asked, data)
        events = [event async for event in place.caller.watch(going_on.id)]
        scales = {event.progress.scale for event in events if event.HasField("progress")}
        assert scales == {2, 3}
        assert any("went on where an earlier one had ended" in warning for warning in events[-1].snapshot.warnings)
        found = await place.caller.read(going_on.id)
        await place.caller.call("DeleteJob", id=broken.id)
        unbroken = await place.caller.create(asked, data)
        assert not (await place.caller.end(unbroken.id)).warnings
        assert await place.caller.read(unbroken.id) == found
