"""Owns pixels between Krita and the service: which of Krita's formats travel as they are, what is read of a layer, and what its alpha says.

Krita's integers are B,G,R,A and its floats R,G,B,A, little-endian, straight alpha. Nothing is converted here but CMYK, Lab and the like, by Krita itself.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from . import strings, turns
from .api import buffer
from .client import client
from .failures import Failure
from .layers import is_mask
from .profiles import icc_of
from .scratch import converted
from .turns import Steps

SRGB = "sRGB-elle-V2-srgbtrc.icc"  # Krita's own default
CONVERTED = ("RGBA", "U16", SRGB)  # what a color space without R, G and B travels as: 16 bits hold every value of an 8-bit CMYK
WITHOUT_PIXELS = ("grouplayer", "clonelayer", "filelayer", "vectorlayer", "filllayer")  # they only have a projection
BAND_BYTES = 4 << 20  # that Krita reads or writes at a time: some 5 ms, and several times quicker than as a whole

_CHANNELS = {
    ("RGBA", "U8"): "BGRA", ("RGBA", "U16"): "BGRA", ("RGBA", "F16"): "RGBA", ("RGBA", "F32"): "RGBA",
    ("GRAYA", "U8"): "GRAY_ALPHA", ("GRAYA", "U16"): "GRAY_ALPHA", ("GRAYA", "F16"): "GRAY_ALPHA", ("GRAYA", "F32"): "GRAY_ALPHA",
}  # fmt: skip
_CONVERTIBLE = ("CMYKA", "LABA", "XYZA", "YCbCrA")
_OPAQUE = {"U8": b"\xff", "U16": b"\xff\xff", "F16": b"\x00\x3c", "F32": b"\x00\x00\x80\x3f"}  # alpha's full scale
_WEIGHED_PIXELS = 1 << 16  # at a time


@dataclass(frozen=True)
class Box:
    """A rectangle of the canvas, px."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rect(self) -> tuple[int, int, int, int]:
        return self.x, self.y, self.width, self.height

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def common(self, other: Box) -> Box:
        """What lies in both; empty when nothing does."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.x + self.width, other.x + other.width), min(self.y + self.height, other.y + other.height)
        return Box(x, y, max(0, right - x), max(0, bottom - y))

    def padded(self, margin: int, within: Box) -> Box:
        return Box(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin).common(within)

    def at_least(self, side: int, within: Box) -> Box:
        """Grown to `side` px where there is room within."""
        x, width = _grown(self.x, self.width, side, within.x, within.width)
        y, height = _grown(self.y, self.height, side, within.y, within.height)
        return Box(x, y, width, height)


@dataclass(frozen=True)
class Colors:
    """A layer's own color space in Krita's words, and the one that its pixels travel in."""

    model: str
    depth: str
    profile: str

    @property
    def native(self) -> bool:
        """Whether its pixels travel as they are."""
        return (self.model, self.depth) in _CHANNELS

    @property
    def own(self) -> tuple[str, str, str]:
        return self.model, self.depth, self.profile

    @property
    def sent(self) -> tuple[str, str, str]:
        return self.own if self.native else CONVERTED

    @property
    def format(self) -> client.PixelFormat:
        model, depth, _ = self.sent
        return client.PixelFormat(client.Channels(_CHANNELS[model, depth]), client.Depth(depth))


def box_of(rect: Any) -> Box:
    """A QRect's."""
    return Box(rect.x(), rect.y(), rect.width(), rect.height())


def colors_of(node: Any) -> Colors:
    """Failure for a color space that Krita can't bring to RGB and back."""
    colors = Colors(node.colorModel(), node.colorDepth(), node.colorProfile())
    if not colors.native and colors.model not in _CONVERTIBLE:
        raise Failure(strings.COLORS_UNKNOWN.format(model=colors.model, depth=colors.depth))
    return colors


def read(document: Any, node: Any, box: Box, *, projection: bool = False) -> client.Plane:
    """The layer's pixels as it looks, its own opacity and mode left out, in the format that they travel in. Failure.

    That is the projection of a group, a clone, a file layer, and of whatever has masks. projection: in any case.
    """
    return turns.at_once(reading(document, node, box, projection=projection))


def reading(document: Any, node: Any, box: Box, *, projection: bool = False) -> Steps[client.Plane]:
    """The same in steps. A paint layer is read from a copy that shares its pixels, so that what is painted on it meanwhile is not half in there."""
    colors = colors_of(node)
    if projection or node.type() in WITHOUT_PIXELS or any(is_mask(child) for child in node.childNodes()):
        document.refreshProjection()
        document.waitForDone()  # else the projection may be an earlier one
        data = node.projectionPixelData(*box.rect)
    elif node.animated() or not colors.native:  # as a whole: at the next turn it may be another time, and a conversion takes all at once
        data = node.pixelData(*box.rect)
    else:
        data = yield from _by_bands(node.duplicate(), box, colors.format.pixel_bytes)
    if not colors.native:
        data = converted(data, box.width, box.height, colors.own, colors.sent)
    if data is None:
        raise Failure(strings.COLORS_UNKNOWN.format(model=colors.model, depth=colors.depth))
    plane = client.Plane(colors.format, box.width, box.height, buffer(data), icc_of(*colors.sent))
    if len(plane.data) != plane.size:
        raise Failure(strings.COLORS_UNKNOWN.format(model=colors.model, depth=colors.depth))
    return plane


def bands(box: Box, size: int) -> Iterator[tuple[Box, int, int]]:
    """A box of `size` bytes from the top in pieces of whole rows: each one's box, and the range of its bytes."""
    row = size // box.height
    rows = max(1, BAND_BYTES // row)
    for top in range(0, box.height, rows):
        height = min(rows, box.height - top)
        yield Box(box.x, box.y + top, box.width, height), top * row, (top + height) * row


def alpha_range(plane: client.Plane) -> tuple[bool, bool]:
    """Whether anything is visible, and whether everything is opaque."""
    return turns.at_once(weighing(plane))


def weighing(plane: client.Plane) -> Steps[tuple[bool, bool]]:
    """The same in steps. Works on bytes, in C loops, a piece that fits the processor's cache at a time: 16 million pixels take some 15 ms."""
    size, samples = plane.format.depth.sample_bytes, plane.format.channels.samples
    step, full = size * samples, _OPAQUE[plane.format.depth.value]
    first, data = step - size, memoryview(plane.data)
    visible, opaque = False, True
    for start in range(0, data.nbytes, _WEIGHED_PIXELS * step):
        if start:
            yield
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


def selection_mask(selection: Any, box: Box) -> client.Plane:
    """GRAY U8: how much each pixel is selected."""
    data = bytes(buffer(selection.pixelData(*box.rect)))
    return client.Plane(client.PixelFormat(client.Channels.GRAY, client.Depth.U8), box.width, box.height, data)


def any_weight(mask: client.Plane) -> bool:
    return bytes(mask.data).count(0) != mask.size


def _by_bands(node: Any, box: Box, pixel_bytes: int) -> Steps[Any | None]:
    """A layer's own pixels; None when Krita gives fewer bytes than that."""
    size = box.width * box.height * pixel_bytes
    whole = memoryview(mmap.mmap(-1, size))  # whose pages come into being as they are filled; a bytearray would be zeroed at once, 64 MiB in 50 ms
    for band, start, end in bands(box, size):
        if start:  # a small layer is read in one turn, so that what is wrong with it is said at once
            yield
        data = buffer(node.pixelData(*band.rect))
        if len(data) != end - start:
            return None
        whole[start:end] = data
    return whole


def _grown(start: int, length: int, side: int, lowest: int, room: int) -> tuple[int, int]:
    if length >= side or room < side:
        return start, length
    moved = max(lowest, min(start - (side - length) // 2, lowest + room - side))
    return moved, side
