"""Owns what makes a file a style's picture: its kind, its limits, its size, and the thumbnail made from it."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass

from PIL import Image

from ..imaging.errors import ImagingError, PictureError
from ..imaging.files import read_picture
from ..imaging.planes import open_plane
from ..imaging.preview import rgba8
from ..neural.parameters import SMALLEST_SIDE
from .errors import StyleRejected

MAX_BYTES = 64 * 1024 * 1024  # as Limits.max_style_bytes: a 16-bit TIFF of 10 megapixels
MAX_PIXELS = 64_000_000  # px, as Limits.max_pixels; float copies of more would not fit beside a running job
THUMBNAIL_SIDE = 256  # px: what the service promises for a list
THUMBNAIL_QUALITY = 82  # of 100: about 15 KB each
JPEG_QUALITY = 88  # of 100: twice compressed, so a little finer
MAX_THUMBNAIL_BYTES = 1 << 20  # far more than 256 px need, far less than a message may hold
ORIENTATION = 0x0112  # EXIF tag
KINDS = {"PNG": "png", "JPEG": "jpg", "TIFF": "tif", "WEBP": "webp"}  # how the kept file's name ends


@dataclass(frozen=True, slots=True)
class Checked:
    """A picture that can be painted after. extension: without the dot; width, height: px, upright; thumbnail: WebP bytes."""

    extension: str
    width: int
    height: int
    thumbnail: bytes


def check(data: bytes, name: str = "The picture") -> Checked:
    """Decodes the picture once, whole. StyleRejected("picture", …) when it is no PNG, JPEG, TIFF or WebP, damaged, too small or too large."""
    if len(data) > MAX_BYTES:
        raise StyleRejected("picture", f"{name} has {len(data) / 2**20:.0f} MiB; a style's picture may have {MAX_BYTES // 2**20}. Save it smaller.")
    if data and _kind(data) is None:
        raise StyleRejected("picture", f"{name} is no PNG, JPEG, TIFF or WebP; save it as one of them.")
    try:
        file = read_picture(data, name)
        if file.format not in KINDS:
            raise StyleRejected("picture", f"{name} is a {file.format} picture; save it as PNG, JPEG, TIFF or WebP.")
        width, height = file.plane.width, file.plane.height
        if min(width, height) < SMALLEST_SIDE:
            raise StyleRejected("picture", f"{name} has {width}×{height} px; a style needs at least {SMALLEST_SIDE} px on each side.")
        if width * height > MAX_PIXELS:
            raise StyleRejected("picture", f"{name} has {width:,}×{height:,} px, more than {MAX_PIXELS // 1_000_000} megapixels; scale it down.")
        canvas = open_plane(file.plane)
    except (PictureError, ImagingError) as error:
        raise StyleRejected("picture", error.message) from error
    return Checked(KINDS[file.format], width, height, _webp(*rgba8(canvas.rgb, canvas.alpha, THUMBNAIL_SIDE)))


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height as shown (px), from the file's header alone; None when Pillow can't tell."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            turned = image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (height, width) if turned else (width, height)


def extension_of(data: bytes) -> str:
    """How the picture's file is to end, without the dot, by its first bytes. StyleRejected when it is no PNG, JPEG, TIFF or WebP."""
    kind = _kind(data)
    if kind is None:
        raise StyleRejected("picture", "The picture is no PNG, JPEG, TIFF or WebP; save it as one of them.")
    return KINDS[kind]


@functools.lru_cache(maxsize=2 * 200)  # both thumbnails of the longest page; 20 KB each
def as_jpeg(thumbnail: bytes) -> bytes:
    """The same small picture as a JPEG, on white where it is transparent: the toolkits of GIMP and Krita can't read WebP on many systems. Empty stays empty."""
    if not thumbnail:
        return b""
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(thumbnail), formats=("WEBP", "PNG", "JPEG")) as image:
            rgba = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b""
    white = Image.new("RGBA", rgba.size, "white")
    Image.alpha_composite(white, rgba).convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _webp(width: int, height: int, rgba: bytes) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGBA", (width, height), rgba).save(out, "WEBP", quality=THUMBNAIL_QUALITY, method=4)
    return out.getvalue()


def _kind(data: bytes) -> str | None:
    """By the file's first bytes, before anything parses it."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "TIFF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return None
