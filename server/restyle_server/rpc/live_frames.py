"""Owns the frames of a live canvas that moves: which is painted, which comes next, and how far the canvas has gone along with the camera. The latest wins, and
each is painted from one moment."""

from __future__ import annotations

from restyle_contract.rectangles import Canvas, Rect
from restyle_imaging.planes.formats import PixelFormat, Plane

from ..records.live import LiveCrop, LiveMotion, LiveShape, LiveWay, LookFile

COPIES = 3  # times the bytes of its canvas that a moving one takes: as it is drawn on, as it is painted, and as it comes next
HOLD = 0.75  # px that a camera goes on before the canvas goes by one: a half would let it tremble


class LiveFrames:
    """Everything happens on the loop's thread."""

    def __init__(self, form: PixelFormat, icc: bytes | None) -> None:
        self._format, self._icc = form, icc
        self._shown: Canvas | None = None  # is painted, or was
        self._next: tuple[Canvas, int] | None = None
        self._at = [0.0, 0.0]  # px right and down from where the scene began
        self._shift = [0, 0]  # the same for the canvas, which goes by whole px
        self._follows = True  # until it was told that nothing does
        self._warnings: tuple[str, ...] = ()
        self.anew = True  # the frame that is painted begins a scene

    @property
    def waits(self) -> bool:
        """Whether there is a frame that hasn't been begun."""
        return self._next is not None

    def comes(self, canvas: Canvas, number: int) -> None:
        """The canvas is a frame as it is now. number: the change's."""
        self._next = canvas.copy(), number

    def begun(self) -> tuple[int, LiveMotion | None]:
        """The frame that waits is the one to be painted: the number of its change, and what is to be followed before, if it moves. IndexError without one."""
        if self._next is None:
            raise IndexError("no frame waits")
        before, (now, number), self._next = self._shown, self._next, None
        self._shown = now
        if before is None or (before.width, before.height) != (now.width, now.height):
            self._begin()
            return number, None
        self.anew = False
        if not self._follows or before.same(now):
            return number, None
        return number, LiveMotion(self._plane(before, before.all), self._plane(now, now.all))

    def followed(self, way: LiveWay) -> None:
        """What came of it."""
        if way.step is None:
            self._begin()
            return
        self._at = [at + step for at, step in zip(self._at, way.step, strict=True)]
        self._shift = [round(at) if abs(at - shift) > HOLD else shift for at, shift in zip(self._at, self._shift, strict=True)]
        if way.warning:
            self._follows, self._warnings = False, (way.warning,)

    @property
    def all(self) -> Rect:
        """Of the frame that is painted."""
        return self._painted.all

    def crop(self, wanted: Rect, look: LookFile, strength: float, shape: LiveShape) -> LiveCrop:
        """A part of the frame that is painted."""
        canvas = self._painted
        around = wanted.grown(shape.reach, shape.grid).within(canvas.width, canvas.height) or wanted
        return LiveCrop(look, strength, self._plane(canvas, around), around.x, around.y, wanted, self.shift)

    @property
    def shift(self) -> tuple[int, int]:
        """px, right and down, that the canvas has gone since the scene began."""
        return self._shift[0], self._shift[1]

    def told(self) -> tuple[str, ...]:
        """Sentences that nobody has been told yet."""
        warnings, self._warnings = self._warnings, ()
        return warnings

    def drop(self) -> None:
        """Lets all of them go."""
        self._shown = self._next = None

    def _begin(self) -> None:
        """A scene."""
        self.anew, self._at, self._shift = True, [0.0, 0.0], [0, 0]

    @property
    def _painted(self) -> Canvas:
        if self._shown is None:
            raise IndexError("no frame has been begun")
        return self._shown

    def _plane(self, canvas: Canvas, rect: Rect) -> Plane:
        return Plane(self._format, rect.width, rect.height, canvas.take(rect), self._icc)
