"""Owns decoding everything but TIFF: Pillow for 8 bits, libpng for 16-bit PNG, lcms2 for CMYK."""

from __future__ import annotations

import io
import logging
import struct
import warnings
from typing import Any

import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from .arrays import Samples
from .errors import PictureError
from .pictures import PictureFile, plane_of, require_size, upright
from .profiles import color_space

# Pillow loads its readers when it first misses one, but not when it is told which to use.
_READERS = (BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, PpmImagePlugin, TiffImagePlugin, WebPImagePlugin)

# What is wrong with a file is said once, in a sentence of ours.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").setLevel(logging.CRITICAL)

PNG_MARK = b"\x89PNG\r\n\x1a\n"
PNG_HEADER = struct.Struct(">8x4x4sIIB")  # mark, length, "IHDR", width, height, bits per sample
ORIENTATION = 0x0112  # EXIF tag
PLAIN_MODES = {"L", "LA", "RGB", "RGBA"}
READABLE = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM")  # Pillow knows more, EPS among them, which runs a program
KINDS = "PNG, JPEG, WebP or TIFF"


def read(data: bytes, name: str) -> PictureFile:
    """The picture in `data`. PictureError as read_picture says."""
    _require_small_png(data, name)
    try:
        image = Image.open(io.BytesIO(data), formats=READABLE)
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name} has more pixels than can be handled; scale it down, or cut it into parts.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureError(f"{name} is not a picture that can be read, or it is damaged; use {KINDS}.") from error
    with image:
        require_size(name, image.width, image.height)
        try:
            return _decoded(image, data, name)
        except PictureError:
            raise
        except Exception as error:  # decoders raise OSError, SyntaxError, ValueError, struct.error and their own kinds
            raise PictureError(f"{name} is damaged or cut short; export or download it again.") from error


def _decoded(image: Image.Image, data: bytes, name: str) -> PictureFile:
    kind = str(image.format)
    notes: list[str] = []
    if getattr(image, "n_frames", 1) > 1:
        notes.append(f"{name} holds {image.n_frames} pictures; the first is used.")  # type: ignore[attr-defined]
        image.seek(0)
    icc = image.info.get("icc_profile")
    samples, icc = _png16(data, icc) if _is_png16(data) else _samples(image, icc)
    exif = image.getexif()
    orientation = int(exif.get(ORIENTATION, 1) or 1)
    plane = plane_of(upright(samples, orientation), fitting(icc, samples, name, notes))
    return PictureFile(plane, "JPEG" if kind == "MPO" else kind, _dpi(image.info), None if kind == "TIFF" else _upright_exif(exif), tuple(notes))


def _samples(image: Image.Image, icc: bytes | None) -> tuple[Samples, bytes | None]:
    if image.mode == "CMYK":
        return _from_cmyk(np.asarray(image), icc, image)
    if image.mode in ("I;16", "I;16L", "I;16B"):
        return np.asarray(image).astype(np.uint16), icc
    if image.mode == "I":
        return np.clip(np.asarray(image), 0, 65535).astype(np.uint16), icc
    if image.mode == "F":
        return np.asarray(image, np.float32), icc
    if image.mode == "1":
        return np.asarray(image.convert("L")), icc
    if image.mode not in PLAIN_MODES:
        transparent = image.mode in ("P", "PA") and (image.mode == "PA" or "transparency" in image.info)
        return np.asarray(image.convert("RGBA" if transparent else "RGB")), icc
    if "transparency" in image.info:
        return np.asarray(image.convert("LA" if image.mode == "L" else "RGBA")), icc
    return np.asarray(image), icc


def _from_cmyk(samples: Samples, icc: bytes | None, image: Image.Image) -> tuple[Samples, None]:
    """CMYK as sRGB: by its profile, or by Pillow's plain formula without one (or with a broken one)."""
    if icc:
        import imagecodecs

        try:
            srgb = imagecodecs.cms_profile("srgb")
            return np.asarray(imagecodecs.cms_transform(samples, icc, srgb, colorspace="cmyk", outcolorspace="rgb", intent=1, flags=0x2000)), None
        except Exception:  # noqa: S110, a profile that lcms2 refuses counts as none
            pass
    return np.asarray(image.convert("RGB")), None


def _is_png16(data: bytes) -> bool:
    return data[:8] == PNG_MARK and len(data) >= PNG_HEADER.size and PNG_HEADER.unpack_from(data)[3] == 16


def _png16(data: bytes, icc: bytes | None) -> tuple[Samples, bytes | None]:
    import imagecodecs

    return np.asarray(imagecodecs.png_decode(data)), icc


def _require_small_png(data: bytes, name: str) -> None:
    """Pillow refuses bombs in its own words, so PNG sizes are read before it sees them."""
    if data[:8] == PNG_MARK and len(data) >= PNG_HEADER.size:
        _, width, height, _ = PNG_HEADER.unpack_from(data)
        require_size(name, width, height)


def fitting(icc: bytes | None, samples: Samples, name: str, notes: list[str]) -> bytes | None:
    """The profile, if it is one for such samples; else None, with a note."""
    if not icc:
        return None
    gray = samples.ndim == 2 or samples.shape[2] < 3
    try:
        if color_space(icc) == ("GRAY" if gray else "RGB"):
            return icc
    except ValueError:
        pass
    notes.append(f"The colour profile in {name} does not fit its pixels; it is read as sRGB.")
    return None


def _dpi(info: dict[Any, Any]) -> tuple[float, float] | None:
    dpi = info.get("dpi")
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return None
    across, down = float(dpi[0]), float(dpi[1])
    return (across, down) if across > 1 and down > 1 else None  # 1 is what files without a unit say


def _upright_exif(exif: Image.Exif) -> bytes | None:
    if not exif:
        return None
    if ORIENTATION in exif:
        exif[ORIENTATION] = 1
    block = exif.tobytes()
    return block.removeprefix(b"Exif\0\0")
