"""ICC profiles both ways, in float."""

from __future__ import annotations

import io

import imagecodecs
import numpy as np
import pytest
from imaging.icc_samples import ADOBE_RGB, D50, GRAY_PROFILES, PROFILES, SRGB, gamma_curve, gray_profile, profile, rgb_profile, table_curve, xyz
from PIL import Image, ImageCms
from restyle_imaging.color.profiles import LookupProfile, MatrixProfile, SrgbProfile, profile_of
from restyle_imaging.errors import ImagingError

UNBOUNDED = ["adobe-rgb", "display-p3", "linear-rec709", "p3-table", "srgb-table"]


def noise(low: float, high: float, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).uniform(low, high, (40, 40, channels)).astype(np.float32)


@pytest.mark.parametrize("name", UNBOUNDED)
def test_what_goes_in_comes_out_within_a_16_bit_step(name: str) -> None:
    colors = noise(0, 1)
    used = profile_of(PROFILES[name], gray=False)
    error = np.abs(used.from_srgb(used.to_srgb(colors)) - colors)
    assert error.max() < 16 / 65535
    assert np.median(error) < 1e-6


@pytest.mark.parametrize("name", UNBOUNDED)
def test_bright_and_negative_values_survive(name: str) -> None:
    colors = noise(-0.4, 6)
    used = profile_of(PROFILES[name], gray=False)
    assert np.quantile(np.abs(used.from_srgb(used.to_srgb(colors)) - colors), 0.99) < 1e-4


@pytest.mark.parametrize("name", GRAY_PROFILES)
def test_gray_profiles_go_both_ways(name: str) -> None:
    gray = noise(-0.4, 6, 1)
    used = profile_of(GRAY_PROFILES[name], gray=True)
    assert np.allclose(used.from_srgb(used.to_srgb(gray)), gray, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("name", PROFILES)
def test_colours_agree_with_lcms2(name: str) -> None:
    """lcms2 through Pillow rounds to 8 bits; two steps are its rounding and its tables'."""
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype("u1")
    given = ImageCms.ImageCmsProfile(io.BytesIO(PROFILES[name]))
    reference = ImageCms.profileToProfile(
        Image.fromarray(picture),
        given,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    ours = np.clip(profile_of(PROFILES[name], gray=False).to_srgb(picture.astype(np.float32) / np.float32(255)), 0, 1) * 255
    assert np.abs(ours - np.asarray(reference)).max() < 2


@pytest.mark.parametrize("name", ["adobe-rgb", "display-p3", "p3-table"])
def test_the_way_back_agrees_with_lcms2(name: str) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype("u1")
    wanted = ImageCms.ImageCmsProfile(io.BytesIO(PROFILES[name]))
    reference = ImageCms.profileToProfile(
        Image.fromarray(picture),
        ImageCms.createProfile("sRGB"),
        wanted,
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    ours = np.clip(profile_of(PROFILES[name], gray=False).from_srgb(picture.astype(np.float32) / np.float32(255)), 0, 1) * 255
    assert np.abs(ours - np.asarray(reference)).max() < 2


def test_gray_gamma_has_its_value() -> None:
    assert np.allclose(profile_of(GRAY_PROFILES["gray-gamma-2.2"], gray=True).to_srgb(np.array([[[0.5]]], np.float32)), 0.5040, atol=1e-3)


def test_colour_becomes_gray_by_its_luminance() -> None:
    green = profile_of(GRAY_PROFILES["gray-linear"], gray=True).from_srgb(np.array([[[0, 1, 0]]], np.float32))
    assert np.allclose(green, 0.7152, atol=1e-4)


@pytest.mark.parametrize("icc", [imagecodecs.cms_profile("srgb"), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), PROFILES["srgb-table"]])
def test_srgb_in_any_spelling_changes_nothing(icc: bytes) -> None:
    assert isinstance(profile_of(bytes(icc), gray=False), SrgbProfile)


def test_kinds_are_told_apart() -> None:
    assert isinstance(profile_of(None, gray=False), SrgbProfile)
    assert isinstance(profile_of(b"", gray=False), SrgbProfile)
    assert isinstance(profile_of(PROFILES["linear-rec709"], gray=False), MatrixProfile)
    assert isinstance(profile_of(PROFILES["lut"], gray=False), LookupProfile)


def parametric(function: int, *values: float) -> bytes:
    return b"para" + bytes(4) + function.to_bytes(2, "big") + bytes(2) + b"".join(round(v * 65536).to_bytes(4, "big", signed=True) for v in values)


@pytest.mark.parametrize(
    "curve",
    [
        parametric(0, 1.8),
        parametric(1, 2.0, 0.9, 0.1),
        parametric(2, 2.0, 0.9, 0.05, 0.02),
        parametric(3, 2.2, 0.95, 0.05, 0.1, 0.05),
        parametric(4, 2.4, 0.9479, 0.0521, 0.0774, 0.0405, 0.0, 0.0),
        table_curve(lambda x: x**3, 16),
    ],
)
def test_every_kind_of_curve_goes_both_ways(curve: bytes) -> None:
    used = profile_of(rgb_profile(SRGB, curve), gray=False)
    colors = noise(0.15, 0.95)
    assert np.allclose(used.from_srgb(used.to_srgb(colors)), colors, atol=1e-4)


@pytest.mark.parametrize(
    ("icc", "gray"),
    [
        (b"\0" * 200, False),
        (PROFILES["adobe-rgb"][:131], False),
        (PROFILES["adobe-rgb"][:-8], False),
        (rgb_profile(ADOBE_RGB, gamma_curve(0)), False),
        (rgb_profile(ADOBE_RGB, table_curve(lambda x: 1 - x)), False),
        (rgb_profile(ADOBE_RGB, table_curve(lambda x: 0 * x)), False),
        (rgb_profile(((0, 0, 0), (0, 0, 0), (0, 0, 0)), gamma_curve(2)), False),
        (rgb_profile(ADOBE_RGB, b"junk" + bytes(8)), False),
        (rgb_profile(ADOBE_RGB, parametric(9)), False),
        (rgb_profile(ADOBE_RGB, parametric(3, -1, 1, 0, 0, 0)), False),
        (profile(b"RGB ", {b"wtpt": xyz(D50)}), False),
        (gray_profile(b"curv" + bytes(4) + b"\xff\xff\xff\xff"), True),
        (profile(b"CMYK", {b"wtpt": xyz(D50)}), False),
    ],
)
def test_a_broken_profile_is_refused_in_a_sentence(icc: bytes, gray: bool) -> None:
    with pytest.raises(ImagingError) as refused:
        profile_of(icc, gray)
    assert refused.value.field == "icc_profile"
    assert refused.value.message.endswith(".")
    assert "sRGB" in refused.value.message
