"""Owns HEIC and its like, as phones write them; through libheif, which is in the extra `formats`."""

from __future__ import annotations

import numpy as np

from .. import extra
from ..errors import PictureError
from . import colors, xmp
from .metadata import exif_of, holding
from .pictures import GAIN_MAP_LEFT, PictureFile, cut_short, full_range, plane_of, require_size

GAIN_MAP = "gainmap"  # in the names of auxiliary pictures: Apple's and ISO 21496-1's


def read(data: bytes, name: str) -> PictureFile:
    """The main picture of a HEIC file. PictureError as read_picture says."""
    try:
        import pi_heif
    except ImportError as error:
        raise extra.missing("HEIC pictures", extra.FORMATS) from error
    try:
        found = pi_heif.open_heif(data, convert_hdr_to_8bit=False)
        require_size(name, *found.size)  # nothing is decoded before the pixels are asked for
        info, bits = found.info, int(found.info["bit_depth"])
        samples = np.asarray(found)
    except PictureError:
        raise
    except Exception as error:  # libheif's own words
        raise cut_short(name) from error
    if samples.dtype == np.uint16:
        samples = full_range(samples >> (16 - bits), bits)  # they lie in the upper bits
    notes: list[str] = []
    if len(found) > 1:
        notes.append(f"{name} holds {len(found)} pictures; its main one is used.")
    if any(GAIN_MAP in kind.lower() for kind in info.get("aux", ())):
        notes.append(GAIN_MAP_LEFT.format(name=name))
    _, exif = exif_of(holding(info.get("exif")), name, notes)  # libheif has turned it upright
    said = info.get("nclx_profile") or {}
    places, transfer = (int(said.get(key, colors.UNSAID)) for key in ("color_primaries", "transfer_characteristics"))
    icc = info.get("icc_profile") or colors.said(places, transfer, samples, name, notes)
    plane, kept = plane_of(samples, colors.fitting(icc, samples, name, notes)), xmp.kept_of(info.get("xmp"), name, notes)
    return PictureFile(plane, "HEIC", None, exif, tuple(notes), kept)
