"""Resizing, filling hidden colours, and small previews."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from restyle_imaging.planes.preview import rgba8
from restyle_imaging.resample.hidden import fill_hidden
from restyle_imaging.resample.kernels import Kernel
from restyle_imaging.resample.resize import Enlargement, resize, resize_visible

RED, BLUE, GREEN = (np.array(color, np.float32) for color in ((1, 0, 0), (0, 0, 1), (0, 1, 0)))


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape).astype(np.float32)


def test_the_same_size_is_the_same_array() -> None:
    picture = noise(9, 7, 3)
    assert resize(picture, 7, 9) is picture


@pytest.mark.parametrize("kernel", ["lanczos", "bicubic", "bilinear", "area"])
def test_resizing_keeps_the_mean_and_stays_within_the_range(kernel: Kernel) -> None:
    picture = noise(64, 48, 3) * np.float32(0.5) + np.float32(0.25)
    for width, height in ((12, 16), (96, 128), (7, 61)):
        resized = resize(picture, width, height, kernel)
        assert resized.shape == (height, width, 3)
        assert resized.dtype == np.float32
        assert resized.min() >= picture.min()
        assert resized.max() <= picture.max()
        assert np.allclose(resized.mean((0, 1)), picture.mean((0, 1)), atol=0.02)


def test_shrinking_does_not_alias() -> None:
    stripes = np.tile(np.array([0, 1], np.float32), (64, 32))
    assert np.ptp(resize(stripes, 17, 17)[:, 2:-2]) < 0.1


@pytest.mark.parametrize("width", [1, 8])
def test_slivers_can_be_resized(width: int) -> None:
    assert resize(noise(400, width, 3), 16, 50).shape == (50, 16, 3)


def test_rows_made_in_strips_are_the_rows_of_the_whole() -> None:
    picture = noise(13, 11, 2)
    enlarged = Enlargement(picture, 37, 41, "bicubic")
    whole = enlarged.rows(slice(0, 41))
    pieces = [enlarged.rows(rows) for rows in (slice(0, 5), slice(5, 30), slice(30, 41))]
    assert np.allclose(np.clip(whole, picture.min((0, 1)), picture.max((0, 1))), resize(picture, 37, 41, "bicubic"), atol=1e-6)
    assert np.allclose(np.concatenate(pieces), whole, atol=1e-5)


@pytest.mark.parametrize("hidden", [RED, BLUE])
def test_transparent_colours_never_bleed_when_a_picture_shrinks(hidden: NDArray[np.float32]) -> None:
    alpha = np.zeros((32, 32), np.float32)
    alpha[:, 13:] = 1
    rgb = np.where(alpha[..., None] > 0, GREEN, hidden)
    small, small_alpha = resize_visible(rgb, alpha, 8, 8)
    assert small_alpha is not None
    assert np.allclose(small[small_alpha > 0.01], GREEN, atol=1e-3)
    assert small_alpha.shape == (8, 8)


def test_without_alpha_nothing_is_weighed() -> None:
    small, alpha = resize_visible(noise(20, 20, 3), None, 10, 10)
    assert alpha is None
    assert np.array_equal(small, resize(noise(20, 20, 3), 10, 10))


def test_hidden_colours_are_filled_from_their_surroundings() -> None:
    rgb, alpha = np.tile(GREEN, (33, 47, 1)), np.ones((33, 47), np.float32)
    rgb[5:20, 7:30], alpha[5:20, 7:30] = RED, 0
    assert np.allclose(fill_hidden(rgb, alpha), GREEN, atol=1e-6)


def test_a_fill_runs_smoothly_from_one_side_to_the_other() -> None:
    rgb, alpha = np.zeros((16, 64, 3), np.float32), np.zeros((16, 64), np.float32)
    rgb[:, -8:] = 1
    alpha[:, :8] = alpha[:, -8:] = 1
    filled = fill_hidden(rgb, alpha)[8, :, 0]
    assert np.array_equal(filled[:8], np.zeros(8))
    assert np.array_equal(filled[-8:], np.ones(8))
    assert np.abs(np.diff(filled)).max() < 0.2


def test_visible_pixels_are_left_alone_however_faint() -> None:
    rgb, alpha = noise(20, 20, 3), (noise(20, 20) > 0.5).astype(np.float32) / np.float32(255)
    assert np.array_equal(fill_hidden(rgb, alpha)[alpha > 0], rgb[alpha > 0])


def test_a_wholly_hidden_picture_becomes_gray_and_an_opaque_one_stays() -> None:
    rgb = noise(8, 8, 3)
    assert np.array_equal(fill_hidden(rgb, np.zeros((8, 8), np.float32)), np.full((8, 8, 3), 0.5, np.float32))
    assert fill_hidden(rgb, np.ones((8, 8), np.float32)) is rgb
    assert fill_hidden(rgb, None) is rgb


def test_a_preview_keeps_its_shape_and_is_never_enlarged() -> None:
    assert rgba8(noise(30, 60, 3), None, 20)[:2] == (20, 10)
    assert rgba8(noise(30, 60, 3), None, 500)[:2] == (60, 30)
    assert rgba8(noise(4, 4000, 3), None, 100)[:2] == (100, 1)


def test_a_preview_shows_the_very_pixels_and_their_alpha() -> None:
    rgb = np.array([[[0, 0.5, 1], [2, -1, np.nan]]], np.float32)
    width, height, data = rgba8(rgb, np.array([[1, 0.25]], np.float32), 2)
    assert (width, height) == (2, 1)
    assert data == bytes([0, 128, 255, 255, 255, 0, 0, 64])
