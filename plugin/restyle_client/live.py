"""Owns live painting: a canvas that is painted while it changes. The latest wins on the way there, too: what was not sent yet is sent as it is now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from ._vendor.grpclib.exceptions import StreamTerminatedError
from .backoff import Backoff, ended, within
from .contract import PixelFormat, Plane, rectangles
from .conversion import outgoing
from .errors import InvalidRequest, ServerGone, ServerNotFound, Unauthenticated
from .transport import Connection, ConnectionLost
from .wire import restyle_pb2 as pb

MESSAGE_BYTES = 1024 * 1024  # of pixels: the fastest message size through grpc
ENDING_SECONDS = 5.0  # for the status of a call that takes no more messages
REOPENINGS = 1  # in a row, of a canvas whose worker ended: what ends it again and again is the canvas itself


@dataclass(frozen=True)
class LiveFrame:
    """A part of the canvas as it is painted now, in the canvas's format.

    x, y, width, height: px. data: rows from the top, tightly packed. change: number of the latest change that the server knew when it painted this.
    settled: everything up to it is painted. seconds: that the device took. anew: of a moving canvas, this begins a scene. warnings: sentences, told once.
    """

    x: int
    y: int
    width: int
    height: int
    data: bytes
    change: int = 0
    settled: bool = False
    seconds: float = 0.0
    anew: bool = False
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"LiveFrame({self.width}×{self.height} px at {self.x}, {self.y}, change {self.change}{', settled' if self.settled else ''})"


@dataclass(frozen=True)
class LivePainting:
    """A whole plane that was painted live, in its own format. seconds: that the device took. anew: of a moving canvas, it begins a scene: the first one, or
    after a cut. warnings: sentences, told once."""

    plane: Plane
    seconds: float = 0.0
    anew: bool = False
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"LivePainting({self.plane.width}×{self.plane.height} px{', anew' if self.anew else ''})"


class AsyncLive:
    """A canvas that is open for live painting; made by AsyncSession.live, and used as an async context manager, on one event loop.

    `change` notes what has changed and returns at once; `frame` waits for the next part that was painted. The server paints no further before the last frame
    was taken, so that nothing piles up on either side. Where the server or its worker ends, the canvas is opened again once, and all of it sent again; one that
    moves is not, as what has moved is forgotten there: its frames end with ServerGone.
    """

    def __init__(
        self,
        connection: Connection,
        client_id: str,
        pixel_format: PixelFormat,
        width: int,
        height: int,
        look: str,
        strength: float | None,
        icc: bytes | None,
        backoff: Backoff,
        *,
        moving: bool = False,
        seamless: str = "none",
    ) -> None:
        self._connection = connection
        self._client_id = client_id
        self._icc = icc
        self._format = outgoing.pixel_format(pixel_format)
        self._moving, self._seamless = moving, seamless
        outgoing.live_open(client_id, self._format, width, height, icc, look, strength, seamless)  # what is wrong is told before anything is sent
        self._canvas = rectangles.Canvas(pixel_format.pixel_bytes, width, height)
        self._look = look
        self._strength = strength
        self._backoff = backoff
        self._waiting = rectangles.Waiting()  # to be sent
        self._resized = self._restyled = False
        self._drawn = False  # whether there is anything to paint: an empty canvas is no frame
        self._numbered = 0
        self._seen = self._told = 0  # numbers of answers: taken here, and told to the server
        self._news = asyncio.Event()
        self._frames: asyncio.Queue[LiveFrame | None] = asyncio.Queue()  # the server sends one at a time
        self._number = 0  # of the frame in the queue
        self._error: Exception | None = None
        self._task: asyncio.Future[None] | None = None
        self._lost = 0

    @property
    def width(self) -> int:
        return self._canvas.width

    @property
    def height(self) -> int:
        return self._canvas.height

    async def __aenter__(self) -> AsyncLive:
        self._task = asyncio.ensure_future(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends it. A frame that somebody waits for becomes None."""
        if self._task is not None:
            await ended(self._task)
        self._frames.put_nowait(None)

    def change(self, x: int, y: int, width: int, height: int, data: bytes | bytearray | memoryview) -> int:
        """These pixels are new: rows from the top, tightly packed, in the canvas's format. They are copied. Returns the change's number; InvalidRequest."""
        rect = rectangles.Rect(x, y, width, height)
        view, wanted = memoryview(data).cast("B"), rect.area * self._canvas.pixel_bytes
        if min(x, y) < 0 or min(width, height) < 1 or rect.right > self.width or rect.bottom > self.height:
            raise InvalidRequest(f"{width}×{height} px at {x}, {y} don't lie on the canvas of {self.width}×{self.height} px; resize it first", "rects")
        view, wanted = memoryview(data).cast("B"), rect.area * self._canvas.pixel_bytes
        if view.nbytes != wanted:
            raise InvalidRequest(
                f"{width}×{height} px of this canvas take {wanted} bytes, not {view.nbytes}; pass the rows tightly packed, in its format", "rects"
            )
        self._canvas.put(rect, view)
        self._drawn = True
        self._waiting.add(rect)
        return self._noted()

    def resize(self, width: int, height: int) -> int:
        """The canvas has another size: what lies in both stays, what is new is empty until it is changed."""
        if (width, height) == (self.width, self.height):
            return self._numbered
        outgoing.live_open(self._client_id, self._format, width, height, self._icc, self._look, self._strength, self._seamless)
        self._canvas.resize(width, height)
        self._waiting.resize(width, height)
        self._resized = True
        return self._noted()

    def restyle(self, look: str | None = None, strength: float | None = None) -> int:
        """From now on, paint with this look, or at this strength (0 to 100)."""
        look, strength = look or self._look, self._strength if strength is None else strength
        outgoing.live_open(self._client_id, self._format, self.width, self.height, None, look, strength, self._seamless)
        self._look, self._strength, self._restyled = look, strength, True
        return self._noted()

    async def frame(self, timeout: float | None = None) -> LiveFrame | None:
        """The next part that was painted; None after `timeout` seconds without one, or once it is closed. The call's error, if it ended with one."""
        if self._frames.empty() and self._error is not None:
            raise self._error
        try:
            found = await self._frames.get() if timeout is None else self._frames.get_nowait() if timeout <= 0 else await within(timeout, self._frames.get())
        except (asyncio.TimeoutError, asyncio.QueueEmpty):
            return None
        if found is None:
            self._frames.put_nowait(None)
            if self._error is not None:
                raise self._error
            return None
        self._seen = self._number
        self._news.set()
        return found

    async def settled(self, change: int = 0) -> AsyncIterator[LiveFrame]:
        """Frames until everything up to this change is painted."""
        while (found := await self.frame()) is not None:
            yield found
            if found.settled and found.change >= change:
                return

    async def paint(self, plane: Plane) -> LivePainting:
        """The whole plane, in the canvas's format, which gets its size; of a moving canvas, its next frame. ServerGone when it is closed meanwhile."""
        self.resize(plane.width, plane.height)
        result = rectangles.Canvas(self._canvas.pixel_bytes, plane.width, plane.height)
        number = self.change(0, 0, plane.width, plane.height, plane.data)
        frames, settled = [], False
        async for frame in self.settled(number):
            if frame.change >= number:
                result.put(rectangles.Rect(frame.x, frame.y, frame.width, frame.height), frame.data)
                frames.append(frame)
                settled = frame.settled
        if not settled:
            raise ServerGone("The live canvas was closed while it was painted; open it again.")
        painted = Plane(plane.format, plane.width, plane.height, result.take(result.all), plane.icc)
        warnings = tuple(warning for frame in frames for warning in frame.warnings)
        return LivePainting(painted, sum(frame.seconds for frame in frames), any(frame.anew for frame in frames), warnings)

    # ---- inside

    def _noted(self) -> int:
        if self._error is not None:
            raise self._error
        self._numbered += 1
        self._news.set()
        return self._numbered

    async def _run(self) -> None:
        """Keeps the canvas open until it is closed, or ends with an error."""
        try:
            while True:
                try:
                    await self._converse()
                except ConnectionLost as error:
                    if self._moving:
                        raise
                    await self._backoff.pause(error)
                except (ServerNotFound, Unauthenticated) as error:  # between a server's end and its successor's server.json
                    if not self._backoff.trying:
                        raise
                    await self._backoff.pause(error)
                except ServerGone:
                    self._lost += 1
                    if self._moving or self._lost > REOPENINGS:
                        raise
        except Exception as error:
            self._error = error
        finally:
            self._frames.put_nowait(None)

    async def _converse(self) -> None:
        async with self._connection.stream("Live") as stream:
            self._seen = self._told = self._number = 0
            self._resized = self._restyled = False
            if self._drawn:
                self._waiting.add(self._canvas.all)
                self._news.set()
            opened = outgoing.live_open(self._client_id, self._format, self.width, self.height, self._icc, self._look, self._strength, self._seamless)
            opened.moving = self._moving
            await stream.send_message(pb.LiveRequest(open=opened))
            sender, receiver = asyncio.ensure_future(self._send(stream)), asyncio.ensure_future(self._receive(stream))
            try:
                await asyncio.wait((sender, receiver), return_when=asyncio.FIRST_COMPLETED)
                if not receiver.done():  # a sender that fails says less than how the server ended the call
                    await asyncio.wait({receiver}, timeout=ENDING_SECONDS)
                    if not receiver.done():
                        sender.result()
                await receiver
            finally:
                for task in (sender, receiver):  # both before either is waited for: a second cancellation of this task would spare the other
                    task.cancel()
                await ended(sender)
                await ended(receiver)

    async def _send(self, stream: Any) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while (message := self._message()) is not None:
                await stream.send_message(message)

    def _message(self) -> pb.LiveRequest | None:
        """The next that is to be said, of the canvas as it is now."""
        changed = bool(self._waiting) or self._resized or self._restyled
        if not changed and self._seen == self._told:
            return None
        message = pb.LiveRequest(seen=self._seen)
        self._told = self._seen
        if self._resized:
            message.size.width, message.size.height = self.width, self.height
        if self._restyled:
            message.look_id = self._look
            if self._strength is not None:
                message.strength = self._strength
        self._resized = self._restyled = False
        if self._waiting:
            rect = self._waiting.take(max(1, MESSAGE_BYTES // self._canvas.pixel_bytes))
            message.rects.add(x=rect.x, y=rect.y, width=rect.width, height=rect.height, data=self._canvas.take(rect))
        if changed:
            message.change, message.more = self._numbered, bool(self._waiting)
        return message

    async def _receive(self, stream: Any) -> None:
        while (answer := await stream.recv_message()) is not None:
            self._backoff.reset()
            self._lost = 0
            rect, self._number = answer.rect, answer.number
            known = (answer.change, answer.settled, answer.seconds, answer.anew, tuple(answer.warnings))
            self._frames.put_nowait(LiveFrame(rect.x, rect.y, rect.width, rect.height, rect.data, *known))
        raise StreamTerminatedError("the server ended the canvas")
