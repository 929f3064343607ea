"""Live painting with the real engine, at the size of a stamp: parts, through the service, are what the look makes of the whole, beside a painting too."""

from __future__ import annotations

import grpc
import numpy as np
import pytest
from calls import order
from engine.feedforward.looks import look
from live_calls import close, live, rect, solid
from places import Serving
from restyle_engine.feedforward.layout import REACH
from restyle_engine.feedforward.live_painter import LivePainter
from restyle_engine.feedforward.look import look_bytes
from restyle_server.admin.config import ENGINE
from restyle_server.wire import restyle_pb2 as wire

pytestmark = pytest.mark.slow
WIDTH, HEIGHT = 96, 61  # px


async def test_a_canvas_in_parts_is_what_the_look_makes_of_the_whole(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_server.rpc.live_session.LIVE_PIECE", 2048)
    pixels = solid(WIDTH, HEIGHT)
    painter = LivePainter("cpu")
    painter.place(look())
    expected = pixels.copy()
    rgb = painter.paint((pixels[..., :3] / np.float32(255)).astype(np.float32), 0, 0, 80.0)
    expected[..., :3] = np.rint(np.clip(rgb, 0, 1) * 255)
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        added = await place.caller.call("AddLook", data=look_bytes(look()))
        job = await place.caller.create(order(seed=1, parameters=wire.Parameters(evaluations=200)))
        async with live(place.caller, WIDTH, HEIGHT, added.id, 80.0) as call:
            await call.send(rects=[rect(pixels, 0, 0, WIDTH, HEIGHT)], change=1)
            result = (await call.settled(1)).copy()
            assert len(call.answers) > 2
            assert close(result, expected)
            assert not close(result, pixels)
            await call.send(strength=0.0, change=2)
            assert np.array_equal(await call.settled(2), pixels), "at no strength it is what was sent, bit for bit"
        await place.caller.call("CancelJob", id=job.id)
        assert "live" in (await place.caller.call("GetServerInfo")).features


async def test_a_canvas_in_parts_goes_along_with_a_camera(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames of a pan by whole px: each as the look makes it of the whole, where the camera has gone."""
    monkeypatch.setattr("restyle_server.rpc.live_session.LIVE_PIECE", 2048)
    wide = np.repeat(np.repeat(np.random.default_rng(0).integers(0, 256, (20, 40, 3), np.uint8), 4, 0), 4, 1)
    places = [(0, 0), (3, 1), (6, 2), (9, 3), (9, 3)]
    frames = [np.dstack([wide[y : y + HEIGHT, x : x + WIDTH], np.full((HEIGHT, WIDTH), 255, np.uint8)]) for x, y in places]
    painter = LivePainter("cpu")
    painter.place(look())
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        added = await place.caller.call("AddLook", data=look_bytes(look()))
        async with live(place.caller, WIDTH, HEIGHT, added.id, 80.0, moving=True) as call:
            for number, (pixels, (x, y)) in enumerate(zip(frames, places, strict=True), 1):
                expected = pixels.copy()
                rgb = painter.paint((pixels[..., :3] / np.float32(255)).astype(np.float32), x, y, 80.0)
                expected[..., :3] = np.rint(np.clip(rgb, 0, 1) * 255)
                await call.send(rects=[rect(pixels, 0, 0, WIDTH, HEIGHT)], change=number)
                before = call.canvas.copy()
                assert close(await call.settled(number), expected)
                assert call.answers[-1].anew == (number == 1)
            assert np.array_equal(before, call.canvas), "what stands stays, bit for bit"


@pytest.mark.parametrize(("words", "seamless"), [(wire.SEAMLESS_X, (1, 0)), (wire.SEAMLESS_BOTH, (1, 1))])
async def test_a_seamless_canvas_in_parts_goes_on_at_its_opposite_sides(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, words: wire.Seamless.ValueType, seamless: tuple[int, int]
) -> None:
    monkeypatch.setattr("restyle_server.rpc.live_session.LIVE_PIECE", 2048)
    height = 64
    pixels = solid(WIDTH, height)
    painter = LivePainter("cpu")
    painter.place(look())
    across, down = (REACH * one for one in seamless)
    shown = np.pad(pixels[..., :3] / np.float32(255), [(down, down), (across, across), (0, 0)], mode="wrap").astype(np.float32)
    rgb = painter.paint(shown, -across, -down, 80.0, (WIDTH * seamless[0], height * seamless[1]))[down : down + height, across : across + WIDTH]
    expected = pixels.copy()
    expected[..., :3] = np.rint(np.clip(rgb, 0, 1) * 255)
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        added = await place.caller.call("AddLook", data=look_bytes(look()))
        async with live(place.caller, WIDTH, height, added.id, 80.0, seamless=words) as call:
            await call.send(rects=[rect(np.zeros_like(pixels), 0, 0, WIDTH, height)], change=1)
            await call.settled(1)
            await call.send(rects=[rect(pixels, 0, 0, WIDTH, height)], change=2)
            await call.settled(2)
            corner = pixels.copy()
            corner[:8, :8, :3] = 0
            await call.send(rects=[rect(corner, 0, 0, 8, 8)], change=3)  # is seen from the other sides as well
            await call.settled(3)
            await call.send(rects=[rect(pixels, 0, 0, 8, 8)], change=4)
            assert close((await call.settled(4)).copy(), expected)


async def test_a_canvas_that_moves_is_not_seamless(serving: Serving) -> None:
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        added = await place.caller.call("AddLook", data=look_bytes(look()))
        with pytest.raises(grpc.aio.AioRpcError, match="leave one of them out"):
            async with live(place.caller, WIDTH, HEIGHT, added.id, 80.0, moving=True, seamless=wire.SEAMLESS_X) as call:
                await call.settled(1)
