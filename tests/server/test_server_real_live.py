"""Live painting with the real engine, at the size of a stamp: parts, through the service, are what the look makes of the whole, beside a painting too."""

from __future__ import annotations

import numpy as np
import pytest
from calls import order
from engine.feedforward.looks import look
from live_calls import close, live, rect, solid
from places import Serving
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
