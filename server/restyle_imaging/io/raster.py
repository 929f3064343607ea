"""Owns decoding everything but TIFF and Netpbm: Pillow for the pixels, lcms2 for CMYK."""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import suppress

import numpy as np
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from ..arrays import Samples
from ..errors import PictureError
from . import avif, colors, jpeg, png, xmp
from .metadata import dpi_of, exif_of
from .pictures import GAIN_MAP_LEFT, PictureFile, cut_short, plane_of, require_size, upright

# Pillow loads its readers when it first misses one, but not when it is told which to use.
_READERS = (AvifImagePlugin, BmpImagePlugin, GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)

# What is wrong with a file is said once, in a sentence of ours.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").setLevel(logging.CRITICAL)

PLAIN_MODES = {"L", "LA", "RGB", "RGBA"}
READABLE = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")  # Pillow knows more, EPS among them, which runs a program
JPEG_FILES = (JpegImagePlugin.JpegImageFile, MpoImagePlugin.MpoImageFile)
PILLOWS_GUESS = (72, 72)  # dpi of a JPEG with EXIF data that name none
KINDS = "PNG, JPEG, WebP or TIFF"


def read(data: bytes, name: str) -> PictureFile:
    """The picture in `data`. PictureError as read_picture says."""
    found = png.header(data)
    if found is not None:  # Pillow refuses bombs in its own words, so sizes are read before it sees them
        require_size(name, *found[:2])
    if data.startswith(jpeg.MARK) and (words := jpeg.unreadable(data)):
        raise PictureError(f"{name} is {words}, which can't be read; export it as {KINDS}.")
    if jpeg.lacks_end(data):  # decoders take what they find for the picture
        return _without_end(data, name)
    try:
        return _read(data, name, [])
    except PictureError:
        mended = _without_side_matter(data, name)
        if mended is None:
            raise
        return mended


def from_cmyk(samples: Samples, icc: bytes | None) -> Samples:
    """CMYK (h, w, 4), uint8 or uint16, as sRGB of the same depth: by its profile, or by the plain formula without one (or with a broken one)."""
    if icc:
        import imagecodecs

        with suppress(Exception):  # a profile that lcms2 refuses counts as none
            srgb = imagecodecs.cms_profile("srgb")
            return np.asarray(
                imagecodecs.cms_transform(np.ascontiguousarray(samples), icc, srgb, colorspace="cmyk", outcolorspace="rgb", intent=1, flags=0x2000)
            )
    full = np.iinfo(samples.dtype).max
    bare = 1 - samples.astype(np.float32) / full
    return np.rint(bare[..., :3] * bare[..., 3:] * full).astype(samples.dtype)


def _read(data: bytes, name: str, notes: list[str]) -> PictureFile:
    try:
        image = Image.open(io.BytesIO(data), formats=READABLE)
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name} has more pixels than can be handled; scale it down, or cut it into parts.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureError(f"{name} is not a picture that can be read, or it is damaged; use {KINDS}.") from error
    except Exception as error:  # parsers raise struct.error, IndexError and their own kinds
        raise cut_short(name) from error
    with image:
        require_size(name, image.width, image.height)
        try:
            return _decoded(image, data, name, notes)
        except PictureError:
            raise
        except Exception as error:
            raise cut_short(name) from error


def _without_side_matter(data: bytes, name: str) -> PictureFile | None:
    """The picture when only what is written beside its pixels is broken."""
    for version in (*jpeg.mended(data), *png.mended(data)):
        with suppress(PictureError):
            return _read(
                version, name, [f"What {name} says beside its pixels (texts, EXIF data, a profile) can't be understood, or is too long; it is left out."]
            )
    return None


def _without_end(data: bytes, name: str) -> PictureFile:
    """A JPEG that lacks its last bytes, and nothing of its picture. PictureError when it lacks more."""
    versions = jpeg.ended(data)
    found = _read(versions.whole, name, [f"{name} lacks its last bytes, but the picture is whole."])
    if not all(_shows(other, found) for other in versions.alike) or any(_shows(other, found) for other in versions.other):
        raise cut_short(name)
    return found


def _shows(data: bytes, found: PictureFile) -> bool:
    try:
        return _read(data, "", []).plane.data == found.plane.data
    except PictureError:
        return False


def _decoded(image: Image.Image, data: bytes, name: str, notes: list[str]) -> PictureFile:
    kind = str(image.format)
    packet = image.info.get("xmp")
    brightened = xmp.GAIN_MAP in (packet if isinstance(packet, bytes) else b"")
    if brightened:
        notes.append(GAIN_MAP_LEFT.format(name=name))
    if getattr(image, "n_frames", 1) > 1:
        if not brightened:  # which is the second picture
            notes.append(f"{name} holds {image.n_frames} pictures; the first is used.")  # type: ignore[attr-defined]
        image.seek(0)
    icc = image.info.get("icc_profile")
    if icc is None and "icc_profile" in image.info:
        notes.append(f"The colour profile in {name} is damaged; it is left out, and the pixels are read as sRGB.")
    samples, icc = _samples(image, data, icc)
    if icc is None and kind == "PNG":
        icc = _said_colors(image, data, samples, name, notes)
    if icc is None and kind == "AVIF":
        icc = colors.said(*avif.colors(data), samples, name, notes)
    turn, exif = exif_of(image, name, notes)
    plane = plane_of(upright(samples, turn), colors.fitting(icc, samples, name, notes))
    kept = xmp.kept_of(packet, name, notes)
    return PictureFile(plane, "JPEG" if kind == "MPO" else kind, _dpi(image), None if kind == "TIFF" else exif, tuple(notes), kept)


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    dpi = image.info.get("dpi")
    if not isinstance(dpi, tuple) or len(dpi) != 2 or (dpi == PILLOWS_GUESS and not image.info.get("jfif_unit") and isinstance(image, JPEG_FILES)):
        return None
    return dpi_of(*dpi)


def _samples(image: Image.Image, data: bytes, icc: bytes | None) -> tuple[Samples, bytes | None]:
    header = png.header(data)
    if header is not None and header[3] != png.PALETTE:
        return png.samples_of(image, data, *header[2:]), icc
    if image.format == "AVIF":
        return avif.samples_of(image, data), icc
    if image.mode == "CMYK":
        return from_cmyk(np.asarray(image), icc), None
    if image.mode == "1":
        return np.asarray(image.convert("L")), icc
    if image.mode not in PLAIN_MODES:
        transparent = image.mode in ("P", "PA") and (image.mode == "PA" or "transparency" in image.info)
        return np.asarray(image.convert("RGBA" if transparent else "RGB")), icc
    if "transparency" in image.info:
        return np.asarray(image.convert("LA" if image.mode == "L" else "RGBA")), icc
    return np.asarray(image), icc


def _said_colors(image: Image.Image, data: bytes, samples: Samples, name: str, notes: list[str]) -> bytes | None:
    """The profile of what a PNG says in other ways."""
    try:
        if png.has_other_colors(data):
            raise ValueError("cICP")  # noqa: TRY301, one sentence for both
        return png.profile(image.info, colors.is_gray(samples))
    except ValueError:
        notes.append(f"{name} says that its colours aren't sRGB, but in a way that can't be used; they are read as sRGB.")
        return None
