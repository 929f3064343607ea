"""Live canvases that move: each change is a frame, followed from the one before, painted from one moment, and the latest wins."""

from __future__ import annotations

import grpc
import numpy as np
import pytest
from calls import details, until
from live_calls import Bytes, LiveCall, close, live, painted, rect, solid, with_look
from places import Serving
from restyle_server.limits import Limits
from restyle_server.wire import restyle_pb2 as wire

WIDTH, HEIGHT = 40, 29  # px; no multiples of the grid


def frame(number: int, scene: int = 0) -> Bytes:
    """Frames of a scene differ a little, scenes altogether."""
    pixels = solid(WIDTH, HEIGHT, scene) // 2
    pixels[..., :3] += np.uint8(number % 50 + 60 * (scene % 2))
    pixels[..., 3] = 255
    return pixels


def other(number: int) -> Bytes:
    """A frame of another scene."""
    return np.dstack([255 - frame(number)[..., :3] // 2, frame(number)[..., 3:]])


async def shown(call: LiveCall, pixels: Bytes, number: int) -> wire.LiveResponse:
    """A frame that is sent and painted; its last answer."""
    height, width = pixels.shape[:2]
    await call.send(rects=[rect(pixels, 0, 0, width, height)], change=number)
    await call.settled(number)
    return call.answers[-1]


async def test_each_change_is_a_frame_that_follows_the_one_before(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look, moving=True) as call:
            for number in range(4):
                answer = await shown(call, frame(number), number + 1)
                assert close(call.canvas, painted(frame(number), followed=number))
                assert (answer.anew, list(answer.warnings)) == (number == 0, [])


async def test_a_frame_that_does_not_change_is_painted_to_the_very_same_bytes(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look, moving=True) as call:
            await shown(call, frame(0), 1)
            await shown(call, frame(1), 2)
            before = call.canvas.copy()
            for number in (3, 4):
                await shown(call, frame(1), number)
                assert np.array_equal(call.canvas, before)


async def test_a_cut_begins_anew_as_if_it_were_the_first_frame(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look, moving=True) as call:
            for number in range(3):
                await shown(call, frame(number), number + 1)
            assert (await shown(call, other(0), 4)).anew
            assert close(call.canvas, painted(other(0)))
            assert not (await shown(call, other(1), 5)).anew
            assert close(call.canvas, painted(other(1), followed=1))


async def test_a_part_that_changes_is_a_frame_too(serving: Serving) -> None:
    pixels = frame(0)
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look, moving=True) as call:
            await shown(call, pixels, 1)
            pixels[3:6, 3:6, :3] = 0
            await call.send(rects=[rect(pixels, 3, 3, 3, 3)], change=2)
            assert close(await call.settled(2), painted(pixels, followed=1)), "the whole frame"


async def test_frames_come_whole_and_the_latest_wins(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_server.rpc.live_session.LIVE_PIECE", 256)
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look, moving=True) as call:
            await call.send(rects=[rect(frame(0), 0, 0, WIDTH, HEIGHT)], change=1)
            first = await call.read(seen=False)
            for number in (1, 2, 3):  # while the first is painted
                await call.send(rects=[rect(frame(number), 0, 0, WIDTH, HEIGHT)], change=number + 1)
            await call.send(rects=[rect(frame(9), 0, 0, WIDTH, 10)], change=5, more=True)
            await call.send(seen=first.number)
            while (answer := await call.read()).change == 1 and not answer.settled:
                first = answer
            assert first.change == 1 and not first.settled
            assert answer.change == 4, "those between are skipped, and what is not whole is no frame"
            await call.settled(4)
            assert close(call.canvas, painted(frame(3), followed=1))
            assert len(call.answers) > 6


async def test_strength_and_look_change_between_frames_and_move_nothing(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look, moving=True) as call:
            await shown(call, frame(0), 1)
            await shown(call, frame(1), 2)
            await call.send(strength=40.0, change=3)
            assert close(await call.settled(3), painted(frame(1), 40.0, followed=1))
            await call.send(strength=0.0, rects=[rect(frame(2), 0, 0, WIDTH, HEIGHT)], change=4)
            assert np.array_equal(await call.settled(4), frame(2)), "one that is only looked at"
            await call.send(strength=100.0, rects=[rect(frame(3), 0, 0, WIDTH, HEIGHT)], change=5)
            assert close(await call.settled(5), painted(frame(3), followed=3))


async def test_another_size_begins_anew(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look, moving=True) as call:
            await shown(call, frame(0), 1)
            await shown(call, frame(1), 2)
            small = frame(2)[:20, :17]
            call.canvas = np.zeros((20, 17, 4), np.uint8)
            await call.send(size=wire.LiveSize(width=17, height=20), rects=[rect(small, 0, 0, 17, 20)], change=3)
            assert close(await call.settled(3), painted(small))
            assert call.answers[-1].anew


async def test_one_pixel_is_a_film_too(serving: Serving) -> None:
    async with serving() as place:
        look = await with_look(place.caller)
        async with live(place.caller, 1, 1, look, moving=True) as call:
            for number in range(2):
                await shown(call, frame(number)[:1, :1], number + 1)
                assert close(call.canvas, painted(frame(number)[:1, :1], followed=number))


async def test_an_engine_that_follows_nothing_says_so_once_and_the_canvas_stays(serving: Serving) -> None:
    async with serving(engine="fake_engine:standing") as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look, moving=True) as call:
            warned = [list((await shown(call, frame(number), number + 1)).warnings) for number in range(3)]
            assert [len(one) for one in warned] == [0, 1, 0]
            assert warned[1][0].endswith(".")
            assert close(call.canvas, painted(frame(2)))
        async with live(place.caller, WIDTH, HEIGHT, look, moving=False) as call:
            assert not (await shown(call, frame(0), 1)).anew


async def test_it_counts_as_the_bytes_that_it_holds(serving: Serving) -> None:
    size = WIDTH * HEIGHT * 4
    async with serving(limits=Limits(max_bytes_in_flight=3 * size)) as place:
        look = await with_look(place.caller)
        async with live(place.caller, WIDTH, HEIGHT, look, moving=True) as call:
            await shown(call, frame(0), 1)
            await shown(call, frame(1), 2)
            async with live(place.caller, 1, 1, look) as second:
                assert (await second.refused()).code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        await until(lambda: not place.server.live.open)
        async with live(place.caller, WIDTH, HEIGHT + 1, look, moving=True) as call:
            error = await call.refused()
            assert (error.code(), details(error)["ErrorInfo"].reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUEUE_FULL")
