"""Owns pixels on their way between GIMP and the wire: which format loses nothing, reading a layer as it is seen, weights out of masks, writing a result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gi.repository import Babl, Gegl, Gimp
from restyle_client import Channels, Depth, PixelFormat, Plane
from restyle_editor.boxes import Box

from .failures import ensured

_MODELS = {Channels.GRAY: "Y'", Channels.GRAY_ALPHA: "Y'A", Channels.RGB: "R'G'B'", Channels.RGBA: "R'G'B'A"}
_TYPES = {Depth.U8: "u8", Depth.U16: "u16", Depth.F32: "float"}


def whole(drawable: Any) -> Box:
    """All of a drawable, in its own coordinates."""
    return Box(0, 0, drawable.get_width(), drawable.get_height())


@dataclass(frozen=True)
class Way:
    """How pixels travel without loss. icc: the profile that their numbers are meant in; None: GIMP converts them to sRGB on the way.

    GIMP's named formats are sRGB-encoded: integers clip what a wider profile holds, and have too few steps for a linear encoding of the same depth. So 8 and
    16 bits go as they are when they are sRGB-encoded, 8 linear bits go as 16, and the rest as floats, which are unbounded. Curves of other profiles are only
    approximated by GIMP's conversion, worst near black (175 comes back as 218 of 65535, Adobe RGB): their numbers go as they are, with the profile.
    """

    format: PixelFormat
    icc: bytes | None = None


def way(image: Any, drawable: Any) -> Way:
    """The smallest way that loses nothing."""
    gray, alpha = drawable.is_gray(), drawable.has_alpha()
    channels = {(False, False): Channels.RGB, (False, True): Channels.RGBA, (True, False): Channels.GRAY, (True, True): Channels.GRAY_ALPHA}[gray, alpha]
    precision = image.get_precision()
    if _is_srgb(image, gray):
        return Way(PixelFormat(channels, _SRGB_DEPTHS.get(precision, Depth.F32)))
    if precision in _OWN_CURVE:
        return Way(PixelFormat(channels, _SRGB_DEPTHS.get(precision, Depth.F32)), bytes(image.get_color_profile().get_icc_profile()))
    return Way(PixelFormat(channels, Depth.F32))


def own_way(image: Any, drawable: Any) -> tuple[Way, Any]:
    """The way of the drawable's own numbers, as its image's layers are blended by, and that blend space."""
    how = way(image, drawable)
    if how.icc is None and not _is_srgb(image, drawable.is_gray()):
        how = Way(how.format, bytes(image.get_color_profile().get_icc_profile()))
    return how, Gimp.LayerColorSpace.RGB_NON_LINEAR if image.get_precision() in _OWN_CURVE else Gimp.LayerColorSpace.RGB_PERCEPTUAL


_SRGB_DEPTHS = {
    Gimp.Precision.U8_NON_LINEAR: Depth.U8,
    Gimp.Precision.U8_PERCEPTUAL: Depth.U8,
    Gimp.Precision.U8_LINEAR: Depth.U16,
    Gimp.Precision.U16_NON_LINEAR: Depth.U16,
    Gimp.Precision.U16_PERCEPTUAL: Depth.U16,
}
_OWN_CURVE = (  # encoded by the profile's curve; the perceptual ones have sRGB's, whatever the profile
    Gimp.Precision.U8_NON_LINEAR,
    Gimp.Precision.U16_NON_LINEAR,
    Gimp.Precision.U32_NON_LINEAR,
    Gimp.Precision.HALF_NON_LINEAR,
    Gimp.Precision.FLOAT_NON_LINEAR,
    Gimp.Precision.DOUBLE_NON_LINEAR,
)


def _is_srgb(image: Any, gray: bool) -> bool:
    profile = image.get_color_profile()
    if profile is None:
        return True
    return bool(profile.is_equal(_srgb(gray)))


def _srgb(gray: bool) -> Any:
    return Gimp.ColorProfile.new_d65_gray_srgb_trc() if gray else Gimp.ColorProfile.new_rgb_srgb()


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


def read(image: Any, drawable: Any, how: Way, box: Box) -> Plane:
    """The pixels of `box`, in the drawable's coordinates. image: the drawable's."""
    if how.icc is None:
        return Plane(how.format, box.width, box.height, _get(drawable, how.format, box))
    with _scratch(image, drawable, box) as (scratch, layer):
        _copy(drawable, box, layer, whole(layer))
        _assign(scratch, _srgb(drawable.is_gray()))
        return Plane(how.format, box.width, box.height, _get(layer, how.format, whole(layer)), how.icc)


def write(image: Any, drawable: Any, plane: Plane, x: int = 0, y: int = 0) -> None:
    """Puts a plane into the drawable, its left upper corner at x, y."""
    target = Box(x, y, plane.width, plane.height)
    if plane.icc is None:
        _set(drawable, plane, target)
        return
    with _scratch(image, drawable, target) as (scratch, layer):
        _assign(scratch, _srgb(drawable.is_gray()))
        _set(layer, plane, whole(layer))
        _assign(scratch, image.get_color_profile())
        _copy(layer, whole(layer), drawable, target)


def copy(source: Any, target: Any) -> None:
    """All pixels of one drawable into another of the same size and format, exactly."""
    _copy(source, whole(source), target, whole(target))


@contextmanager
def _scratch(image: Any, drawable: Any, box: Box) -> Iterator[tuple[Any, Any]]:
    """An empty image like `image`, with one layer like `drawable`, of the box's size: there sRGB can be assigned without touching the numbers."""
    scratch = Gimp.Image.new_with_precision(box.width, box.height, image.get_base_type(), image.get_precision())
    try:
        scratch.undo_disable()
        _assign(scratch, image.get_color_profile())
        layer = Gimp.Layer.new(scratch, "", box.width, box.height, drawable.type(), 100, Gimp.LayerMode.NORMAL)
        ensured(scratch.insert_layer(layer, None, 0), "prepare the layer's colors")
        yield scratch, layer
    finally:
        scratch.delete()


def _assign(image: Any, profile: Any) -> None:
    ensured(image.set_color_profile(profile), "assign a color profile")


def _copy(source: Any, box: Box, target: Any, place: Box) -> None:
    buffer = target.get_buffer()
    source.get_buffer().copy(_rectangle(box), Gegl.AbyssPolicy.NONE, buffer, _rectangle(place))
    buffer.flush()
    target.update(place.x, place.y, place.width, place.height)


def _get(drawable: Any, format_: PixelFormat, box: Box) -> bytes:
    return bytes(drawable.get_buffer().get(_rectangle(box), 1.0, _name(format_), Gegl.AbyssPolicy.NONE))


def _set(drawable: Any, plane: Plane, box: Box) -> None:
    buffer = drawable.get_buffer()
    buffer.set(_rectangle(box), _name(plane.format), bytes(plane.data))  # other buffer types are 40 times slower
    buffer.flush()
    drawable.update(box.x, box.y, box.width, box.height)


def _rectangle(box: Box) -> Any:
    return Gegl.Rectangle.new(box.x, box.y, box.width, box.height)


def weights(drawable: Any, box: Box) -> Plane:
    """The raw values of a mask or channel in `box` of its own coordinates, as a GRAY U8 plane; black beyond its edges."""
    data = drawable.get_buffer().get(_rectangle(box), 1.0, _weight_format(drawable), Gegl.AbyssPolicy.BLACK)
    return Plane(PixelFormat(Channels.GRAY, Depth.U8), box.width, box.height, bytes(data))


def write_weights(drawable: Any, plane: Plane) -> None:
    """Puts such values into all of a mask or channel."""
    buffer = drawable.get_buffer()
    buffer.set(_rectangle(whole(drawable)), _weight_format(drawable), bytes(plane.data))
    buffer.flush()
    drawable.update(0, 0, plane.width, plane.height)


def _weight_format(drawable: Any) -> str:
    encoding = Babl.format_get_encoding(drawable.get_format())
    model = encoding.split()[0] if encoding.startswith("Y") else "Y'"  # linear masks and perceptual channels: their values are what counts
    return f"{model} u8"


def _name(format_: PixelFormat) -> str:
    return f"{_MODELS[format_.channels]} {_TYPES[format_.depth]}"
