"""Owns ICC profiles: from a layer's own values to sRGB-encoded ones and back, in float and without bounds.

Profiles made of curves and a matrix (nearly all of an editor's) are read here, because lcms2 clips tables to 0–1 and inverts them by resampling; profiles that
hold lookup tables go through lcms2 in float32. Rendering is relative colorimetric, with black point compensation for lookup tables, as editors have it.
Source: ICC.1:2022. Connection space: D50.
"""

from __future__ import annotations

import functools
import struct
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..arrays import Floats
from ..errors import ImagingError
from . import srgb
from .curves import BadCurve, Curve, SrgbCurve, read_curve

FIELD = "icc_profile"
HEADER_BYTES = 128
LARGEST_PROFILE = 4 << 20  # bytes: what the service accepts; real ones are under 3 MiB
SRGB_MATRIX_TOLERANCE = 2e-3  # colorants this close to sRGB's differ by rounding or by the maker's white point only
RELATIVE_COLORIMETRIC = 1  # lcms2's number
BLACK_POINT_COMPENSATION = 0x2000  # lcms2's flag
PROBES = 9  # colours that a profile is tried with
KEPT_PROFILES = 16  # parsed profiles kept: an editor session sends the same one or two again and again


class Profile(Protocol):
    """Both ways between a layer's values, (h, w, 1) gray or (h, w, 3) RGB, and sRGB-encoded RGB (h, w, 3); float32, unbounded."""

    def to_srgb(self, colors: Floats) -> Floats: ...
    def from_srgb(self, rgb: Floats) -> Floats: ...


@dataclass(frozen=True, slots=True)
class SrgbProfile:
    """RGB that is sRGB-encoded already."""

    def to_srgb(self, colors: Floats) -> Floats:
        return colors

    def from_srgb(self, rgb: Floats) -> Floats:
        return rgb


@dataclass(frozen=True, slots=True)
class GrayProfile:
    """One channel with a curve. Colour becomes gray by its luminance in linear light."""

    curve: Curve

    def to_srgb(self, colors: Floats) -> Floats:
        gray = colors if isinstance(self.curve, SrgbCurve) else srgb.encode(self.curve.linear(colors))
        return np.repeat(gray, 3, axis=-1)

    def from_srgb(self, rgb: Floats) -> Floats:
        return self.curve.encoded(srgb.luminance(rgb)[..., None])


@dataclass(frozen=True, slots=True)
class MatrixProfile:
    """RGB by three curves and the colorants' XYZ (columns of `to_xyz`)."""

    curves: tuple[Curve, Curve, Curve]
    to_linear_srgb: Floats  # 3 × 3
    from_linear_srgb: Floats

    def to_srgb(self, colors: Floats) -> Floats:
        linear = np.stack([curve.linear(colors[..., index]) for index, curve in enumerate(self.curves)], axis=-1)
        return srgb.encode(linear @ self.to_linear_srgb.T)

    def from_srgb(self, rgb: Floats) -> Floats:
        linear = srgb.decode(rgb) @ self.from_linear_srgb.T
        return np.stack([curve.encoded(linear[..., index]) for index, curve in enumerate(self.curves)], axis=-1)


@dataclass(frozen=True, slots=True)
class LookupProfile:
    """RGB or gray by lookup tables, through lcms2 in float32. The tables span 0–1; what lies outside is clipped by them."""

    icc: bytes
    samples: int

    def to_srgb(self, colors: Floats) -> Floats:
        return _lcms(colors, self.icc, _lcms_srgb(), "gray" if self.samples == 1 else "rgb", "rgb")

    def from_srgb(self, rgb: Floats) -> Floats:
        return _lcms(rgb, _lcms_srgb(), self.icc, "rgb", "gray" if self.samples == 1 else "rgb")


def profile_of(icc: bytes | None, gray: bool) -> Profile:
    """The profile in `icc`'s bytes, or sRGB for None (and for no bytes). gray: what the pixels are. ImagingError: no profile, a broken one, or one for other
    channels."""
    if not icc:
        return GrayProfile(SrgbCurve()) if gray else SrgbProfile()
    return _cached(bytes(icc), gray)


@functools.lru_cache(KEPT_PROFILES)
def _cached(icc: bytes, gray: bool) -> Profile:
    _require_fit(icc, gray)
    try:
        return _probed(_parsed(icc, gray), gray)
    except (BadCurve, struct.error, IndexError, ValueError, np.linalg.LinAlgError) as error:
        raise ImagingError(FIELD, f"The colour profile can't be used: {error}; convert the image to sRGB, or assign a profile that is whole.") from error


def color_space(icc: bytes) -> str:
    """The profile's own colour space: "RGB", "GRAY", "CMYK", "Lab" … ValueError when the bytes are no profile."""
    if len(icc) < HEADER_BYTES + 4 or icc[36:40] != b"acsp":
        raise ValueError("it is not an ICC profile")
    return icc[16:20].decode("latin-1").strip()


def _require_fit(icc: bytes, gray: bool) -> None:
    """ImagingError for what is no profile, or one for other pixels."""
    try:
        space = color_space(icc)
        if len(icc) > LARGEST_PROFILE:
            raise ValueError(f"it is larger than {LARGEST_PROFILE >> 20} MiB")  # noqa: TRY301, one sentence for both
    except ValueError as error:
        raise ImagingError(FIELD, f"The colour profile can't be used: {error}; convert the image to sRGB, or assign a profile that is whole.") from error
    if space != ("GRAY" if gray else "RGB"):
        pixels = "gray" if gray else "RGB"
        raise ImagingError(
            FIELD, f"The colour profile is for {space}, but the pixels are {pixels}; assign a profile for {pixels}, or convert the image to sRGB."
        )


def _parsed(icc: bytes, gray: bool) -> Profile:
    tags = _tags(icc)
    if "A2B0" in tags and "B2A0" in tags:
        return _lookup(icc, 1 if gray else 3)
    if gray and "kTRC" in tags:
        return GrayProfile(read_curve(tags["kTRC"]))
    if not gray and all(name in tags for name in ("rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC")):
        return _matrix(tags)
    raise ValueError("it holds neither curves with a matrix nor tables for both directions")


def _matrix(tags: dict[str, bytes]) -> Profile:
    curves = (read_curve(tags["rTRC"]), read_curve(tags["gTRC"]), read_curve(tags["bTRC"]))
    to_xyz = np.stack([_xyz(tags[name]) for name in ("rXYZ", "gXYZ", "bXYZ")], axis=1)
    near_srgb = bool(np.abs(to_xyz - srgb.TO_XYZ_D50).max() < SRGB_MATRIX_TOLERANCE)
    if near_srgb and all(isinstance(curve, SrgbCurve) for curve in curves):
        return SrgbProfile()
    to_linear = np.eye(3) if near_srgb else srgb.FROM_XYZ_D50 @ to_xyz
    return MatrixProfile(curves, to_linear.astype(np.float32), np.linalg.inv(to_linear).astype(np.float32))


def _lookup(icc: bytes, samples: int) -> Profile:
    profile = LookupProfile(icc, samples)
    try:
        return _probed(profile, samples == 1)
    except Exception as error:
        raise ValueError("its lookup tables are broken") from error


def _probed(profile: Profile, gray: bool) -> Profile:
    """The profile, when it makes numbers of numbers, both ways. ValueError."""
    steps = np.linspace(0, 1, PROBES, dtype=np.float32)
    probe = np.stack([steps] if gray else [steps, steps[::-1], np.roll(steps, PROBES // 2)], axis=-1)[None]
    with np.errstate(all="ignore"):
        there = profile.to_srgb(probe)
        if not (np.isfinite(there).all() and np.isfinite(profile.from_srgb(there)).all()):
            raise ValueError("its curves or colorants lead nowhere")
    return profile


def _tags(icc: bytes) -> dict[str, bytes]:
    (count,) = struct.unpack_from(">I", icc, HEADER_BYTES)
    if count > 200:  # real profiles hold about 10 to 30
        raise ValueError("its table of contents is broken")
    tags: dict[str, bytes] = {}
    cut = False
    for index in range(count):
        name, offset, size = struct.unpack_from(">4sII", icc, HEADER_BYTES + 4 + 12 * index)
        if offset + size > len(icc):
            cut = True  # a copyright that claims too much harms no colour
            continue
        tags[name.decode("latin-1")] = icc[offset : offset + size]
    if cut and not (set(tags) & {"A2B0", "kTRC", "rTRC"}):
        raise ValueError("it is cut short")
    return tags


def _xyz(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    if data[:4] != b"XYZ ":
        raise ValueError("its colorants are broken")
    return np.array(struct.unpack_from(">3i", data, 8)) / 65536


@functools.cache
def _lcms_srgb() -> bytes:
    import imagecodecs

    return bytes(imagecodecs.cms_profile("srgb"))


def _lcms(colors: Floats, source: bytes, target: bytes, source_space: str, target_space: str) -> Floats:
    import imagecodecs

    out = imagecodecs.cms_transform(
        np.ascontiguousarray(colors, np.float32),
        source,
        target,
        colorspace=source_space,
        outcolorspace=target_space,
        outdtype="float32",
        intent=RELATIVE_COLORIMETRIC,
        flags=BLACK_POINT_COMPENSATION,
    )
    return np.asarray(out, np.float32).reshape(*colors.shape[:-1], 1 if target_space == "gray" else 3)
