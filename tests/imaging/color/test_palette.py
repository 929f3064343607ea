"""Palettes: what several pictures have in common, and pictures brought to it."""

from __future__ import annotations

import numpy as np
from restyle_imaging.color.palette import Palette, common_palette, in_palette, palette_of
from restyle_imaging.planes.canvas import open_plane
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_imaging.planes.palettes import measured, recolored


def picture(seed: int, middle: tuple[float, float, float], spread: float) -> np.ndarray:
    """Soft noise around a colour, 64 × 48 px, float32 in 0–1."""
    noise = np.random.default_rng(seed).normal(size=(48, 64, 3)) * spread
    return np.clip(np.array(middle) + noise, 0, 1).astype(np.float32)


GRAY_DAY = picture(1, (0.45, 0.47, 0.5), 0.05)
SUNNY = picture(2, (0.6, 0.5, 0.3), 0.12)


def apart(one: Palette, other: Palette) -> float:
    return float(np.abs(one.mean - other.mean).max() + np.abs(one.covariance - other.covariance).max() ** 0.5)


def test_pictures_that_were_brought_to_a_palette_have_it() -> None:
    palettes = [palette_of(GRAY_DAY), palette_of(SUNNY)]
    common = common_palette(palettes)
    after = [palette_of(in_palette(one, own, common)) for one, own in zip((GRAY_DAY, SUNNY), palettes, strict=True)]
    assert apart(*palettes) > 0.12
    assert max(apart(one, common) for one in after) < 0.04


def test_a_picture_that_has_the_palette_stays_as_it_is() -> None:
    own = palette_of(SUNNY)
    assert np.abs(in_palette(SUNNY, own, own) - SUNNY).max() < 1e-3


def test_a_flat_picture_is_given_no_noise() -> None:
    flat = GRAY_DAY.copy()
    flat[:] = 0.5
    flat[::2] += 0.002
    brought = in_palette(flat, palette_of(flat), palette_of(SUNNY))
    assert np.isfinite(brought).all()
    assert float(np.ptp(brought, axis=(0, 1)).max()) < 0.02


def test_planes_keep_their_format_and_what_is_hidden_has_no_say() -> None:
    pixels = np.concatenate((GRAY_DAY, np.ones((48, 64, 1), np.float32)), -1)
    pixels[:, 32:] = (1, 0, 0, 0)
    data = np.round(pixels * 65535).astype("<u2")
    plane = Plane(PixelFormat(Channels.RGBA, Depth.U16), 64, 48, data.tobytes())
    assert apart(measured(plane), palette_of(GRAY_DAY[:, :32])) < 1e-3
    after = recolored(plane, palette_of(SUNNY))
    assert (after.format, after.width, after.height, after.icc) == (plane.format, 64, 48, None)
    assert np.array_equal(np.frombuffer(after.data, "<u2").reshape(48, 64, 4)[:, 32:], data[:, 32:])
    assert apart(palette_of(open_plane(after).rgb[:, :32]), palette_of(SUNNY)) < 0.04
