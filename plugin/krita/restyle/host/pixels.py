"""Owns pixels between Krita and the service: which of Krita's formats travel as they are, and what is read of a layer.

Krita's integers are B,G,R,A and its floats R,G,B,A, little-endian, straight alpha. Nothing is converted here but CMYK, Lab and the like, by Krita itself.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .. import strings
from ..packages import Box, Failure, Steps, at_once, client
from .api import buffer
from .layers import is_mask
from .profiles import icc_of
from .scratch import converted

SRGB = "sRGB-elle-V2-srgbtrc.icc"  # Krita's own default
CONVERTED = ("RGBA", "U16", SRGB)  # what a color space without R, G and B travels as: 16 bits hold every value of an 8-bit CMYK
WITHOUT_PIXELS = ("grouplayer", "clonelayer", "filelayer", "vectorlayer", "filllayer")  # they only have a projection
BAND_BYTES = 4 << 20  # that Krita reads or writes at a time: some 5 ms, and several times quicker than as a whole

_CHANNELS = {
    ("RGBA", "U8"): "BGRA", ("RGBA", "U16"): "BGRA", ("RGBA", "F16"): "RGBA", ("RGBA", "F32"): "RGBA",
    ("GRAYA", "U8"): "GRAY_ALPHA", ("GRAYA", "U16"): "GRAY_ALPHA", ("GRAYA", "F16"): "GRAY_ALPHA", ("GRAYA", "F32"): "GRAY_ALPHA",
}  # fmt: skip
_CONVERTIBLE = ("CMYKA", "LABA", "XYZA", "YCbCrA")


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
    return at_once(reading(document, node, box, projection=projection))


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


def opaque(colors: Colors, width: int, height: int) -> client.Plane:
    """White of that size, in the format that such pixels travel in."""
    white = {"F16": b"\x00\x3c", "F32": b"\x00\x00\x80\x3f"}.get(colors.format.depth.value, b"\xff")
    size = width * height * colors.format.pixel_bytes
    return client.Plane(colors.format, width, height, white * (size // len(white)), icc_of(*colors.sent))


def bands(box: Box, size: int) -> Iterator[tuple[Box, int, int]]:
    """A box of `size` bytes from the top in pieces of whole rows: each one's box, and the range of its bytes."""
    row = size // box.height
    rows = max(1, BAND_BYTES // row)
    for top in range(0, box.height, rows):
        height = min(rows, box.height - top)
        yield Box(box.x, box.y + top, box.width, height), top * row, (top + height) * row


def selection_mask(selection: Any, box: Box) -> client.Plane:
    """GRAY U8: how much each pixel is selected."""
    data = bytes(buffer(selection.pixelData(*box.rect)))
    return client.Plane(client.PixelFormat(client.Channels.GRAY, client.Depth.U8), box.width, box.height, data)


def mask_of(node: Any, box: Box) -> client.Plane | None:
    """The first transparency mask of a layer; None: it has none."""
    masks = [child for child in node.childNodes() if child.type() == "transparencymask"]
    return selection_mask(masks[0].selection(), box) if masks else None


def _by_bands(node: Any, box: Box, pixel_bytes: int) -> Steps[Any | None]:
    """A layer's own pixels; None when Krita gives fewer bytes than that."""
    size = box.width * box.height * pixel_bytes
    whole = memoryview(mmap.mmap(-1, size))  # whose pages come into being as they are filled; a bytearray would be zeroed at once, 64 MiB in 50 ms
    for band, start, end in bands(box, size):
        if start:  # a small layer is read in one turn, so that what is wrong with it is said at once
            yield None
        data = buffer(node.pixelData(*band.rect))
        if len(data) != end - start:
            return None
        whole[start:end] = data
    return whole
