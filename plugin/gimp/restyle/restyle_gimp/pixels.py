"""Owns pixels on their way between GIMP and the wire: which format loses nothing, reading a layer as it is seen, weights out of masks, writing a result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gi.repository import Babl, Gegl, Gimp
from restyle_client import Channels, Depth, PixelFormat, Plane

_MODELS = {Channels.GRAY: "Y'", Channels.GRAY_ALPHA: "Y'A", Channels.RGB: "R'G'B'", Channels.RGBA: "R'G'B'A"}
_TYPES = {Depth.U8: "u8", Depth.U16: "u16", Depth.F32: "float"}
_OPAQUE = {Depth.U8: b"\xff", Depth.U16: b"\xff\xff", Depth.F32: b"\x00\x00\x80\x3f"}  # full alpha, little-endian


@dataclass(frozen=True)
class Box:
    """A rectangle in px."""

    x: int
    y: int
    width: int
    height: int

    def padded(self, by: int, within: Box) -> Box:
        """Larger by `by` px on each side, but never beyond `within`."""
        left, top = max(within.x, self.x - by), max(within.y, self.y - by)
        right, bottom = min(within.x + within.width, self.x + self.width + by), min(within.y + within.height, self.y + self.height + by)
        return Box(left, top, right - left, bottom - top)

    def moved(self, dx: int, dy: int) -> Box:
        return Box(self.x + dx, self.y + dy, self.width, self.height)


def whole(drawable: Any) -> Box:
    """All of a drawable, in its own coordinates."""
    return Box(0, 0, drawable.get_width(), drawable.get_height())


def wire_format(image: Any, drawable: Any) -> PixelFormat:
    """The smallest format that carries the drawable's pixels there and back without loss.

    GIMP's named formats are sRGB-encoded: integers clip what a wider profile holds, and have too few steps for a linear encoding of the same depth. So 8 and
    16 bits go as they are when they are sRGB-encoded, 8 linear bits go as 16, and everything else as floats, which are unbounded.
    """
    gray, alpha = drawable.is_gray(), drawable.has_alpha()
    channels = {(False, False): Channels.RGB, (False, True): Channels.RGBA, (True, False): Channels.GRAY, (True, True): Channels.GRAY_ALPHA}[gray, alpha]
    return PixelFormat(channels, _depth(image, gray))


def _depth(image: Any, gray: bool) -> Depth:
    if not _is_srgb(image, gray):
        return Depth.F32
    return {
        Gimp.Precision.U8_NON_LINEAR: Depth.U8,
        Gimp.Precision.U8_PERCEPTUAL: Depth.U8,
        Gimp.Precision.U8_LINEAR: Depth.U16,
        Gimp.Precision.U16_NON_LINEAR: Depth.U16,
        Gimp.Precision.U16_PERCEPTUAL: Depth.U16,
    }.get(image.get_precision(), Depth.F32)


def _is_srgb(image: Any, gray: bool) -> bool:
    profile = image.get_color_profile()
    if profile is None:
        return True
    known = Gimp.ColorProfile.new_d50_gray_srgb_trc() if gray else Gimp.ColorProfile.new_rgb_srgb()
    return bool(profile.is_equal(known))


@contextmanager
def as_seen(layer: Any) -> Iterator[Any]:
    """The layer with its non-destructive filters merged: itself, or a copy outside of the image."""
    if not layer.get_filters():
        yield layer
        return
    copy = layer.copy()
    try:
        copy.merge_filters()
        yield copy
    finally:
        copy.delete()


def read(drawable: Any, format_: PixelFormat, box: Box) -> Plane:
    """The pixels of `box`, in the drawable's coordinates. No profile goes with them: GIMP has converted them to sRGB."""
    rectangle = Gegl.Rectangle.new(box.x, box.y, box.width, box.height)
    data = drawable.get_buffer().get(rectangle, 1.0, _name(format_), Gegl.AbyssPolicy.NONE)
    return Plane(format_, box.width, box.height, bytes(data))


def write(drawable: Any, plane: Plane, x: int = 0, y: int = 0) -> None:
    """Puts a plane into the drawable, its left upper corner at x, y."""
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(x, y, plane.width, plane.height), _name(plane.format), bytes(plane.data))  # other buffer types are 40 times slower
    buffer.flush()
    drawable.update(x, y, plane.width, plane.height)


def weights(drawable: Any, box: Box) -> Plane:
    """The raw values of a mask or channel in `box` of its own coordinates, as a GRAY U8 plane; black beyond its edges."""
    encoding = Babl.format_get_encoding(drawable.get_format())
    model = encoding.split()[0] if encoding.startswith("Y") else "Y'"  # linear masks and perceptual channels: their values are what counts
    rectangle = Gegl.Rectangle.new(box.x, box.y, box.width, box.height)
    data = drawable.get_buffer().get(rectangle, 1.0, f"{model} u8", Gegl.AbyssPolicy.BLACK)
    return Plane(PixelFormat(Channels.GRAY, Depth.U8), box.width, box.height, bytes(data))


def cropped(plane: Plane, box: Box) -> Plane:
    """The part `box` of a plane."""
    if (box.x, box.y, box.width, box.height) == (0, 0, plane.width, plane.height):
        return plane
    pixel, view = plane.format.pixel_bytes, memoryview(plane.data)
    rows = [view[((box.y + row) * plane.width + box.x) * pixel :][: box.width * pixel] for row in range(box.height)]
    return Plane(plane.format, box.width, box.height, b"".join(rows))


def alpha_range(plane: Plane) -> tuple[bool, bool]:
    """Whether anything is visible at all, and whether everything is fully opaque."""
    if plane.format.channels not in (Channels.GRAY_ALPHA, Channels.RGBA):
        return True, True
    pixel, sample, full = plane.format.pixel_bytes, plane.format.depth.sample_bytes, _OPAQUE[plane.format.depth]
    columns = [bytes(plane.data[pixel - sample + position :: pixel]) for position in range(sample)]
    opaque = all(column.count(value) == len(column) for column, value in zip(columns, full, strict=True))
    return any(column.strip(b"\0") for column in columns), opaque


def any_weight(plane: Plane) -> bool:
    return bool(bytes(plane.data).strip(b"\0"))


def _name(format_: PixelFormat) -> str:
    return f"{_MODELS[format_.channels]} {_TYPES[format_.depth]}"
