"""Owns how tests paint live over grpcio's stubs: a call that is opened, fed and read, and what the fake engine makes of a canvas."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import numpy as np
from calls import PATIENCE, Caller, until
from fake_engine import live_pixels
from look_files import look_file
from numpy.typing import NDArray
from restyle_server.wire import restyle_pb2 as wire

RGBA8 = wire.PixelFormat(channels=wire.RGBA, depth=wire.U8)
Bytes = NDArray[np.uint8]


def drawing(width: int, height: int, seed: int = 0) -> Bytes:
    """RGBA8 of noise, some of it transparent."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


def solid(width: int, height: int, seed: int = 0) -> Bytes:
    """The same without transparency."""
    pixels = drawing(width, height, seed)
    pixels[..., 3] = 255
    return pixels


def painted(pixels: Bytes, strength: float = 100.0, followed: int = 0) -> Bytes:
    """What the fake makes of a solid RGBA8 canvas. followed: frames of a moving one, since its scene began."""
    result = pixels.copy()
    rgb = live_pixels((pixels[..., :3] / np.float32(255)).astype(np.float32), strength, followed, 2 * followed)
    result[..., :3] = np.rint(np.clip(rgb, 0, 1) * 255)
    return result


def close(one: Bytes, other: Bytes) -> bool:
    """The same but for rounding."""
    return one.shape == other.shape and int(np.abs(one.astype(int) - other.astype(int)).max()) <= 1


def rect(pixels: Bytes, x: int, y: int, width: int, height: int) -> wire.LiveRect:
    """A part of a canvas as it is sent."""
    return wire.LiveRect(x=x, y=y, width=width, height=height, data=np.ascontiguousarray(pixels[y : y + height, x : x + width]).tobytes())


class LiveCall:
    """One live canvas, and what is known of its painting."""

    def __init__(self, call: Any, width: int, height: int) -> None:
        self.call = call
        self.canvas = np.zeros((height, width, 4), np.uint8)
        self.answers: list[wire.LiveResponse] = []

    async def send(self, **words: Any) -> None:
        await self.call.write(wire.LiveRequest(**words))

    async def read(self, seen: bool = True) -> wire.LiveResponse:
        """The next answer, put onto the canvas, and acknowledged."""
        answer = await self.call.read()
        if answer is grpc.aio.EOF:
            raise EOFError
        place = answer.rect
        self.canvas[place.y : place.y + place.height, place.x : place.x + place.width] = np.frombuffer(place.data, np.uint8).reshape(
            place.height, place.width, 4
        )
        self.answers.append(answer)
        if seen:
            await self.send(seen=answer.number)
        return answer  # type: ignore[no-any-return]

    async def settled(self, change: int = 0) -> Bytes:
        """The canvas when all up to this change is painted."""
        while True:
            answer = await self.read()
            if answer.settled and answer.change >= change:
                return self.canvas

    async def refused(self) -> grpc.aio.AioRpcError:
        """How the server ended it."""
        try:
            while await self.call.read() is not grpc.aio.EOF:
                pass
            await self.call.code()
        except grpc.aio.AioRpcError as error:
            return error
        raise AssertionError(f"it ended with {await self.call.code()}")


async def with_look(caller: Caller, name: str = "Test look", fault: str = "us") -> str:
    """The id of a look that the server has. fault: as the fake engine has it."""
    look: wire.Look = await caller.call("AddLook", data=look_file(name, credit=fault))
    return look.id


@asynccontextmanager
async def live(caller: Caller, width: int, height: int, look: str = "test-look", strength: float | None = 100.0, **words: Any) -> AsyncIterator[LiveCall]:
    """A canvas that is open for as long as the block lasts. words: of LiveOpen."""
    given = {"client_id": caller.client_id, "format": RGBA8, "width": width, "height": height, "look_id": look, "strength": strength, **words}
    call = caller.stub.Live(metadata=caller.metadata, timeout=PATIENCE)
    opened = LiveCall(call, width, height)
    await opened.send(open=wire.LiveOpen(**given))
    try:
        yield opened
    finally:
        call.cancel()
        await until(lambda: bool(call.done()))
