"""Owns what a picture file holds besides its pixels, and the limits on picture files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Samples
from ..errors import PictureError
from ..planes.formats import Channels, Depth, PixelFormat, Plane

if TYPE_CHECKING:
    from .ocio import Space

LARGEST_PIXELS = 150_000_000  # px: 12,000 × 12,500; in float RGB 1.7 GiB, about what a desktop machine can hold a few times over
LARGEST_SIDE = 65_535  # px: the service's limit on a plane's sides
GAIN_MAP_LEFT = "The gain map in {name}, by which HDR displays brighten it, is left out."

DEPTHS = {np.dtype("u1"): Depth.U8, np.dtype("u2"): Depth.U16, np.dtype("f2"): Depth.F16, np.dtype("f4"): Depth.F32}
CHANNELS = {1: Channels.GRAY, 2: Channels.GRAY_ALPHA, 3: Channels.RGB, 4: Channels.RGBA}


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture as read. plane: upright pixels, GRAY, GRAY_ALPHA, RGB or RGBA. format: "PNG", "JPEG", "WEBP", "TIFF", "EXR", "GIF", "BMP", "PPM", "AVIF",
    "JXL", "HEIC", "PSD", "XCF", "ORA" or "KRA".

    dpi: pixels per inch across and down. exif: the EXIF block ("Exif\\0\\0" not included), its orientation set to upright; None from TIFF, whose tags
    describe the file itself. xmp: an XMP packet of what it says of the work. warnings: sentences for the user. space: of a studio's config,
    which the file is in, though the plane no longer is.
    """

    plane: Plane
    format: str
    dpi: tuple[float, float] | None = None
    exif: bytes | None = None
    warnings: tuple[str, ...] = ()
    xmp: bytes | None = None
    space: Space | None = None


def require_size(name: str, width: int, height: int) -> None:
    """PictureError when a picture is too large to be decoded. Called before any pixel is."""
    if width * height > LARGEST_PIXELS or max(width, height) > LARGEST_SIDE:
        limit = LARGEST_PIXELS // 1_000_000
        raise PictureError(f"{name} has {width:,}×{height:,} px, more than the {limit} megapixels that can be handled; scale it down, or cut it into parts.")


def cut_short(name: str) -> PictureError:
    """A file whose picture can't be decoded to its end."""
    return PictureError(f"{name} is damaged or cut short; export or download it again.")


def plane_of(samples: Samples, icc: bytes | None) -> Plane:
    """The plane of samples (h, w) or (h, w, 1–4) of uint8, uint16, float16 or float32."""
    samples = samples[..., None] if samples.ndim == 2 else samples
    height, width, count = samples.shape
    native = samples.dtype.newbyteorder("<")
    data = np.ascontiguousarray(samples, native).tobytes()
    return Plane(PixelFormat(CHANNELS[count], DEPTHS[native.newbyteorder("=")]), width, height, data, icc or None)


def full_range(samples: Samples, bits: int) -> Samples:
    """Integers of so many bits, uint8 or uint16, over the whole range of that type."""
    return np.asarray(np.rint(samples * (float(full_of(samples.dtype)) / ((1 << bits) - 1))), samples.dtype)


def full_of(dtype: np.dtype[Any]) -> Any:
    """The sample that is white."""
    return dtype.type(np.iinfo(dtype).max) if dtype.kind == "u" else dtype.type(1)


def straight(colors: Samples, alpha: Samples) -> Samples:
    """Colours (h, w, n) divided by their alpha (h, w, 1), rounded in the samples' own depth."""
    full = full_of(colors.dtype)
    share = alpha.astype(np.float32) / np.float32(full)
    plain = np.divide(colors.astype(np.float32), share, out=np.zeros_like(colors, np.float32), where=share > 0)
    if colors.dtype.kind == "u":
        plain = np.clip(np.rint(plain), 0, float(full))
    return np.asarray(plain, colors.dtype)


def upright(samples: Samples, orientation: int) -> Samples:
    """samples (h, w, …) as stored, turned and mirrored as the EXIF (or TIFF) orientation 1–8 says; 1 for anything else."""
    if orientation in (5, 6, 7, 8):
        samples = np.swapaxes(samples, 0, 1)
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    return samples
