"""Owns one live canvas: its pixels, what of it waits to be painted, and when the next answer may go out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from restyle_contract.rectangles import Canvas, Rect, Waiting
from restyle_imaging.planes.formats import PixelFormat, Plane

from ..limits import LIVE_PIECE, LIVE_PIECE_BYTES
from ..records.live import LiveCrop, LiveShape, LookFile


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
    """Everything happens on the loop's thread."""

    def __init__(self, party: str, form: PixelFormat, size: tuple[int, int], icc: bytes | None, look: LookFile, strength: float, shape: LiveShape) -> None:
        self.party = party
        self.format = form
        self._canvas: Canvas | None = Canvas(form.pixel_bytes, *size)
        self._icc = icc
        self._look = look
        self._strength = strength
        self._shape = shape
        self._changing = Waiting()  # of a change that is not whole yet
        self._waiting = Waiting()  # to be painted
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
        """That its canvas holds."""
        return self._canvas.size if self._canvas else 0

    @property
    def settled(self) -> bool:
        """Whether nothing waits to be painted."""
        return not self._waiting

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
                self._waiting.add(canvas.all)
        self._drawn = self._drawn or bool(change.rects)
        if change.whole:
            for rect in reversed(list(self._changing)):
                self._waiting.add(rect)
            self._changing.clear()
            self.change = max(self.change, change.number)
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
        if self._expiry is not None:
            self._expiry.cancel()
        self._waiting.clear()
        self._changing.clear()
        self._news.set()

    async def next(self) -> LiveCrop | None:
        """The next part to be painted, when there is one and the last answer has been read; None when all is over. What it was ended with."""
        while True:
            self.check()
            if self._canvas is None:
                return None
            if not self.unread and self._waiting:
                return self._crop(self._canvas)
            if self._ending and (not self._waiting or self.unread):
                return None
            self._news.clear()
            await self._news.wait()

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
        for waiting in (self._waiting, self._changing):
            waiting.resize(*size)
        kept = before.within(*size)
        if self._drawn and kept is not None:
            if canvas.width != before.width:
                self._mark(canvas, Rect(kept.right - 1, 0, canvas.width - kept.right + 1, canvas.height))
            if canvas.height != before.height:
                self._mark(canvas, Rect(0, kept.bottom - 1, canvas.width, canvas.height - kept.bottom + 1))

    def _mark(self, canvas: Canvas, rect: Rect) -> None:
        seen = rect.grown(self._shape.reach, self._shape.grid).within(canvas.width, canvas.height)
        if seen is not None:
            self._changing.add(seen)

    def _crop(self, canvas: Canvas) -> LiveCrop:
        most = min(LIVE_PIECE, LIVE_PIECE_BYTES // canvas.pixel_bytes)
        wanted = self._waiting.take(most, self._shape.grid)
        around = wanted.grown(self._shape.reach, self._shape.grid).within(canvas.width, canvas.height) or wanted
        plane = Plane(self.format, around.width, around.height, canvas.take(around), self._icc)
        return LiveCrop(self._look, self._strength, plane, around.x, around.y, wanted)
