"""Owns TIFF: 8, 16 bit and float, gray and RGB with and without alpha through tifffile; the rest through Pillow."""

from __future__ import annotations

import io
import logging
from typing import Any

import numpy as np

from . import raster
from .arrays import Floats, Samples
from .errors import PictureError
from .pictures import DEPTHS, PictureFile, plane_of, require_size, upright

ORIENTATION, ICC_PROFILE, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 274, 34675, 282, 283, 296  # TIFF tags
CENTIMETRE = 3  # value of RESOLUTION_UNIT
CM_PER_INCH = 2.54
MOST_SAMPLES = 16  # channels of a pixel: more than any editor writes; a broken file may claim 65,535
ASSOCIATED = 1  # value of ExtraSamples: colours are multiplied by alpha

logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what is damaged is said once, in a sentence of ours


def read(data: bytes, name: str) -> PictureFile:
    """The first page of a TIFF. PictureError as read_picture says."""
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page: Any = file.pages[0]
            require_size(name, page.imagewidth, page.imagelength)
            if page.samplesperpixel > MOST_SAMPLES:
                raise PictureError(  # noqa: TRY301, as readable as it gets
                    f"{name} has {page.samplesperpixel} channels; export it again as RGB."
                )
            if not _is_plain(page):
                return raster.read(data, name)
            return _decoded(page, len(file.pages), name)
    except PictureError:
        raise
    except Exception as error:  # tifffile and its codecs raise nearly every kind
        raise PictureError(f"{name} is damaged, cut short, or a kind of TIFF that can't be read; export it again as a plain TIFF or PNG.") from error


def write(samples: Samples, gray: bool, alpha: bool, icc: bytes | None, dpi: tuple[float, float] | None) -> bytes:
    """A TIFF of samples (h, w, 1–4), uint8, uint16, float16 or float32, compressed without loss."""
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
        **resolution,
    )
    return out.getvalue()


def _is_plain(page: Any) -> bool:
    photometric = getattr(page.photometric, "name", "")
    known = photometric in ("MINISBLACK", "MINISWHITE", "RGB")
    return known and page.dtype is not None and page.imagedepth == 1 and (page.dtype in DEPTHS or page.dtype in (np.dtype("u4"), np.dtype("f8")))


def _decoded(page: Any, pages: int, name: str) -> PictureFile:
    samples = page.asarray()
    samples = samples[..., None] if page.samplesperpixel == 1 else samples
    if page.samplesperpixel > 1 and page.planarconfig.name == "SEPARATE":
        samples = np.moveaxis(samples, 0, -1)
    notes = [f"{name} holds {pages} pictures; the first is used."] if pages > 1 else []
    colors = 3 if page.photometric.name == "RGB" else 1
    if samples.shape[2] > colors + 1:
        notes.append(f"{name} has extra channels beside colour and alpha; they are left out.")
        samples = samples[..., : colors + 1]
    samples = _narrowed(samples)
    if page.photometric.name == "MINISWHITE":
        samples = np.concatenate((_full(samples.dtype) - samples[..., :1], samples[..., 1:]), axis=-1)
    if samples.shape[2] > colors and page.extrasamples and int(page.extrasamples[0]) == ASSOCIATED:
        samples = _straight(samples, colors)
    orientation = page.tags.get(ORIENTATION)
    icc = page.tags.get(ICC_PROFILE)
    fitting = raster.fitting(bytes(icc.value) if icc else None, samples, name, notes)
    return PictureFile(plane_of(upright(samples, int(orientation.value) if orientation else 1), fitting), "TIFF", _dpi(page), None, tuple(notes))


def _narrowed(samples: Samples) -> Samples:
    """32-bit integers as 16, doubles as singles: the widest that planes hold."""
    if samples.dtype.kind == "u" and samples.dtype.itemsize == 4:
        return np.asarray(samples >> 16, np.uint16)
    if samples.dtype.kind == "f" and samples.dtype.itemsize == 8:
        return samples.astype(np.float32)
    return samples


def _straight(samples: Samples, colors: int) -> Samples:
    """Colours divided by their alpha, rounded in the samples' own depth."""
    full = _full(samples.dtype)
    alpha: Floats = samples[..., colors:].astype(np.float32) / full
    plain = np.divide(samples[..., :colors].astype(np.float32), alpha, out=np.zeros_like(samples[..., :colors], np.float32), where=alpha > 0)
    if samples.dtype.kind == "u":
        plain = np.clip(np.rint(plain), 0, full)
    return np.concatenate((plain.astype(samples.dtype), samples[..., colors:]), axis=-1)


def _full(dtype: np.dtype[Any]) -> Any:
    return dtype.type(np.iinfo(dtype).max) if dtype.kind == "u" else dtype.type(1)


def _dpi(page: Any) -> tuple[float, float] | None:
    across, down, unit = (page.tags.get(tag) for tag in (X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT))
    if across is None or down is None or (unit is not None and int(unit.value) == 1):
        return None
    factor = CM_PER_INCH if unit is not None and int(unit.value) == CENTIMETRE else 1.0
    (a, b), (c, d) = across.value, down.value
    return (a / b * factor, c / d * factor) if a and b and c and d else None
