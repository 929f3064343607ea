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
from ..planes.canvas import not_finite
from ..planes.formats import Depth, Plane
from . import exr, tiff
from .pictures import PictureFile

JPEG_QUALITY = 95  # of Pillow's scale: 92 is where blocks stop being visible in paint, 95 leaves room for one more save
WEBP_QUALITY = 95
WEBP_LARGEST_SIDE = 16_383  # px: the format's own limit
JPEG_LARGEST_SIDE = 65_500  # px: libjpeg's limit
METRE_PER_INCH = 0.0254
NO_RESOLUTION = (math.inf, 0.0)
RESOLUTIONS = {  # dpi: the least and the most that the format's integers hold
    "PNG": (METRE_PER_INCH, (2**31 - 1) * METRE_PER_INCH),
    "JPEG": (1.5, 65_535.0),
    "TIFF": (1e-3, 2.0**32 - 1),
    "WEBP": NO_RESOLUTION,
}
LONGEST_EXIF = {"PNG": 2**31 - 1, "JPEG": 65_533 - 6, "WEBP": 2**31 - 1, "TIFF": -1}  # bytes; JPEG's segments are short, and TIFF has it in tags of its own
_NAMES = {"PNG": "PNG", "JPEG": "JPEG", "WEBP": "WebP", "TIFF": "TIFF"}


@dataclass(frozen=True, slots=True)
class Encoded:
    data: bytes
    warnings: tuple[str, ...] = ()


def encode(plane: Plane, kind: str, like: PictureFile | None = None) -> Encoded:
    """plane as "PNG", "JPEG", "WEBP", "TIFF" or "EXR". PictureError when the kind can't hold its size."""
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
        return Encoded(_exr(plane, samples))
    dpi, exif = _held(kind, like, notes)
    if kind == "TIFF":
        return Encoded(tiff.write(samples, channels.is_gray, channels.has_alpha, plane.icc, dpi), tuple(notes))
    if kind == "PNG":
        samples = _integers(samples, plane.format.depth, Depth.U16, kind, notes)
        return Encoded(_png(samples, plane.icc, dpi, exif), tuple(notes))
    _require_side(plane, kind)
    samples = _integers(samples, plane.format.depth, Depth.U8, kind, notes)
    if kind == "JPEG" and channels.has_alpha:
        samples = _on_white(samples)
        notes.append("JPEG holds no transparency: transparent parts were laid on white; use .png or .tif to keep them.")
    icc = plane.icc
    if kind == "WEBP" and channels.is_gray:
        samples, icc = _gray_as_srgb(samples, icc), None
    return Encoded(_lossy(samples, kind, icc, dpi, exif), tuple(notes))


def _held(kind: str, like: PictureFile | None, notes: list[str]) -> tuple[tuple[float, float] | None, bytes | None]:
    """Resolution and EXIF data, as far as this kind of file holds them; a note about what it doesn't."""
    dpi, exif = (like.dpi, like.exif) if like else (None, None)
    if dpi is not None and not all(RESOLUTIONS[kind][0] <= value <= RESOLUTIONS[kind][1] for value in dpi):
        notes.append(f"{_NAMES[kind]} can't hold the resolution of {dpi[0]:g} × {dpi[1]:g} dpi: it is left out.")
        dpi = None
    if exif is not None and len(exif) > LONGEST_EXIF[kind]:
        other = "use .png, .jpg or .webp to keep them" if kind == "TIFF" else "use .png or .webp to keep them"
        notes.append(f"{_NAMES[kind]} can't hold the picture's EXIF data (camera, date, place): they are left out; {other}.")
        exif = None
    return dpi, exif


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


def _gray_as_srgb(samples: Samples, icc: bytes | None) -> Samples:
    """8-bit gray (h, w, 1–2) as RGB(A) without a profile: WebP has no gray."""
    rgb = profile_of(icc, gray=True).to_srgb(planar.unit(samples[..., :1], Depth.U8))
    return np.concatenate((np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8), samples[..., 1:]), axis=-1)


def _lossy(samples: Samples, kind: str, icc: bytes | None, dpi: tuple[float, float] | None, exif: bytes | None) -> bytes:
    options: dict[str, Any] = {"quality": JPEG_QUALITY, "subsampling": 0, "optimize": True}  # 4:4:4: paint has hard edges between colours
    if kind == "WEBP":
        options = {"quality": WEBP_QUALITY, "method": 4, "exact": True}
    if icc:
        options["icc_profile"] = icc
    if exif:
        options["exif"] = b"Exif\0\0" + exif
    if dpi and kind == "JPEG":
        options["dpi"] = dpi
    out = io.BytesIO()
    _image(samples).save(out, kind, **options)
    return out.getvalue()


def _exr(plane: Plane, samples: Samples) -> bytes:
    """Of samples in the order of colours and alpha. Half as deep as floats of 32 bits, where the plane is not as deep as they are."""
    channels, depth = plane.format.channels, plane.format.depth
    values = planar.unit(samples, depth)
    colors, alpha = (values[..., :-1], np.clip(values[..., -1], 0, 1)) if channels.has_alpha else (values, None)
    if plane.icc:
        colors = profile_of(plane.icc, channels.is_gray).to_srgb(colors)
    return exr.write(colors, alpha, half=depth is not Depth.F32)


def _image(samples: Samples) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(samples if samples.shape[2] > 1 else samples[..., 0]))


def _png(samples: Samples, icc: bytes | None, dpi: tuple[float, float] | None, exif: bytes | None) -> bytes:
    """PNG by libpng, with the chunks that it doesn't write put in after the header."""
    import imagecodecs

    plain = samples if samples.shape[2] > 1 else samples[..., 0]
    data = bytes(imagecodecs.png_encode(np.ascontiguousarray(plain, samples.dtype.newbyteorder("=")), level=6))
    extra = b""
    if icc:
        extra += _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc))
    else:
        extra += _chunk(b"sRGB", b"\1")  # relative colorimetric
    if dpi:
        extra += _chunk(b"pHYs", struct.pack(">IIB", round(dpi[0] / METRE_PER_INCH), round(dpi[1] / METRE_PER_INCH), 1))
    if exif:
        extra += _chunk(b"eXIf", exif)
    header_end = 8 + 12 + 13  # mark; IHDR's frame and content
    return data[:header_end] + extra + data[header_end:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _require_side(plane: Plane, kind: str) -> None:
    largest = WEBP_LARGEST_SIDE if kind == "WEBP" else JPEG_LARGEST_SIDE
    if max(plane.width, plane.height) > largest:
        size = f"{plane.width:,}×{plane.height:,}"
        raise PictureError(f"{_NAMES[kind]} holds at most {largest:,} px per side, but the picture has {size}; save it as .png or .tif.")
