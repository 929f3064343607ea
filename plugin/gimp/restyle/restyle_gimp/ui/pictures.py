"""Owns small pictures in windows: encoded thumbnails, files, layers and previews as pixbufs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from gi.repository import GdkPixbuf, Gio, GLib
from restyle_client import Channels, Depth, PixelFormat, Plane, Preview
from restyle_editor.boxes import Box

from ..host.pixels import whole

QUALITY = "85"  # of JPEG: strokes stay clean, and a picture is some 30 KB


@lru_cache(maxsize=32)  # of chosen styles, which are shown anew with every press
def decoded(data: bytes) -> Any | None:
    """A pixbuf of an encoded picture; None when GdkPixbuf can't read it here."""
    if not data:
        return None
    loader = GdkPixbuf.PixbufLoader.new()
    try:
        loader.write_bytes(GLib.Bytes.new(data))
        loader.close()
    except GLib.Error:
        return None
    return loader.get_pixbuf()


def of_file(path: str, side: int) -> Any | None:
    """At least `side` px on its shorter side; None when it is no picture that can be read here."""
    try:
        return GdkPixbuf.Pixbuf.new_from_stream_at_scale(Gio.File.new_for_path(path).read(None), 2 * side, 2 * side, True, None)
    except GLib.Error:
        return None


def of_layer(drawable: Any, longest: int) -> Any | None:
    """A layer's thumbnail, longest side at most `longest` px."""
    return of_part(drawable, whole(drawable), longest)


def of_part(drawable: Any, box: Box, longest: int) -> Any | None:
    """The same of a part of it. (GIMP's own get_sub_thumbnail frees its pixels twice, in 3.0.4 and 3.2.6: its data does not.)"""
    plane = plane_of_part(drawable, box, longest)
    return of_plane(plane) if plane is not None else None


def plane_of_part(drawable: Any, box: Box, longest: int) -> Plane | None:
    """The same as RGBA U8, to be sent."""
    factor = min(1.0, longest / max(box.width, box.height))
    width, height = max(1, round(box.width * factor)), max(1, round(box.height * factor))
    data, width, height, samples = drawable.get_sub_thumbnail_data(box.x, box.y, box.width, box.height, width, height)
    pixels = data.get_data() if data is not None else None
    return Plane(PixelFormat(Channels.RGBA, Depth.U8), width, height, _rgba(pixels, samples)) if pixels else None


def of_plane(plane: Plane) -> Any:
    """RGBA U8 over a checkerboard where it is transparent."""
    return _over_checks(bytes(plane.data), plane.width, plane.height)


def of_preview(preview: Preview) -> Any:
    """Over a checkerboard where it is transparent."""
    return _over_checks(preview.rgba, preview.width, preview.height)


def of_painting(plane: Plane, preview: Preview | None) -> Any | None:
    """A result itself where it has 8 bits; else the last preview of it."""
    if plane.format.depth is Depth.U8:
        return _over_checks(_rgba(bytes(plane.data), plane.format.channels.samples), plane.width, plane.height)
    return of_preview(preview) if preview is not None else None


def part(pixbuf: Any, box: Box, whole: Box) -> Any:
    """What a picture of `whole` shows of `box`."""
    x, y = ((near - start) * size // full for near, start, size, full in (
        (box.x, whole.x, pixbuf.get_width(), whole.width), (box.y, whole.y, pixbuf.get_height(), whole.height)
    ))  # fmt: skip
    width, height = max(1, box.width * pixbuf.get_width() // whole.width), max(1, box.height * pixbuf.get_height() // whole.height)
    return pixbuf.new_subpixbuf(x, y, width, height)


def saved(pixbuf: Any | None, longest: int, path: Path) -> str:
    """As a JPEG, longest side `longest` px at the most. The file's name, or nothing when it could not be written: a list without a picture is still a list."""
    if pixbuf is None:
        return ""
    try:
        smaller = fitted(pixbuf, longest, longest) if max(pixbuf.get_width(), pixbuf.get_height()) > longest else pixbuf
        return path.name if _opaque(smaller).savev(str(path), "jpeg", ["quality"], [QUALITY]) else ""
    except GLib.Error:
        return ""


def png(pixbuf: Any) -> bytes:
    """As a PNG file."""
    return bytes(pixbuf.save_to_bufferv("png", [], [])[1])


def size_of_file(path: str) -> tuple[int, int] | None:
    """Width and height in px of a picture's file; None when it is none that can be read here."""
    found, width, height = GdkPixbuf.Pixbuf.get_file_info(path)
    return (width, height) if found is not None else None


def _opaque(pixbuf: Any) -> Any:
    """The same without alpha: with it, some GdkPixbufs write a gray JPEG."""
    width, height = pixbuf.get_width(), pixbuf.get_height()
    ground = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, width, height)
    ground.fill(0x808080FF)
    pixbuf.composite(ground, 0, 0, width, height, 0, 0, 1, 1, GdkPixbuf.InterpType.NEAREST, 255)
    return ground


def _over_checks(rgba: bytes, width: int, height: int) -> Any:
    pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(GLib.Bytes.new(rgba), GdkPixbuf.Colorspace.RGB, True, 8, width, height, width * 4)
    if rgba[3::4].count(255) == width * height:
        return pixbuf
    return pixbuf.composite_color_simple(width, height, GdkPixbuf.InterpType.NEAREST, 255, 8, 0x999999, 0x666666)


def _rgba(data: bytes, samples: int) -> bytes:
    """Thumbnail bytes of 1 to 4 samples per pixel as RGBA8."""
    out = bytearray(b"\xff" * (len(data) // samples * 4))
    colors = 3 if samples >= 3 else 1
    for channel in range(3):
        out[channel::4] = data[channel % colors :: samples]
    if samples in (2, 4):
        out[3::4] = data[samples - 1 :: samples]
    return bytes(out)


def square(pixbuf: Any, side: int) -> Any:
    """The middle of a picture, side × side px."""
    short = min(pixbuf.get_width(), pixbuf.get_height())
    x, y = (pixbuf.get_width() - short) // 2, (pixbuf.get_height() - short) // 2
    return pixbuf.new_subpixbuf(x, y, short, short).scale_simple(side, side, GdkPixbuf.InterpType.BILINEAR)


def resized(pixbuf: Any, width: int, height: int) -> Any:
    return pixbuf.scale_simple(width, height, GdkPixbuf.InterpType.BILINEAR)


def fitted(pixbuf: Any, width: int, height: int) -> Any:
    """As large as fits into width × height px; small pictures grow."""
    factor = min(width / pixbuf.get_width(), height / pixbuf.get_height())
    size = max(1, round(pixbuf.get_width() * factor)), max(1, round(pixbuf.get_height() * factor))
    return resized(pixbuf, *size)
