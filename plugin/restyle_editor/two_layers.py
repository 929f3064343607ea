"""Owns a painting as two layers: its colours, which are the photo with the painting's large tones and hues, and its strokes, which are the rest.

Both make the painting again where an editor merges the strokes' grain into the colours: colours + strokes − half of full scale.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import repeat
from operator import sub
from typing import Any

from .packages import client
from .steps import Steps

BLOCKS = 32  # that the longest side has: what is finer than two of them is strokes
TURN = 60_000  # samples between two turns: some 40 ms
READING = 0.1  # of the time, which goes by before the first row is parted
ONE, HALF, BITS = 64, 2048, 12  # whole numbers are interpolated in parts of 64, down and across
_CODES = {"U8": "B", "U16": "H", "F16": "e", "F32": "f"}
_FULL = {"U8": 255, "U16": 65535, "F16": 1.0, "F32": 1.0}
_ALPHA = ("GRAY_ALPHA", "RGBA", "BGRA")

Two = tuple[Any, Any]  # planes: colours and strokes


def half(depth: Any) -> float:
    """What a stroke that changes nothing is. Whole numbers: the lower half, 127 of 255, as Krita has it; GIMP rounds what it makes of that."""
    return int(_FULL[depth.value]) // 2 if depth.value in ("U8", "U16") else 0.5


def separating(photo: client.Plane, painting: client.Plane) -> Steps[Two]:
    """Colours and strokes, of the painting's size and format. photo: what was painted, likewise. Alpha stays with the colours; the strokes' is full.

    Strokes stay within 0 to full scale, and what is beyond belongs to the colours. So colours + strokes − half(depth) is the painting, exactly in whole numbers
    and as far as they round in floats. ValueError: a photo of another size or format.
    """
    if (photo.format, photo.width, photo.height) != (painting.format, painting.width, painting.height):
        raise ValueError("a painting is separated from a photo of its own size and format")
    depth, channels = painting.format.depth.value, painting.format.channels.samples
    whole, alpha, middle = depth in ("U8", "U16"), painting.format.channels.value in _ALPHA, half(painting.format.depth)
    full = _FULL[depth]
    form = struct.Struct(f"<{painting.width * channels}{_CODES[depth]}")
    before, after = memoryview(photo.data).cast("B"), memoryview(painting.data).cast("B")
    colours, strokes = bytearray(painting.size), bytearray(painting.size)
    side = max(1, round(max(painting.width, painting.height) / BLOCKS))
    turn = max(1, TURN // (painting.width * channels))
    lines: list[list[float]] = []
    for top in range(0, painting.height, side):
        rows = range(top, min(painting.height, top + side))
        lines.append(_means(before, after, form, rows, painting.width, channels, side))
        yield READING * rows.stop / painting.height
    lines = [_across(line, painting.width, channels, side, whole) for line in _smoothed(lines, channels)]
    for row in range(painting.height):
        start = row * form.size
        old, new = form.unpack_from(before, start), form.unpack_from(after, start)
        upper, lower, part = _between(row, side, len(lines))
        if whole:
            down = round(part * ONE)
            up = ONE - down
            base = [s + ((up * a + down * b + HALF) >> BITS) for s, a, b in zip(old, lines[upper], lines[lower], strict=True)]  # type: ignore[operator]
        else:
            base = [s + a + part * (b - a) for s, a, b in zip(old, lines[upper], lines[lower], strict=True)]
        least, most = min(0, min(new)), max(full, max(new))  # floats may go to an image of whole numbers, which has nothing beyond
        if min(base) < least or max(base) > most:
            base = [min(max(value, least), most) for value in base]
        rest = [value + middle for value in map(sub, new, base)]
        if min(rest) < 0 or max(rest) > full:
            rest = [min(max(value, 0), full) for value in rest]
            base = [value - stroke + middle for value, stroke in zip(new, rest, strict=True)]
        if alpha:
            base[channels - 1 :: channels] = new[channels - 1 :: channels]
            rest[channels - 1 :: channels] = repeat(full, painting.width)
        form.pack_into(colours, start, *base)
        form.pack_into(strokes, start, *rest)
        if row % turn == 0:
            yield READING + (1 - READING) * (row + 1) / painting.height
    return tuple(client.Plane(painting.format, painting.width, painting.height, bytes(data), painting.icc) for data in (colours, strokes))  # type: ignore[return-value]


def _means(before: memoryview, after: memoryview, form: struct.Struct, rows: range, width: int, channels: int, side: int) -> list[float]:
    """The mean change of every channel in every block of some rows."""
    sums = [0.0] * (-(-width // side) * channels)
    for row in rows:
        change = list(map(sub, form.unpack_from(after, row * form.size), form.unpack_from(before, row * form.size)))
        for place in range(len(sums)):
            left, channel = divmod(place, channels)
            sums[place] += sum(change[left * side * channels + channel : (left + 1) * side * channels : channels])
    return [total / (len(rows) * min(side, width - place // channels * side)) for place, total in enumerate(sums)]


def _between(pixel: int, side: int, count: int) -> tuple[int, int, float]:
    """The blocks whose centres a pixel lies between, and how far it is on the way."""
    place = (pixel + 0.5) / side - 0.5
    first = max(int(place), 0)
    return first, min(first + 1, count - 1), max(place - first, 0.0)


def _across(line: list[float], width: int, channels: int, side: int, whole: bool) -> list[float]:
    """A line of blocks as one of pixels. whole: in parts of ONE."""
    found: list[float] = []
    for x in range(width):
        left, right, part = _between(x, side, len(line) // channels)
        for channel in range(channels):
            a, b = line[left * channels + channel], line[right * channels + channel]
            found.append(a + part * (b - a))
    return [round(value * ONE) for value in found] if whole else found


def _smoothed(lines: list[list[float]], channels: int) -> Iterator[list[float]]:
    """Each block mixed with its neighbours, 1:2:1 both ways."""
    across = []
    for line in lines:
        wide = [*line[:channels], *line, *line[-channels:]]
        across.append([(a + 2 * b + c) / 4 for a, b, c in zip(wide, wide[channels:], wide[2 * channels :], strict=False)])
    padded = [across[0], *across, across[-1]]
    for three in zip(padded, padded[1:], padded[2:], strict=False):
        yield [(a + 2 * b + c) / 4 for a, b, c in zip(*three, strict=True)]
