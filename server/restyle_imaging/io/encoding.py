"""Owns encoding a plane as a picture file's bytes: as deep as the kind of file allows, with profile, resolution and EXIF data."""

from __future__ import annotations

import io
import math
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from ..arrays import Samples
from ..color.profiles import profile_of
from ..errors import ImagingError, PictureError
from ..planes import samples as planar
from ..planes.canvas import not_finite, open_plane
from ..planes.formats import Depth, Plane
from ..planes.preview import rgba8
from . import archives, exr, jxl, pat, tiff, xmp
from .ocio import Space
from .pictures import PictureFile

JPEG_QUALITY = 95  # of Pillow's scale: 92 is where blocks stop being visible in paint, 95 leaves room for one more save
WEBP_QUALITY = 95
AVIF_QUALITY = 90  # of libavif's scale, about as near as the others at theirs
AVIF_LARGEST_SIDE = 16_384  # px: what decoders have to read
WEBP_LARGEST_SIDE = 16_383  # px: the format's own limit
JPEG_LARGEST_SIDE = 65_500  # px: libjpeg's limit
METRE_PER_INCH = 0.0254
NO_RESOLUTION = (math.inf, 0.0)
RESOLUTIONS = {  # dpi: the least and the most that the format's integers hold
    "PNG": (METRE_PER_INCH, (2**31 - 1) * METRE_PER_INCH),
    "JPEG": (1.5, 65_535.0),
    "TIFF": (1e-3, 2.0**32 - 1),
    "WEBP": NO_RESOLUTION,
    "AVIF": NO_RESOLUTION,
    "JXL": NO_RESOLUTION,
}
LONGEST_EXIF = {"JPEG": 65_533 - 6, "TIFF": -1}  # bytes; JPEG's segments are short, and TIFF has it in tags of its own
_NAMES = {"PNG": "PNG", "JPEG": "JPEG", "WEBP": "WebP", "AVIF": "AVIF", "JXL": "JPEG XL", "TIFF": "TIFF", "PAT": "A pattern"}


@dataclass(frozen=True, slots=True)
class Encoded:
    data: bytes
    warnings: tuple[str, ...] = ()


def encode(plane: Plane, kind: str, like: PictureFile | None = None, name: str = "") -> Encoded:
    """plane as "PNG", "JPEG", "WEBP", "AVIF", "JXL", "TIFF", "EXR", "ORA", or "PAT", which has a name. PictureError when the kind can't hold its size."""
    try:
        samples = planar.samples_of(plane)
    except ImagingError as error:
        raise PictureError(error.message) from error
    channels = plane.format.channels
    if not np.isfinite(samples).all():
        raise PictureError(not_finite().message)
    order = [*range(channels.samples)[planar.COLORS[channels]], *([channels.samples - 1] if channels.has_alpha else [])]
    samples = samples[..., order]
    notes: list[str] = []
    if kind == "EXR":
        return Encoded(_exr(plane, samples, like.space if like else None))
    if kind == "PAT":
        check_size(kind, plane.width, plane.height)
        return Encoded(pat.write(_srgb8(plane, samples, notes), name), tuple(notes))
    if kind == "ORA":
        return _open_raster(plane, like, name)
    beside = _held(kind, like, notes)
    if kind == "TIFF":
        if like is not None and like.space is not None and plane.format.depth is Depth.F32 and plane.icc is None:
            samples = like.space.stored(samples)
        return Encoded(tiff.write(samples, channels.is_gray, channels.has_alpha, plane.icc, beside.dpi, beside.xmp), tuple(notes))
    if kind == "JXL":
        if samples.dtype.kind == "f" and samples.min(initial=0) < 0:
            samples = np.maximum(samples, 0)  # libjxl refuses others
            notes.append("JPEG XL holds no values below 0: they were clipped; use .tif to keep them.")
        icc = plane.icc
        if channels.is_gray and channels.has_alpha:  # which the library can't write
            samples, icc = _gray_as_srgb(samples, icc, plane.format.depth), None
        return Encoded(jxl.write(samples, icc, beside.exif, beside.xmp), tuple(notes))
    if kind == "PNG":
        samples = _integers(samples, plane.format.depth, Depth.U16, kind, notes)
        return Encoded(_png(samples, plane.icc, beside), tuple(notes))
    check_size(kind, plane.width, plane.height)
    samples = _integers(samples, plane.format.depth, Depth.U8, kind, notes)
    if kind == "JPEG" and channels.has_alpha:
        samples = _on_white(samples)
        notes.append("JPEG holds no transparency: transparent parts were laid on white; use .png or .tif to keep them.")
    icc = plane.icc
    if kind in ("WEBP", "AVIF") and channels.is_gray:
        samples, icc = _gray_as_srgb(samples, icc, Depth.U8), None
    return Encoded(_lossy(samples, kind, icc, beside), tuple(notes))


@dataclass(frozen=True, slots=True)
class _Beside:
    """What goes into a file beside its pixels."""

    dpi: tuple[float, float] | None = None
    exif: bytes | None = None
    xmp: bytes | None = None


def _held(kind: str, like: PictureFile | None, notes: list[str]) -> _Beside:
    """Resolution, EXIF and XMP data, as far as this kind of file holds them; a note about what it doesn't."""
    dpi, exif, packet = (like.dpi, like.exif, like.xmp) if like else (None, None, None)
    if dpi is not None and not all(RESOLUTIONS[kind][0] <= value <= RESOLUTIONS[kind][1] for value in dpi):
        notes.append(f"{_NAMES[kind]} can't hold the resolution of {dpi[0]:g} × {dpi[1]:g} dpi: it is left out.")
        dpi = None
    if exif is not None and len(exif) > LONGEST_EXIF.get(kind, 2**31 - 1):
        other = "use .png, .jpg or .webp to keep them" if kind == "TIFF" else "use .png or .webp to keep them"
        notes.append(f"{_NAMES[kind]} can't hold the picture's EXIF data (camera, date, place): they are left out; {other}.")
        exif = None
    if packet is not None and kind == "JPEG" and len(packet) > xmp.LONGEST_IN_JPEG:
        notes.append("JPEG can't hold the picture's XMP data (title, author, rights): they are left out; use .png, .webp or .tif to keep them.")
        packet = None
    return _Beside(dpi, exif, packet)


def _integers(samples: Samples, depth: Depth, deepest: Depth, kind: str, notes: list[str]) -> Samples:
    """samples as integers no deeper than `deepest`, rounded to nearest; a note when something is lost."""
    if depth is Depth.U8 or depth is deepest:
        return samples
    values = planar.unit(samples, depth)
    if depth in (Depth.F16, Depth.F32) and (values.min(initial=0) < 0 or values.max(initial=0) > 1):
        notes.append(f"{_NAMES[kind]} holds no values outside 0–1: they were clipped; use .tif to keep them.")
    if depth is Depth.U16 or deepest is Depth.U8:
        notes.append(f"{_NAMES[kind]} holds 8 bits at most: the picture was rounded to them; use .png or .tif to keep its depth.")
    full = planar.FULL_SCALE[deepest]
    return np.asarray(np.rint(np.clip(values, 0, 1) * full), planar.DTYPES[deepest])


def _on_white(samples: Samples) -> Samples:
    alpha = samples[..., -1:].astype(np.float32) / 255
    return np.rint(samples[..., :-1] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def _gray_as_srgb(samples: Samples, icc: bytes | None, depth: Depth) -> Samples:
    """Gray (h, w, 1–2) as RGB(A) without a profile, of the same depth: WebP has no gray."""
    rgb = profile_of(icc, gray=True).to_srgb(planar.unit(samples[..., :1], depth))
    if samples.dtype.kind == "u":
        rgb = np.rint(np.clip(rgb, 0, 1) * planar.FULL_SCALE[depth])
    return np.concatenate((rgb.astype(samples.dtype), samples[..., 1:]), axis=-1)


def _lossy(samples: Samples, kind: str, icc: bytes | None, beside: _Beside) -> bytes:
    options: dict[str, Any] = {"quality": JPEG_QUALITY, "subsampling": 0, "optimize": True}  # 4:4:4: paint has hard edges between colours
    if kind == "WEBP":
        options = {"quality": WEBP_QUALITY, "method": 4, "exact": True}
    if kind == "AVIF":
        options = {"quality": AVIF_QUALITY, "subsampling": "4:4:4"}
    if icc:
        options["icc_profile"] = icc
    if beside.exif:
        options["exif"] = beside.exif if kind == "AVIF" else b"Exif\0\0" + beside.exif
    if beside.xmp:
        options["xmp"] = beside.xmp
    if beside.dpi and kind == "JPEG":
        options["dpi"] = beside.dpi
    out = io.BytesIO()
    _image(samples).save(out, kind, **options)
    return out.getvalue()


def _exr(plane: Plane, samples: Samples, space: Space | None) -> bytes:
    """Of samples in the order of colours and alpha. Half as deep as floats of 32 bits, where the plane is not as deep as they are."""
    channels, depth = plane.format.channels, plane.format.depth
    values = planar.unit(samples, depth)
    colors, alpha = (values[..., :-1], np.clip(values[..., -1], 0, 1)) if channels.has_alpha else (values, None)
    if plane.icc:
        colors = profile_of(plane.icc, channels.is_gray).to_srgb(colors)
    return exr.write(colors, alpha, half=depth is not Depth.F32, space=space)


def _srgb8(plane: Plane, samples: Samples, notes: list[str]) -> Samples:
    """sRGB with alpha, uint8 (h, w, 4), of samples in the order of colours and alpha."""
    channels, depth = plane.format.channels, plane.format.depth
    count = 1 if channels.is_gray else 3
    colors = samples[..., :count]
    if plane.icc or (channels.is_gray and depth is not Depth.U8):
        colors = profile_of(plane.icc, channels.is_gray).to_srgb(planar.unit(colors, depth)).astype(np.float32)
        depth = Depth.F32
    colors = _integers(colors, depth, Depth.U8, "PAT", notes)
    alpha = _integers(samples[..., count:], plane.format.depth, Depth.U8, "PAT", []) if channels.has_alpha else np.full((*colors.shape[:2], 1), 255, np.uint8)
    return np.concatenate((np.broadcast_to(colors, (*colors.shape[:2], 3)), alpha), axis=-1)


def _image(samples: Samples) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(samples if samples.shape[2] > 1 else samples[..., 0]))


def _open_raster(plane: Plane, like: PictureFile | None, name: str) -> Encoded:
    """The picture, and under it, hidden, the one that it was made of, where that has its size."""
    layers = [(name or "Painting", encode(plane, "PNG", like))]
    if like is not None and (like.plane.width, like.plane.height) == (plane.width, plane.height):
        layers.append(("Photo", encode(like.plane, "PNG")))
    canvas = open_plane(plane)
    width, height, pixels = rgba8(canvas.rgb, canvas.alpha, archives.THUMBNAIL)
    small = io.BytesIO()
    Image.frombytes("RGBA", (width, height), pixels).save(small, "PNG")
    data = archives.write([(title, layer.data) for title, layer in layers], small.getvalue(), plane.width, plane.height)
    return Encoded(data, tuple(dict.fromkeys(note for _, layer in layers for note in layer.warnings)))


def _png(samples: Samples, icc: bytes | None, beside: _Beside) -> bytes:
    """PNG by libpng, with the chunks that it doesn't write put in after the header."""
    import imagecodecs

    plain = samples if samples.shape[2] > 1 else samples[..., 0]
    data = bytes(imagecodecs.png_encode(np.ascontiguousarray(plain, samples.dtype.newbyteorder("=")), level=6))
    extra = b""
    if icc:
        extra += _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc))
    else:
        extra += _chunk(b"sRGB", b"\1")  # relative colorimetric
    if beside.dpi:
        extra += _chunk(b"pHYs", struct.pack(">IIB", *(round(dots / METRE_PER_INCH) for dots in beside.dpi), 1))
    if beside.exif:
        extra += _chunk(b"eXIf", beside.exif)
    if beside.xmp:
        extra += _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + beside.xmp)
    header_end = 8 + 12 + 13  # mark; IHDR's frame and content
    return data[:header_end] + extra + data[header_end:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def check_size(kind: str, width: int, height: int) -> None:
    """PictureError for a width and height in px that a kind of file can't hold."""
    largest = {"WEBP": WEBP_LARGEST_SIDE, "AVIF": AVIF_LARGEST_SIDE, "JPEG": JPEG_LARGEST_SIDE, "PAT": pat.LARGEST_SIDE}.get(kind)
    if largest is not None and max(width, height) > largest:
        size = f"{width:,}×{height:,}"
        raise PictureError(f"{_NAMES[kind]} holds at most {largest:,} px per side, but the picture has {size}; save it as .png or .tif.")
