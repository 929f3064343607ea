"""Owns one live canvas: its pixels, what of it waits to be painted, and when the next answer may go out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from restyle_contract.rectangles import Canvas, Rect, Waiting, repeated
from restyle_engine.parameters import Seamless
from restyle_imaging.planes.formats import PixelFormat, Plane

from ..limits import LIVE_PIECE, LIVE_PIECE_BYTES
from ..records.live import LiveCrop, LiveMotion, LiveShape, LiveWay, LookFile
from .live_frames import COPIES, LiveFrames


@dataclass(frozen=True, slots=True)
class Change:
    """What one message says, checked. number: the client's own. whole: nothing of the change is still to come."""

    rects: tuple[tuple[Rect, bytes], ...] = ()
    size: tuple[int, int] | None = None
    look: LookFile | None = None
    strength: float | None = None
    number: int = 0
    whole: bool = True


class LiveSession:
    """Everything happens on the loop's thread. moving: each change that is whole is a frame, and the noise goes along with what moves.
    seamless: the axes along which the canvas repeats; none of one that moves."""

    def __init__(
        self,
        party: str,
        form: PixelFormat,
        size: tuple[int, int],
        icc: bytes | None,
        look: LookFile,
        strength: float,
        shape: LiveShape,
        *,
        moving: bool = False,
        seamless: Seamless = Seamless.NONE,
    ) -> None:
        self.party = party
        self.format = form
        self._canvas: Canvas | None = Canvas(form.pixel_bytes, *size)
        self._icc = icc
        self._look = look
        self._strength = strength
        self._shape = shape
        self._seamless = seamless
        self._changing = Waiting()  # of a change that is not whole yet
        self._waiting = Waiting()  # to be painted
        self._frames = LiveFrames(form, icc) if moving else None
        self.begun = False  # whether its first message has been taken
        self._drawn = False  # whether any rectangle has come: an empty canvas is not painted
        self._news = asyncio.Event()
        self._sent = self._seen = 0
        self._ending = False
        self._error: Exception | None = None
        self._expiry: asyncio.TimerHandle | None = None  # of the answer that is not read yet
        self.change = 0  # the latest that is whole

    @property
    def size(self) -> tuple[int, int]:
        return (self._canvas.width, self._canvas.height) if self._canvas else (0, 0)

    @property
    def bytes(self) -> int:
        """That it holds."""
        return self._canvas.size * self.copies if self._canvas else 0

    @property
    def copies(self) -> int:
        """Times the bytes of its canvas that it holds."""
        return 1 if self._frames is None else COPIES

    @property
    def settled(self) -> bool:
        """Whether nothing waits to be painted."""
        return not self._waiting and not (self._frames is not None and self._frames.waits)

    @property
    def anew(self) -> bool:
        """Whether the frame that is painted begins a scene."""
        return self._frames is not None and self._frames.anew

    def told(self) -> tuple[str, ...]:
        """Sentences that the client has not been told yet."""
        return self._frames.told() if self._frames is not None else ()

    @property
    def open(self) -> bool:
        return self._canvas is not None

    def take(self, change: Change) -> None:
        """Puts what has changed where it belongs."""
        canvas = self._canvas
        self.begun = True
        if canvas is None:
            return
        if change.size is not None and change.size != self.size:
            self._resize(canvas, change.size)
        for rect, data in change.rects:
            canvas.put(rect, data)
            self._mark(canvas, rect)
        if change.look is not None or change.strength is not None:
            self._look = change.look or self._look
            self._strength = self._strength if change.strength is None else change.strength
            if self._drawn:
                (self._waiting if self._frames is None else self._changing).add(canvas.all)
        self._drawn = self._drawn or bool(change.rects)
        if change.whole:
            self._commit(canvas, change.number)
        self._news.set()

    def saw(self, number: int) -> None:
        """The client has read the answer of this number."""
        self._seen = max(self._seen, min(number, self._sent))
        if self._expiry is not None and not self.unread:
            self._expiry.cancel()
        self._news.set()

    @property
    def unread(self) -> bool:
        return self._seen < self._sent

    def end(self) -> None:
        """Nothing more comes: what waits is painted, and that is all."""
        self._ending = True
        self._news.set()

    def fail(self, error: Exception) -> None:
        """Ends it at once, and lets its canvas go."""
        self._error = self._error or error
        self.close()

    def close(self) -> None:
        self._canvas = None
        if self._frames is not None:
            self._frames.drop()
        if self._expiry is not None:
            self._expiry.cancel()
        self._waiting.clear()
        self._changing.clear()
        self._news.set()

    async def next(self) -> LiveCrop | LiveMotion | None:
        """The next part to be painted, when there is one and the last answer has been read, or what is to be followed before; None when all is over. What it
        was ended with."""
        while True:
            self.check()
            if self._canvas is None:
                return None
            if not self.unread and not self.settled:
                return self._order(self._canvas)
            if self._ending and (self.settled or self.unread):
                return None
            self._news.clear()
            await self._news.wait()

    def followed(self, way: LiveWay) -> None:
        """What came of what was to be followed."""
        if self._frames is not None and self._canvas is not None:
            self._frames.followed(way)
            self._waiting.add(self._frames.all)

    def sending(self, expiry: asyncio.TimerHandle) -> int:
        """An answer goes out now; its number. expiry: called off once it has been read."""
        self._expiry = expiry
        self._sent += 1
        return self._sent

    def check(self) -> None:
        """What it was ended with."""
        if self._error is not None:
            raise self._error

    def _resize(self, canvas: Canvas, size: tuple[int, int]) -> None:
        """What lies at an edge that was, or that is one now, looks different."""
        before = canvas.all
        canvas.resize(*size)
        for waiting in (self._waiting, self._changing) if self._frames is None else (self._changing,):  # what is painted of a frame keeps its size
            waiting.resize(*size)
        kept = before.within(*size)
        if self._drawn and kept is not None:
            if self._seamless is not Seamless.NONE:
                self._changing.add(canvas.all)
                return
            if canvas.width != before.width:
                self._mark(canvas, Rect(kept.right - 1, 0, canvas.width - kept.right + 1, canvas.height))
            if canvas.height != before.height:
                self._mark(canvas, Rect(0, kept.bottom - 1, canvas.width, canvas.height - kept.bottom + 1))

    def _mark(self, canvas: Canvas, rect: Rect) -> None:
        seen = self._around(canvas, rect)
        for x, width in repeated(seen.x, min(seen.right, seen.x + canvas.width), canvas.width):
            for y, height in repeated(seen.y, min(seen.bottom, seen.y + canvas.height), canvas.height):
                self._changing.add(Rect(x, y, width, height))

    def _around(self, canvas: Canvas, rect: Rect) -> Rect:
        """A rectangle of the canvas with what it is seen from; along an axis that repeats that may lie beyond the canvas."""
        grown = rect.grown(self._shape.reach, self._shape.grid)
        inside = grown.within(canvas.width, canvas.height) or rect
        across, down = (grown if self._seamless.across else inside), (grown if self._seamless.down else inside)
        return Rect(across.x, down.y, across.width, down.height)

    def _commit(self, canvas: Canvas, number: int) -> None:
        """A change is whole."""
        if self._frames is None:
            for rect in reversed(list(self._changing)):
                self._waiting.add(rect)
            self.change = max(self.change, number)
        elif self._changing:
            self._frames.comes(canvas, number)
        self._changing.clear()

    def _order(self, canvas: Canvas) -> LiveCrop | LiveMotion:
        if self._frames is None or self._waiting:
            return self._crop(canvas)
        self.change, motion = self._frames.begun()
        if motion is None:
            self._waiting.add(self._frames.all)
            return self._crop(canvas)
        return motion

    def _crop(self, canvas: Canvas) -> LiveCrop:
        most = min(LIVE_PIECE, LIVE_PIECE_BYTES // canvas.pixel_bytes)
        wanted = self._waiting.take(most, self._shape.grid)
        if self._frames is not None:
            return self._frames.crop(wanted, self._look, self._strength, self._shape)
        around = self._around(canvas, wanted)
        plane = Plane(self.format, around.width, around.height, canvas.take_round(around), self._icc)
        period = canvas.width * self._seamless.across, canvas.height * self._seamless.down
        return LiveCrop(self._look, self._strength, plane, around.x, around.y, wanted, period=period)
