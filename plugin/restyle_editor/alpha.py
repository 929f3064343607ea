"""Owns what the alpha of a plane says, and planes that are masks: whether anything is visible, whether everything is opaque, alpha alone, unions and parts."""

from __future__ import annotations

from dataclasses import replace

from .boxes import Box
from .packages import client
from .steps import Steps, at_once

_OPAQUE = {"U8": b"\xff", "U16": b"\xff\xff", "F16": b"\x00\x3c", "F32": b"\x00\x00\x80\x3f"}  # full scale, little-endian
_WITH_ALPHA = ("GRAY_ALPHA", "RGBA", "BGRA")
_WEIGHED_PIXELS = 1 << 16  # at a time


def alpha_range(plane: client.Plane) -> tuple[bool, bool]:
    """Whether anything is visible at all, and whether everything is fully opaque."""
    return at_once(weighing(plane))


def weighing(plane: client.Plane) -> Steps[tuple[bool, bool]]:
    """The same in steps. Works on bytes, in C loops, a piece that fits the processor's cache at a time: 16 million pixels take some 15 ms."""
    if plane.format.channels.value not in _WITH_ALPHA:
        return True, True
    size, samples = plane.format.depth.sample_bytes, plane.format.channels.samples
    step, full = size * samples, _OPAQUE[plane.format.depth.value]
    first, data = step - size, memoryview(plane.data)
    visible, opaque = False, True
    for start in range(0, data.nbytes, _WEIGHED_PIXELS * step):
        if start:
            yield None
        piece = bytes(data[start : start + _WEIGHED_PIXELS * step])
        columns = [piece[first + place :: step] for place in range(size)]
        visible = visible or any(column.count(0) != len(column) for column in columns)
        opaque = opaque and all(column == full[place : place + 1] * len(column) for place, column in enumerate(columns))
        if visible and not opaque:
            break
    return visible, opaque


def alpha_of(plane: client.Plane) -> client.Plane:
    """The alpha alone: a GRAY plane of the same depth, for use as a mask."""
    size, step = plane.format.depth.sample_bytes, plane.format.pixel_bytes
    data, alpha = bytes(plane.data), bytearray(plane.width * plane.height * size)
    for place in range(size):
        alpha[place::size] = data[step - size + place :: step]
    return client.Plane(client.PixelFormat(client.Channels.GRAY, plane.format.depth), plane.width, plane.height, bytes(alpha))


def united(masks: list[client.Plane]) -> client.Plane:
    """One mask of several of the same depth: the bits of both, which is the union where they are hard and lies between maximum and sum where they are soft."""
    whole = masks[0]
    for mask in masks[1:]:
        bits = int.from_bytes(whole.data, "little") | int.from_bytes(mask.data, "little")
        whole = replace(whole, data=bits.to_bytes(whole.size, "little"))
    return whole


def any_weight(mask: client.Plane) -> bool:
    return bytes(mask.data).count(0) != mask.size


def cropped(plane: client.Plane, box: Box) -> client.Plane:
    """The part `box` of a plane."""
    if box.rect == (0, 0, plane.width, plane.height):
        return plane
    pixel, view = plane.format.pixel_bytes, memoryview(plane.data)
    rows = [view[((box.y + row) * plane.width + box.x) * pixel :][: box.width * pixel] for row in range(box.height)]
    return client.Plane(plane.format, box.width, box.height, b"".join(rows), plane.icc)
