"""Looks are learned with the real engine, at the size of a stamp: whatever comes between, the look is the same to the last byte, and it paints."""

from __future__ import annotations

import os
import signal

import pytest
from calls import order, until
from lessons import from_painting, lesson, photograph
from live_calls import close, live, rect, solid
from places import Place, Serving, pid_of
from restyle_server.admin.config import ENGINE
from restyle_server.wire import restyle_pb2 as wire

pytestmark = pytest.mark.slow
SIDE = 48  # px
PARAMETERS = wire.Parameters(size=SIDE, seed=3)


async def learned(place: Place, job: wire.Job) -> bytes:
    """The bytes of the look, when it is there; it is then removed, so that the next is a new one."""
    ended = await place.caller.end(job.id)
    assert ended.state == wire.SUCCEEDED, ended.error
    assert ended.progress.step == ended.progress.steps
    found = await place.caller.call("GetLook", id=ended.look_id, whole=True)
    await place.caller.call("DeleteLook", id=ended.look_id)
    return bytes(found.data)


async def stepped(place: Place, job: wire.Job, step: int) -> None:
    """Returns when so many steps are told."""

    def far() -> bool:
        found = place.server.store.find(job.id)
        return found is not None and (found.state.ended or (found.progress is not None and found.progress.step >= step))

    await until(far)


async def test_whatever_comes_between_the_look_is_the_same(serving: Serving) -> None:
    spec, pieces = lesson(steps=12, photographs=(photograph(SIDE, 1), photograph(40, 2)), parameters=PARAMETERS)
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        undisturbed = await learned(place, await place.caller.create(spec, pieces))
        job = await place.caller.create(spec, pieces)
        await stepped(place, job, 2)
        sketch = await place.caller.create(order(seed=1, parameters=wire.Parameters(evaluations=2)))
        first = await place.caller.end(sketch.id)
        assert first.state == wire.SUCCEEDED
        await stepped(place, job, 4)
        os.kill(pid_of(place.server.dispatcher.slots[0]), signal.SIGKILL)
        await stepped(place, job, 6)
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        assert await learned(place, job) == undisturbed
        found = await place.caller.get(job.id)
        assert found.started < first.started and found.ended > first.ended


async def test_a_look_is_learned_from_a_painting_and_paints(serving: Serving) -> None:
    layer, painting = solid(SIDE, SIDE, 1)[..., :3].tobytes(), solid(SIDE, SIDE, 2)[..., :3].tobytes()
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        job = await place.caller.create(*from_painting(layer, painting, SIDE, steps=2))
        events = [event async for event in place.caller.watch(job.id, previews=True)]
        last = events[-1].snapshot
        assert (last.state, last.look_id) == (wire.SUCCEEDED, "mine"), last.error
        assert {(event.preview.width, event.preview.height) for event in events if event.HasField("preview")} == {(SIDE, SIDE)}
        assert (last.resolved.size, last.resolved.evaluations, last.resolved.strength) == (SIDE, 2, 50.0)
        pixels = solid(32, 24)
        async with live(place.caller, 32, 24, "mine", 100.0) as call:
            await call.send(rects=[rect(pixels, 0, 0, 32, 24)], change=1)
            assert not close(await call.settled(1), pixels)


async def test_without_photographs_it_practises_on_those_that_ship(serving: Serving) -> None:
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        assert await learned(place, await place.caller.create(*lesson(steps=1, parameters=PARAMETERS)))


async def test_pictures_that_nothing_can_be_learned_from_are_told_in_a_sentence(serving: Serving) -> None:
    layer = solid(SIDE, SIDE, 1)[..., :3].tobytes()
    broken = photograph(SIDE)[:-200]
    spec, pieces = from_painting(layer, photograph(SIDE + 8), SIDE)
    spec.learn.painting.image.CopyFrom(wire.EncodedImage(size=len(pieces[1][2]), payload=1))
    wrong = {
        "Photograph 2 has 1 × 1 px": lesson(photographs=(photograph(SIDE), photograph(1))),
        "photograph 1": lesson(photographs=(broken,)),
        f"The painting is {SIDE + 8} × {SIDE + 8} px, and the layer {SIDE} × {SIDE}": (spec, pieces),
    }
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        for words, (asked, sent) in wrong.items():
            ended = await place.caller.end((await place.caller.create(asked, sent)).id)
            assert (ended.state, ended.error.reason) == (wire.FAILED, "BAD_INPUT")
            assert words in ended.error.message
            assert ended.error.message.endswith(".")
