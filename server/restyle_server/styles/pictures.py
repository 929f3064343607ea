"""Owns what makes a file a style's picture: its kind, its limits, its size, and the thumbnail made from it."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from restyle_contract.limits import MAX_STYLE_BYTES
from restyle_engine.parameters import SMALLEST_SIDE
from restyle_imaging.errors import ImagingError, PictureError
from restyle_imaging.io.files import read_picture
from restyle_imaging.io.pictures import plane_of
from restyle_imaging.planes import samples as planar
from restyle_imaging.planes.canvas import open_plane
from restyle_imaging.planes.formats import Plane
from restyle_imaging.planes.preview import rgba8

from .errors import StyleRejected

MAX_BYTES = MAX_STYLE_BYTES  # as Limits.max_style_bytes: a 16-bit TIFF of 10 megapixels
MAX_PIXELS = 64_000_000  # px, as Limits.max_pixels; float copies of more would not fit beside a running job
THUMBNAIL_SIDE = 256  # px: what the service promises for a list
THUMBNAIL_QUALITY = 82  # of 100: about 15 KB each
JPEG_QUALITY = 88  # of 100: twice compressed, so a little finer
REDUCED_SIDE = 1024  # px, longest side: four times the thumbnail's, so that it is as sharp as from all pixels
LARGEST_THUMBNAIL = 2048  # px of one that lies ready in a folder: 16 MiB; a small file may claim far more
HEAD_BYTES = 12  # of a file, which tell its kind
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


def check(source: Path | bytes, name: str = "The picture") -> Checked:
    """Decodes the picture once, whole, after a look at its header. StyleRejected("picture", …) when it is no PNG, JPEG, TIFF or WebP, damaged, too small or
    too large. It takes up to four times the decoded picture's memory; where that must not be one's own, see checking.py."""
    try:
        head, length = _head(source)
        if length > MAX_BYTES:
            raise StyleRejected("picture", f"{name} has {length / 2**20:.0f} MiB; a style's picture may have {MAX_BYTES // 2**20}. Save it smaller.")
        if head and _kind(head) is None:
            raise StyleRejected("picture", f"{name} is no PNG, JPEG, TIFF or WebP; save it as one of them.")
        if (size := size_of(source)) is not None:
            _require_sides(name, *size)
        file = read_picture(source, name)
        if file.format not in KINDS:
            raise StyleRejected("picture", f"{name} is a {file.format} picture; save it as PNG, JPEG, TIFF or WebP.")
        _require_sides(name, file.plane.width, file.plane.height)
        canvas = open_plane(_reduced(file.plane))
    except (PictureError, ImagingError) as error:
        raise StyleRejected("picture", error.message) from error
    except OSError as error:
        raise StyleRejected("picture", f"{name} can't be read ({(error.strerror or str(error)).lower()}); check its permissions.") from error
    return Checked(KINDS[file.format], file.plane.width, file.plane.height, _webp(*rgba8(canvas.rgb, canvas.alpha, THUMBNAIL_SIDE)))


def size_of(source: Path | bytes) -> tuple[int, int] | None:
    """Width and height as shown (px), from the file's header alone; None when Pillow can't tell."""
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
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
            if max(image.size) > LARGEST_THUMBNAIL:
                return b""
            rgba = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b""
    white = Image.new("RGBA", rgba.size, "white")
    Image.alpha_composite(white, rgba).convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _head(source: Path | bytes) -> tuple[bytes, int]:
    """The file's first bytes, and how many there are in all. OSError."""
    if isinstance(source, bytes):
        return source[:HEAD_BYTES], len(source)
    with source.open("rb") as file:
        return file.read(HEAD_BYTES), source.stat().st_size


def _require_sides(name: str, width: int, height: int) -> None:
    """StyleRejected when a picture of that size is no style's."""
    if min(width, height) < SMALLEST_SIDE:
        raise StyleRejected("picture", f"{name} has {width}×{height} px; a style needs at least {SMALLEST_SIDE} px on each side.")
    if width * height > MAX_PIXELS:
        raise StyleRejected("picture", f"{name} has {width:,}×{height:,} px, more than {MAX_PIXELS // 1_000_000} megapixels; scale it down.")


def _reduced(plane: Plane) -> Plane:
    """The plane's blocks averaged, to about REDUCED_SIDE px, in its own depth and profile: a thumbnail needs no more, and floats of all pixels take gigabytes.
    A smaller plane stays as it is."""
    block = min(max(plane.width, plane.height) // REDUCED_SIDE, min(plane.width, plane.height))
    if block < 2:
        return plane
    samples = planar.samples_of(plane)
    count = samples.shape[2]
    alpha = count in (2, 4)
    rows = []
    for top in range(0, plane.height - block + 1, block):
        strip = samples[top : top + block, : plane.width // block * block].astype(np.float64)
        if alpha:
            strip[..., :-1] *= strip[..., -1:]
        mean = strip.reshape(block, -1, block, count).mean(axis=(0, 2))
        if alpha:
            mean[..., :-1] = np.divide(mean[..., :-1], mean[..., -1:], out=np.zeros_like(mean[..., :-1]), where=mean[..., -1:] > 0)
        rows.append(np.rint(mean) if samples.dtype.kind == "u" else mean)
    return plane_of(np.stack(rows).astype(samples.dtype), plane.icc)


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
