"""Owns the profile that a file's pixels come with: its own, if it fits them, or one made of the numbers (ITU-T H.273) by which AVIF and HEIC name colours."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..arrays import Samples
from ..color import srgb
from ..color.curves import SrgbCurve
from ..color.primaries import BT709, BT2020, D65, P3, Chromaticities
from ..color.profiles import GrayProfile, SrgbProfile, profile_of
from ..errors import ImagingError

UNSAID = 2
PRIMARIES: dict[int, Chromaticities] = {1: BT709, UNSAID: BT709, 9: BT2020, 12: P3}
SRGB_LIKE = frozenset((1, UNSAID, 6, 13, 14, 15))  # BT.709's camera curve is shown as sRGB, as browsers do
GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
CURVE_POINTS = 1024
UNUSUAL = "{name} holds colours that are meant for HDR displays, or are rare; they are read as sRGB. Export it as TIFF or OpenEXR to keep them."


def is_gray(samples: Samples) -> bool:
    """Whether samples (h, w) or (h, w, 1–4) are gray, with alpha or without."""
    return samples.ndim == 2 or samples.shape[2] < 3


def fitting(icc: bytes | None, samples: Samples, name: str, notes: list[str]) -> bytes | None:
    """The profile, if it can be used for such samples, both ways; else None, with a note."""
    if not icc:
        return None
    try:
        profile_of(icc, is_gray(samples))
    except ImagingError:
        notes.append(f"The colour profile in {name} does not fit its pixels or can't be used; it is left out, and they are read as sRGB.")
        return None
    return icc


def said(places: int, transfer: int, samples: Samples, name: str, notes: list[str]) -> bytes | None:
    """The profile of these numbers, for samples (h, w) or (h, w, 1–4); None: they are sRGB, or of a kind that no profile of ours holds, which is noted."""
    gray = is_gray(samples)
    if places not in PRIMARIES or not (transfer in SRGB_LIKE or transfer in GAMMAS):
        notes.append(UNUSUAL.format(name=name))
        return None
    if transfer in SRGB_LIKE and (gray or PRIMARIES[places] == BT709):
        return None
    return made(PRIMARIES[places], GAMMAS.get(transfer), gray)


def unless_srgb(icc: bytes | None, samples: Samples) -> bytes | None:
    """The profile that fits the samples, but for one that says what no profile says, too."""
    if icc is None:
        return None
    profile = profile_of(icc, is_gray(samples))
    return None if isinstance(profile, SrgbProfile) or (isinstance(profile, GrayProfile) and isinstance(profile.curve, SrgbCurve)) else icc


@cache
def made(places: Chromaticities, gamma: float | None, gray: bool) -> bytes:
    """A profile of these primaries and this exponent; None for sRGB's curve. White: D65."""
    import imagecodecs

    curve = None if gamma else np.rint(65535 * srgb.decode(np.linspace(0, 1, CURVE_POINTS, dtype=np.float32))).astype(np.uint16)
    red_green_blue = None if gray else [value for pair in places for value in (*pair, 1.0)]
    return bytes(imagecodecs.cms_profile("gray" if gray else "rgb", whitepoint=(*D65, 1.0), primaries=red_green_blue, transferfunction=curve, gamma=gamma))
