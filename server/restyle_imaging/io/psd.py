"""Owns Photoshop files (.psd, .psb): the merged picture that they hold beside their layers; through psd-tools, which is in the extra `formats`."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from .. import extra
from ..arrays import Samples
from ..errors import PictureError
from . import colors, raster
from .metadata import dpi_of
from .pictures import PictureFile, cut_short, plane_of, require_size

MARK = b"8BPS"
FULL = {8: (255, np.uint8), 16: (65535, np.uint16)}
MODES = ("GRAYSCALE", "RGB", "CMYK")
FLOATS = 32  # bits: kept as they are
FIXED = 65536.0  # dots per inch have 16 bits behind the point


def read(data: bytes, name: str) -> PictureFile:
    """The merged picture: GRAY(_ALPHA) or RGB(A), as deep as the file. PictureError as read_picture says, for other modes, or where there is none merged."""
    try:
        from psd_tools import PSDImage
        from psd_tools.constants import Resource
    except ImportError as error:
        raise extra.missing("Photoshop files", extra.FORMATS) from error
    try:
        psd = PSDImage.open(io.BytesIO(data))
        require_size(name, psd.width, psd.height)
        mode, icc = psd.color_mode.name, psd.image_resources.get_data(Resource.ICC_PROFILE)
        if mode not in MODES or psd.depth not in (*FULL, FLOATS):
            raise PictureError(f"{name} is a Photoshop file in {mode.lower()}, {psd.depth} bits, which isn't read; convert it to RGB.")  # noqa: TRY301
        if not psd.has_preview():
            raise PictureError(  # noqa: TRY301
                f"{name} was saved without its merged picture; save it with “Maximize Compatibility”, or export it as {raster.KINDS}."
            )
        samples = _merged(psd, mode)
        dots = psd.image_resources.get_data(Resource.RESOLUTION_INFO)
    except PictureError:
        raise
    except Exception as error:  # psd-tools raises what its parts raise
        raise cut_short(name) from error
    notes: list[str] = []
    if mode == "CMYK":
        samples, icc = raster.from_cmyk(samples, icc), None
    dpi = None if dots is None else dpi_of(dots.horizontal / FIXED, dots.vertical / FIXED)
    return PictureFile(plane_of(samples, colors.fitting(icc, samples, name, notes)), "PSD", dpi, None, tuple(notes))


def _merged(psd: Any, mode: str) -> Samples:
    """(h, w, 1–4); of CMYK, ink."""
    values, alpha = psd.numpy("color"), psd.numpy("shape")
    if mode == "CMYK":
        values = 1 - values
    elif not (alpha == 1).all():
        values = np.concatenate((values, alpha), -1)
    if psd.depth == FLOATS:
        return np.asarray(values, np.float32)
    full, kind = FULL[psd.depth]
    return np.asarray(np.rint(np.clip(values, 0, 1) * full), kind)
