"""Promises about live painting through the client: the latest wins, a canvas survives its worker and its server once, and mistakes are told at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from calls import until
from live_calls import Bytes, close, painted, solid, with_look
from places import Place, Serving, serving
from restyle_client import (
    AsyncLive,
    AsyncSession,
    Channels,
    Depth,
    InvalidRequest,
    LiveFrame,
    NotFound,
    PixelFormat,
    Plane,
    QueueFull,
    ServerGone,
    connect,
    connect_async,
)
from restyle_client.backoff import INSIST_SECONDS, Backoff
from restyle_server.limits import Limits

__all__ = ["serving"]

RGBA8 = PixelFormat(Channels.RGBA, Depth.U8)
SIDE = 48


@asynccontextmanager
async def session_with(place: Place) -> AsyncIterator[AsyncSession]:
    """A session that finds the server as an editor does, with a look there."""
    await with_look(place.caller)
    async with connect_async(start=False) as session:
        yield session


def put(canvas: Bytes, frame: LiveFrame) -> None:
    pixels = np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width, 4)
    canvas[frame.y : frame.y + frame.height, frame.x : frame.x + frame.width] = pixels


async def settled(live: AsyncLive, change: int) -> tuple[Bytes, int]:
    """The canvas as it is painted up to the change, and how many frames that took."""
    canvas, count = np.zeros((live.height, live.width, 4), np.uint8), 0
    async for frame in live.settled(change):
        put(canvas, frame)
        count += 1
    return canvas, count


async def test_what_changes_is_painted_and_the_latest_wins(serving: Serving) -> None:
    async with serving() as place, session_with(place) as session, session.live(RGBA8, SIDE, SIDE, "test-look", strength=100.0) as live:
        for seed in range(100):
            change = live.change(0, 0, SIDE, SIDE, solid(SIDE, SIDE, seed).tobytes())
        canvas, count = await settled(live, change)
        assert change == 100
        assert count == 1
        assert close(canvas, painted(solid(SIDE, SIDE, 99)))


async def test_strength_look_and_size_change_while_it_is_open(serving: Serving) -> None:
    pixels = solid(SIDE, SIDE)
    async with serving() as place, session_with(place) as session, session.live(RGBA8, SIDE, SIDE - 8, "test-look") as live:
        change = live.change(0, 0, SIDE, SIDE - 8, pixels[: SIDE - 8].tobytes())
        assert close((await settled(live, change))[0], painted(pixels[: SIDE - 8], 50.0)), "the look's own strength"
        live.restyle(await with_look(place.caller, "Other"), 100.0)
        live.resize(SIDE, SIDE)
        change = live.change(0, SIDE - 8, SIDE, 8, pixels[SIDE - 8 :].tobytes())
        assert close((await settled(live, change))[0], painted(pixels))
        assert live.resize(SIDE, SIDE) == change, "nothing to be told"


async def test_nothing_is_painted_further_before_a_frame_was_taken(serving: Serving) -> None:
    async with serving() as place, session_with(place) as session, session.live(RGBA8, SIDE, SIDE, "test-look") as live:
        live.change(0, 0, SIDE, SIDE, solid(SIDE, SIDE).tobytes())
        await until(lambda: not live._frames.empty())
        for seed in range(1, 20):
            live.change(0, 0, SIDE, SIDE, solid(SIDE, SIDE, seed).tobytes())
            await asyncio.sleep(0.01)
        assert live._frames.qsize() == 1
        first = await live.frame()
        assert first is not None and first.change == 1
        second = await live.frame()
        assert second is not None and second.change == 20
        assert await live.frame(timeout=0.05) is None
        assert await live.frame(timeout=0) is None


async def test_a_plane_is_painted_whole_in_every_size(serving: Serving) -> None:
    async with serving() as place, session_with(place) as session:
        for width, height in ((1, 1), (96, 3), (SIDE, SIDE)):
            pixels = solid(width, height)
            result = await session.paint_live(Plane(RGBA8, width, height, pixels.tobytes()), "test-look", strength=100.0)
            assert close(np.frombuffer(result.data, np.uint8).reshape(height, width, 4), painted(pixels))


async def test_a_canvas_whose_worker_ends_is_opened_once_more_with_all_of_it(serving: Serving, tmp_path: Path) -> None:
    pixels, mended = solid(SIDE, SIDE), tmp_path / "mended"
    async with serving() as place, session_with(place) as session:
        look = await with_look(place.caller, "Crashing", f"crash until {mended}")
        (slot,) = place.server.dispatcher.slots
        process = slot.process
        async with session.live(RGBA8, SIDE, SIDE, look, strength=100.0) as live:
            change = live.change(0, 0, SIDE, SIDE, pixels.tobytes())
            await until(lambda: slot.process is not process)
            mended.touch()
            assert close((await settled(live, change))[0], painted(pixels))


async def test_a_canvas_that_ends_every_worker_is_given_up(serving: Serving) -> None:
    async with serving() as place, session_with(place) as session:
        look = await with_look(place.caller, "Crashing", "crash")
        async with session.live(RGBA8, SIDE, SIDE, look) as live:
            live.change(0, 0, SIDE, SIDE, solid(SIDE, SIDE).tobytes())
            with pytest.raises(ServerGone, match="open the canvas again"):
                await live.frame()
            with pytest.raises(ServerGone):
                live.change(0, 0, 1, 1, bytes(4))


async def test_a_canvas_goes_on_with_the_server_that_comes_after(serving: Serving) -> None:
    pixels = solid(SIDE, SIDE)
    async with AsyncExitStack() as first:
        place = await first.enter_async_context(serving())
        await with_look(place.caller)
        async with connect_async(start=False) as session, session.live(RGBA8, SIDE, SIDE, "test-look", strength=100.0) as live:
            await settled(live, live.change(0, 0, SIDE, SIDE, pixels.tobytes()))
            await first.aclose()
            pixels[10:20, 10:20, :3] = 0
            change = live.change(10, 10, 10, 10, pixels[10:20, 10:20].tobytes())
            async with serving():
                assert close((await settled(live, change))[0], painted(pixels))


async def test_mistakes_are_told_at_once_or_with_the_first_frame(serving: Serving) -> None:
    async with serving(limits=Limits(max_live_per_client=1)) as place, session_with(place) as session:
        for wrong in ((0, 0, SIDE + 1, 1), (0, SIDE, 1, 1), (-1, 0, 1, 1), (0, 0, 0, 1)):
            async with session.live(RGBA8, SIDE, SIDE, "test-look") as live:
                with pytest.raises(InvalidRequest, match="resize it first"):
                    live.change(*wrong, bytes(4 * max(0, wrong[2] * wrong[3])))
                with pytest.raises(InvalidRequest, match="tightly packed"):
                    live.change(0, 0, 2, 2, bytes(15))
        for width, strength in ((-1, None), (2**40, None), (SIDE, "much")):
            with pytest.raises(InvalidRequest):
                session.live(RGBA8, width, SIDE, "test-look", strength=strength)  # type: ignore[arg-type]
        async with session.live(RGBA8, SIDE, SIDE, "nothing-like-it") as live:
            with pytest.raises(NotFound, match="There is no look"):
                await live.frame()
        async with session.live(RGBA8, SIDE, SIDE, "test-look", strength=500.0) as live:
            with pytest.raises(InvalidRequest):
                await live.frame()
        async with session.live(RGBA8, SIDE, SIDE, "test-look") as first:
            await settled(first, first.change(0, 0, SIDE, SIDE, bytes(4 * SIDE * SIDE)))
            async with session.live(RGBA8, SIDE, SIDE, "test-look") as second:
                with pytest.raises(QueueFull):
                    await second.frame()


async def test_without_an_event_loop_it_is_the_same(serving: Serving) -> None:
    pixels = solid(SIDE, SIDE)

    def draw() -> Bytes:
        canvas = np.zeros_like(pixels)
        with connect(start=False) as session, session.live(RGBA8, SIDE, SIDE, "test-look", strength=100.0) as live:
            assert live.frame(0) is None
            change = live.change(0, 0, SIDE, SIDE, pixels.tobytes())
            for frame in live.settled(change):
                put(canvas, frame)
            live.restyle(strength=0.0)
            live.resize(SIDE, SIDE)
            assert live.frame(30.0) is not None
            with pytest.raises(InvalidRequest):
                live.change(0, 0, SIDE, SIDE, b"")
            assert (live.width, live.height) == (SIDE, SIDE)
            live.close()
            assert live.frame() is None
        return canvas

    async with serving() as place:
        await with_look(place.caller)
        assert close(await asyncio.to_thread(draw), painted(pixels))


async def test_looks_are_added_listed_fetched_and_removed(serving: Serving, tmp_path: Path) -> None:
    async with serving() as place, session_with(place) as session:
        look = await session.look("test-look", file=True)
        assert look.file is not None and look.size == len(look.file)
        assert await session.add_look(look.file) == await session.look("test-look")
        assert "test-look" in [each.id for each in await session.looks()]
        with pytest.raises(InvalidRequest, match="at most"):
            await session.add_look(bytes(3_000_000))
        with pytest.raises(InvalidRequest):
            await session.add_look(b"no look")
        await session.delete_look("test-look")
        with pytest.raises(NotFound):
            await session.look("test-look")


class SlowStream:
    """In the place of a stream whose message takes its time to be broken off, as on a busy machine."""

    async def send_message(self, message: Any) -> None:
        if not message.open.client_id:  # any but the first
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(3 * INSIST_SECONDS)

    async def recv_message(self) -> None:
        await asyncio.Event().wait()


class SlowConnection:
    @asynccontextmanager
    async def stream(self, method: str) -> AsyncIterator[SlowStream]:
        yield SlowStream()


async def test_a_canvas_that_is_closed_leaves_no_task_behind_on_a_busy_machine() -> None:
    before = asyncio.all_tasks()
    canvas = AsyncLive(cast(Any, SlowConnection()), "client", RGBA8, SIDE, SIDE, "test-look", None, None, Backoff(0.0))
    async with canvas:
        canvas.change(0, 0, SIDE, SIDE, bytes(SIDE * SIDE * 4))
        await asyncio.sleep(0.05)
    await asyncio.sleep(5 * INSIST_SECONDS)
    assert asyncio.all_tasks() == before
