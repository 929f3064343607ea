"""Owns TIFF: which of its pictures is meant, and what its tags say about the samples; through tifffile, and YCbCr and fax through Pillow."""

from __future__ import annotations

import io
import logging
import math
from typing import Any

import numpy as np

from ..arrays import Samples
from ..errors import PictureError
from . import raster, tiff_samples, xmp
from .colors import fitting
from .metadata import ORIENTATION, UPRIGHT, dpi_of
from .ocio import Ocio
from .pictures import PictureFile, full_of, plane_of, require_size, straight, upright
from .tiff_samples import CIELAB, CMYK, ICCLAB, INDEXED, MINISBLACK, MINISWHITE, RGB

PHOTOMETRIC, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, COLOR_MAP, INK_SET, EXTRA_SAMPLES = 262, 282, 283, 296, 320, 332, 338  # tags
ICC_PROFILE, GDAL_NODATA, DNG_VERSION, XMP = 34675, 42113, 50706, 700
MADE_BY = (271, 272, 315, 33432, 34665, 34853)  # make, model, artist, copyright, EXIF, GPS: they are not taken along
NO_UNIT, CENTIMETRE = 1, 3  # values of RESOLUTION_UNIT
CM_PER_INCH = 2.54
REDUCED = 1  # bit of NewSubfileType: a smaller version of another picture in the file
ASSOCIATED, UNASSOCIATED = 1, 2  # values of ExtraSamples: the colours are multiplied by alpha, or are not
UNSIGNED, SIGNED, FLOAT = 1, 2, 3  # values of SampleFormat
YCBCR, CFA, LINEAR_RAW = 6, 32803, 34892  # values of PhotometricInterpretation beside those of tiff_samples
MOST_SAMPLES = 16  # channels of a pixel: more than any editor writes; a broken file may claim 65,535
MOST_LOOKED_AT = 64  # pictures of a file, when the first is a preview

logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what is damaged is said once, in a sentence of ours


def read(data: bytes, name: str, ocio: Ocio | None = None) -> PictureFile:
    """The first picture of a TIFF that isn't a preview. PictureError as read_picture says."""
    import tifffile

    notes: list[str] = []
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page = _meant(file, name, notes)
            require_size(name, page.imagewidth, page.imagelength)
            kind = _photometric(page, name, notes)
            if kind != YCBCR:
                _require_known(page, kind, name)
                samples = _pixels(page)
                if samples is not None:
                    return _decoded(page, kind, samples, name, notes, ocio)
    except PictureError:
        raise
    except Exception as error:  # tifffile and its codecs raise nearly every kind
        raise _damaged(name) from error
    try:
        return raster.read(data, name)
    except PictureError as error:
        raise _damaged(name) from error


def write(samples: Samples, gray: bool, alpha: bool, icc: bytes | None, dpi: tuple[float, float] | None, packet: bytes | None = None) -> bytes:
    """A TIFF of samples (h, w, 1–4), uint8, uint16, float16 or float32, compressed without loss. packet: XMP."""
    import tifffile

    out = io.BytesIO()
    resolution: dict[str, Any] = {} if dpi is None else {"resolution": dpi, "resolutionunit": "INCH"}
    tifffile.imwrite(
        out,
        samples if samples.shape[2] > 1 else samples[..., 0],
        photometric="minisblack" if gray else "rgb",
        planarconfig="contig" if samples.shape[2] > 1 else None,
        extrasamples=["unassalpha"] if alpha else None,
        compression="zlib",
        predictor=samples.dtype.kind != "f",
        iccprofile=icc,
        metadata=None,
        software="Restyle",
        extratags=[(XMP, "B", len(packet), packet, True)] if packet else None,
        **resolution,
    )
    return out.getvalue()


def _damaged(name: str) -> PictureError:
    return PictureError(f"{name} is damaged, cut short, or a kind of TIFF that can't be read; export it again as a plain TIFF or PNG.")


def _meant(file: Any, name: str, notes: list[str]) -> Any:
    """The picture to paint: the first that is no preview of another. PictureError for a camera's raw file."""
    first = file.pages[0]
    inside = _inside(first)
    if DNG_VERSION in first.tags or any(int(page.photometric) in (CFA, LINEAR_RAW) for page in (first, *inside)):
        raise PictureError(f"{name} is a camera's raw file, which can't be read; develop it first, and export it as TIFF, PNG or JPEG.")
    pages = len(file.pages)
    if first.subfiletype & REDUCED:
        others = [*inside, *(file.pages[number] for number in range(1, min(pages, MOST_LOOKED_AT)))]
        full = next((page for page in others if not page.subfiletype & REDUCED), None)
        if full is not None:
            notes.append(f"{name} begins with a preview; the picture that it is a preview of is used.")
            return full
    if pages > 1:
        notes.append(f"{name} holds {pages} pictures; the first is used.")
    return first


def _inside(page: Any) -> list[Any]:
    """The pictures that a picture holds by SubIFDs."""
    if not page.subifds:
        return []
    try:
        return [page.pages[number] for number in range(min(len(page.subifds), MOST_LOOKED_AT))]
    except Exception:  # a broken list of previews says nothing against the picture
        return []


def _photometric(page: Any, name: str, notes: list[str]) -> int:
    if PHOTOMETRIC in page.tags or int(page.photometric) == YCBCR:  # old JPEG needs no tag
        return int(page.photometric)
    guess = RGB if page.samplesperpixel >= 3 else MINISBLACK
    notes.append(f"{name} does not say what its numbers mean; they are taken for {'RGB' if guess == RGB else 'gray, 0 for black'}.")
    return guess


def _require_known(page: Any, kind: int, name: str) -> None:
    """PictureError for what can be decoded, but not understood."""
    channels, bits, numbers = page.samplesperpixel, page.bitspersample, int(page.sampleformat)
    wrong = None
    if channels > MOST_SAMPLES:
        wrong = f"has {channels} channels"
    elif kind not in tiff_samples.COLORS:
        wrong = f"stores its colours as {getattr(page.photometric, 'name', kind)}"
    elif kind == CMYK and page.tags.valueof(INK_SET, 1) != 1:
        wrong = "is made of other inks than CMYK"
    elif page.imagedepth > 1:
        wrong = "is a volume of several layers"
    elif not isinstance(bits, int):
        wrong = "has channels of different depth"
    elif numbers == SIGNED and kind not in (CIELAB, ICCLAB):
        wrong = "holds signed numbers, which don't say what is black and what is white"
    elif numbers not in (UNSIGNED, SIGNED, FLOAT) or (numbers == FLOAT and kind in (INDEXED, CMYK, CIELAB, ICCLAB)):
        wrong = "holds numbers of a kind that no picture needs"
    elif bits not in ((8, 16) if kind in (CMYK, CIELAB, ICCLAB) else (*range(1, 17), 32, 64)) and numbers != FLOAT:
        wrong = f"has {bits} bits a sample"  # programs disagree on the order of three bytes
    elif channels < tiff_samples.COLORS[kind]:
        wrong = f"has {channels} channels, but its colours need {tiff_samples.COLORS[kind]}"
    if wrong is not None:
        raise PictureError(f"{name} is a TIFF that {wrong}; export it again as RGB with 8 or 16 bits.")


def _pixels(page: Any) -> Samples | None:
    """The samples as stored, (h, w, n); None when they are packed in a way that only Pillow knows."""
    try:
        stored = np.asarray(page.asarray(squeeze=False))  # (planes, 1, h, w, samples): one of the two is 1
    except Exception:
        if page.bitspersample in (1, 8) and page.samplesperpixel in (1, 3) and int(page.sampleformat) == UNSIGNED:
            return None
        raise
    return np.moveaxis(stored[:, 0], 0, -1).reshape(*stored.shape[2:4], -1)


def _decoded(page: Any, kind: int, stored: Samples, name: str, notes: list[str], ocio: Ocio | None) -> PictureFile:
    colors = tiff_samples.COLORS[kind]
    bits = int(page.bitspersample)
    at, meaning = _alpha(page, stored.shape[2] - colors)
    if stored.shape[2] - colors > (meaning is not None):
        notes.append(f"{name} has extra channels that aren't said to be transparency; they are left out.")
    icc = _profile(page, name, notes)
    samples = _colors(stored[..., :colors], kind, bits, page, icc)
    if kind in (CMYK, CIELAB, ICCLAB):
        icc = None
    alpha = None if meaning is None else _as_deep(tiff_samples.scaled(stored[..., colors + at : colors + at + 1], bits), samples.dtype)
    if alpha is not None and meaning == ASSOCIATED:
        samples = straight(samples, alpha)
    empty = _without_data(page, stored[..., :colors], name, notes)
    if empty is not None:
        full = full_of(samples.dtype)
        alpha = np.where(empty, samples.dtype.type(0), full if alpha is None else alpha)
        samples = np.where(empty, samples.dtype.type(0), samples)
    whole = samples if alpha is None else np.concatenate((samples, alpha), axis=-1)
    plain = icc is None and kind in (RGB, MINISBLACK, MINISWHITE) and whole.dtype != np.uint8
    space = ocio.of_rule(name, notes) if ocio is not None and plain else None
    if space is not None:
        whole = space.samples(whole)
    if any(tag in page.tags for tag in MADE_BY):
        notes.append(f"What {name} says beside its pixels (camera, date, place, author) isn't read from TIFF; it is left out.")
    plane = plane_of(upright(whole, _turn(page, name, notes)), fitting(icc, whole, name, notes))
    return PictureFile(plane, "TIFF", _dpi(page, name, notes), None, tuple(notes), xmp.kept_of(page.tags.valueof(XMP), name, notes), space)


def _alpha(page: Any, extra: int) -> tuple[int, int | None]:
    """Which of the extra channels is transparency, and of which kind; None when none is said to be."""
    said = page.tags.valueof(EXTRA_SAMPLES, ())
    listed = said if isinstance(said, tuple) else (said,)
    return next(((at, int(value)) for at, value in enumerate(listed[:extra]) if value in (ASSOCIATED, UNASSOCIATED)), (0, None))


def _colors(stored: Samples, kind: int, bits: int, page: Any, icc: bytes | None) -> Samples:
    if kind == INDEXED:
        return tiff_samples.from_palette(stored, page.tags.valueof(COLOR_MAP))
    if kind in (CIELAB, ICCLAB):
        return tiff_samples.from_lab(stored.view(f"{stored.dtype.byteorder}u{stored.dtype.itemsize}"), kind)
    samples = tiff_samples.scaled(stored, bits)
    if kind == CMYK:
        return raster.from_cmyk(samples.astype(samples.dtype.newbyteorder("="), copy=False), icc)
    return tiff_samples.inverted(samples) if kind == MINISWHITE else samples


def _as_deep(alpha: Samples, dtype: np.dtype[Any]) -> Samples:
    """Alpha in the colours' depth, which a palette may have changed."""
    if alpha.dtype.kind == "f" or alpha.dtype.itemsize == dtype.itemsize:
        return alpha
    return (alpha >> 8 if dtype.itemsize == 1 else alpha.astype(np.uint16) * 257).astype(dtype)


def _without_data(page: Any, stored: Samples, name: str, notes: list[str]) -> np.ndarray[Any, np.dtype[np.bool_]] | None:
    """Where the file says that it holds nothing, (h, w, 1); None for nowhere."""
    mark = page.tags.valueof(GDAL_NODATA)
    if mark is None:
        return None
    try:
        empty = tiff_samples.without_data(stored, str(mark))
    except (ValueError, OverflowError):
        notes.append(f"{name} names a value for places without data that can't be understood; it is left out.")
        return None
    if not empty.any():
        return None
    notes.append(f"{name} says that {int(empty.sum()):,} of its pixels hold no data; they are transparent.")
    return empty


def _profile(page: Any, name: str, notes: list[str]) -> bytes | None:
    value = page.tags.valueof(ICC_PROFILE)
    if value is None or isinstance(value, (bytes, bytearray)):
        return bytes(value) if value else None
    try:
        return bytes(value)
    except (TypeError, ValueError):
        notes.append(f"The colour profile in {name} is damaged; it is left out, and the pixels are read as sRGB.")
        return None


def _turn(page: Any, name: str, notes: list[str]) -> int:
    turn = page.tags.valueof(ORIENTATION, UPRIGHT)
    if turn in range(9):
        return int(turn) or UPRIGHT
    notes.append(f"What {name} says about its orientation can't be understood; it is read as it lies.")
    return UPRIGHT


def _dpi(page: Any, name: str, notes: list[str]) -> tuple[float, float] | None:
    across, down, unit = (page.tags.valueof(tag) for tag in (X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT))
    if across is None or down is None or unit == NO_UNIT:
        return None
    factor = CM_PER_INCH if unit == CENTIMETRE else 1.0
    try:
        return dpi_of(*(_number(value) * factor for value in (across, down)))
    except (TypeError, ValueError, ArithmeticError, IndexError):
        notes.append(f"What {name} says about its resolution can't be understood; it is left out.")
        return None


def _number(value: Any) -> float:
    """Of a fraction, or of the number that some write instead. TypeError, ValueError, ArithmeticError, IndexError."""
    parts = value if isinstance(value, tuple) else (value,)
    number = float(parts[0]) / (float(parts[1]) if len(parts) > 1 else 1.0)
    if not math.isfinite(number):
        raise ValueError("no number")
    return number
