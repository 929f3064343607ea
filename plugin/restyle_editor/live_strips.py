"""Owns what of a picture has changed since it was last looked at: strips of it are read by turns, within a budget of time, and compared.

No editor tells a plug-in which pixels a brush has touched. Reading and comparing are quick, so that the whole of a usual picture is looked at in every turn,
and of a large one first what changed a moment ago, because that is where somebody draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from .boxes import Box

ROWS = 64  # px of a strip: the tiles of Krita's pixels are as high
PIECE = 32  # px: changes are found in pieces of rows so long
WARM = 40  # turns that a strip is looked at first after it has changed: a second or two of drawing
SMOOTHING = 0.2  # of a strip's time that the last one counts for in what the next is expected to take


@dataclass(frozen=True)
class Change:
    """box: px of the picture; data: its bytes, rows from the top, tightly packed."""

    box: Box
    data: bytes


class Strips:
    """read: the bytes of a box of the picture, as wide as the picture. clock: seconds."""

    def __init__(self, width: int, height: int, pixel_bytes: int, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._pixel_bytes = pixel_bytes
        self._seconds = 0.0  # that one strip takes
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        """Another picture: all of it is new."""
        self.width, self.height = width, height
        self._boxes = [Box(0, top, width, min(ROWS, height - top)) for top in range(0, height, ROWS)]
        self._next = 0
        self.forget()

    def forget(self) -> None:
        """All of the picture counts as new when it is next looked at."""
        self._seen: list[bytes | None] = [None] * len(self._boxes)
        self._warm: dict[int, int] = {}  # strips that changed lately: turns left

    @property
    def complete(self) -> bool:
        """Whether every strip has been looked at."""
        return all(each is not None for each in self._seen)

    def look(self, read: Callable[[Box], bytes], seconds: float) -> list[Change]:
        """What has changed in as many strips as there is time for; one at least."""
        end = self._clock() + seconds
        changes: list[Change] = []
        for turn, number in enumerate(self._order()):
            begun = self._clock()
            if turn and begun + self._seconds > end:
                break
            known, turns = self._seen[number] is not None, self._warm.pop(number, 0)
            if (change := self._compared(number, read(self._boxes[number]))) is not None:
                changes.append(change)
            if not turns:
                self._next = number + 1
            if known and change is not None:
                self._warm[number] = WARM
            elif turns > 1:
                self._warm[number] = turns - 1  # behind those that were not read for lack of time
            self._seconds += SMOOTHING * (self._clock() - begun - self._seconds)
        return changes

    def _order(self) -> list[int]:
        count, warm = len(self._boxes), list(self._warm)
        return warm + [number % count for number in range(self._next, self._next + count) if number % count not in self._warm]

    def _compared(self, number: int, data: bytes) -> Change | None:
        before, box = self._seen[number], self._boxes[number]
        if before is not None and before == data:
            return None
        self._seen[number] = data
        part = Box(0, 0, box.width, box.height) if before is None else changed(before, data, box.width, box.height, self._pixel_bytes)
        return Change(part.moved(box.x, box.y), cut(data, box.width, part, self._pixel_bytes))


def changed(before: bytes, after: bytes, width: int, height: int, pixel_bytes: int) -> Box:
    """The box around all pixels that differ, its sides on multiples of PIECE; both as rows from the top. They do differ. Bytes, not views: those are compared
    number by number."""
    row, piece = width * pixel_bytes, PIECE * pixel_bytes
    rows = [number for number in range(height) if before[number * row : (number + 1) * row] != after[number * row : (number + 1) * row]]
    pieces = -(-width // PIECE)
    left, right = pieces, 0
    for number in rows:
        end = (number + 1) * row

        def differs(place: int, start: int = number * row, end: int = end) -> bool:
            begin, stop = start + place * piece, min(end, start + (place + 1) * piece)
            return before[begin:stop] != after[begin:stop]

        left = next((place for place in range(left) if differs(place)), left)
        right = next((place + 1 for place in range(pieces - 1, right - 1, -1) if differs(place)), right)
    return Box(left * PIECE, rows[0], min(width, right * PIECE) - left * PIECE, rows[-1] + 1 - rows[0])


def cut(data: bytes, width: int, part: Box, pixel_bytes: int) -> bytes:
    """The bytes of a part of a picture of that width."""
    row = width * pixel_bytes
    if part.width == width:
        return data[part.y * row : (part.y + part.height) * row]
    starts = (line * row + part.x * pixel_bytes for line in range(part.y, part.y + part.height))
    return b"".join([data[start : start + part.width * pixel_bytes] for start in starts])
