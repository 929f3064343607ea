"""Owns canvases that change by rectangles: the bytes, and which parts wait to be sent or painted. The latest wins, and nothing piles up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_WAITING = 8  # rectangles that are kept apart: more hands than that draw on no canvas
WASTE = 1.25  # times the areas of two rectangles that the one around both may have, to take their place
MUCH = 4  # times as large: what is so much larger waits behind a new one, so that a stroke is seen before the rest of the canvas


@dataclass(frozen=True)
class Rect:
    """px from the upper left; at least 1 × 1 px where it is to say anything."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def area(self) -> int:
        return self.width * self.height

    def around(self, other: Rect) -> Rect:
        """The smallest one that has both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def within(self, width: int, height: int) -> Rect | None:
        """What of it lies on a canvas of this size; None: nothing."""
        x, y = max(0, self.x), max(0, self.y)
        right, bottom = min(width, self.right), min(height, self.bottom)
        return Rect(x, y, right - x, bottom - y) if x < right and y < bottom else None

    def grown(self, by: int, grid: int = 1) -> Rect:
        """So many px larger on each side, and its edges on multiples of the grid."""
        x, y = (self.x - by) // grid * grid, (self.y - by) // grid * grid
        right, bottom = -(-(self.right + by) // grid) * grid, -(-(self.bottom + by) // grid) * grid
        return Rect(x, y, right - x, bottom - y)


def repeated(start: int, stop: int, length: int) -> list[tuple[int, int]]:
    """Where the places start … stop of an axis that repeats lie on it, as beginnings and lengths of pieces in their order."""
    found = []
    while start < stop:
        at = start % length
        count = min(stop - start, length - at)
        found.append((at, count))
        start += count
    return found


class Waiting:
    """Rectangles that wait, the newest first. Those that overlap much, and the oldest when there are many, become one."""

    def __init__(self) -> None:
        self._rects: list[Rect] = []  # the newest last

    def __bool__(self) -> bool:
        return bool(self._rects)

    def __iter__(self) -> Iterator[Rect]:
        return reversed(self._rects)

    def add(self, rect: Rect) -> None:
        """It is the newest now."""
        while (near := next((other for other in self._rects if _one(rect, other)), None)) is not None:
            self._rects.remove(near)
            rect = rect.around(near)
        self._rects.append(rect)
        while len(self._rects) > MOST_WAITING:
            self._rects[:2] = [self._rects[0].around(self._rects[1])]

    def take(self, most: int, grid: int = 1) -> Rect:
        """A piece of the newest, of at most so many px, or one square of the grid; its rest waits on. IndexError when nothing waits."""
        rect = self._rects.pop()
        while rect.area > most and max(rect.width, rect.height) > grid:
            first, rest = _halves(rect, grid)
            self._rects.append(rest)
            rect = first
        return rect

    def resize(self, width: int, height: int) -> None:
        """The canvas has another size: what lies beyond it waits no more."""
        self._rects = [part for rect in self._rects if (part := rect.within(width, height)) is not None]

    def clear(self) -> None:
        self._rects.clear()


def _one(new: Rect, old: Rect) -> bool:
    """Whether one rectangle may stand for both."""
    around = new.around(old)
    return around == new or (old.area <= MUCH * new.area and around.area <= WASTE * (new.area + old.area))


def _halves(rect: Rect, grid: int) -> tuple[Rect, Rect]:
    """Two parts of its longer side, cut on a multiple of the grid."""
    if rect.height >= rect.width:
        cut = max(grid, rect.height // 2 // grid * grid)
        return Rect(rect.x, rect.y, rect.width, cut), Rect(rect.x, rect.y + cut, rect.width, rect.height - cut)
    cut = max(grid, rect.width // 2 // grid * grid)
    return Rect(rect.x, rect.y, cut, rect.height), Rect(rect.x + cut, rect.y, rect.width - cut, rect.height)


class Canvas:
    """The bytes of a picture, all 0 at first. pixel_bytes: of one pixel."""

    def __init__(self, pixel_bytes: int, width: int, height: int) -> None:
        self.pixel_bytes = pixel_bytes
        self.width = width
        self.height = height
        self._data = bytearray(pixel_bytes * width * height)

    @property
    def all(self) -> Rect:
        return Rect(0, 0, self.width, self.height)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._data)

    def copy(self) -> Canvas:
        """As it is now."""
        found = Canvas(self.pixel_bytes, self.width, self.height)
        found._data[:] = self._data
        return found

    def same(self, other: Canvas) -> bool:
        """Whether both have the same size and bytes."""
        return (self.width, self.height) == (other.width, other.height) and self._data == other._data

    def put(self, rect: Rect, data: bytes | bytearray | memoryview) -> None:
        """Writes rows from the top, tightly packed. rect lies on the canvas, and data has its bytes."""
        view, mine = memoryview(data).cast("B"), memoryview(self._data)
        for begin, end, row in self._rows(rect):
            mine[begin:end] = view[row : row + end - begin]

    def take(self, rect: Rect) -> bytes:
        """The bytes of a rectangle on the canvas, tightly packed."""
        if rect.width == self.width:
            return bytes(memoryview(self._data)[rect.y * self._stride : rect.bottom * self._stride])
        mine = memoryview(self._data)
        return b"".join(mine[begin:end] for begin, end, _ in self._rows(rect))

    def take_round(self, rect: Rect) -> bytes:
        """The same of a rectangle that may leave the canvas: its other side goes on there."""
        columns, stride = repeated(rect.x, rect.right, self.width), self.pixel_bytes
        found = bytearray()
        for y, height in repeated(rect.y, rect.bottom, self.height):
            strips = [(self.take(Rect(x, y, width, height)), width * stride) for x, width in columns]
            for row in range(height):
                for data, length in strips:
                    found += data[row * length : (row + 1) * length]
        return bytes(found)

    def resize(self, width: int, height: int) -> None:
        """What lies in both sizes keeps its place; what is new is 0."""
        kept = Rect(0, 0, min(width, self.width), min(height, self.height))
        data = self.take(kept)
        self.width, self.height, self._data = width, height, bytearray(self.pixel_bytes * width * height)
        self.put(kept, data)

    @property
    def _stride(self) -> int:
        return self.pixel_bytes * self.width

    def _rows(self, rect: Rect) -> Iterator[tuple[int, int, int]]:
        """Where each row begins and ends here, and where it begins in tightly packed rows."""
        length = self.pixel_bytes * rect.width
        for number in range(rect.height):
            begin = (rect.y + number) * self._stride + rect.x * self.pixel_bytes
            yield begin, begin + length, number * length
