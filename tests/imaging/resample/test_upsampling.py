"""Carrying a painted change up to the full size of a photo."""

from __future__ import annotations

import numpy as np
import pytest
from restyle_imaging.resample.resize import resize
from restyle_imaging.resample.upsampling import upsampled


@pytest.fixture
def photo() -> np.ndarray:
    """A dark disc with fine texture on a bright gradient, 128 px."""
    y, x = np.mgrid[:128, :128] / 128
    disc = ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.09)[..., None]
    texture = np.random.default_rng(0).normal(0, 0.03, (128, 128, 1))
    return np.clip(np.where(disc, [0.15, 0.2, 0.3], np.stack([0.7 + 0.2 * x, 0.8 - 0.1 * y, 0.6 + 0 * x], -1)) + texture, 0, 1).astype(np.float32)


def test_no_change_gives_the_content_exactly(photo: np.ndarray) -> None:
    work = resize(photo, 32, 32)
    assert np.array_equal(upsampled(photo, work, work.copy()), photo)


def test_equal_sizes_give_the_painting_itself(photo: np.ndarray) -> None:
    painted = 1 - photo
    assert np.array_equal(upsampled(photo, photo, painted), painted)


def test_an_even_change_is_an_even_change(photo: np.ndarray) -> None:
    work = resize(photo, 32, 32)
    assert np.allclose(upsampled(photo, work, work - 0.1), photo - 0.1, atol=1e-4)


def test_the_painting_is_still_there_when_its_full_size_is_shrunk_again(photo: np.ndarray) -> None:
    work = resize(photo, 32, 32)
    painted = np.clip(work + np.random.default_rng(1).normal(0, 0.1, work.shape), 0, 1).astype(np.float32)
    assert np.abs(resize(upsampled(photo, work, painted), 32, 32) - painted).mean() < 0.03


def test_a_change_stops_at_the_edge_of_what_it_belongs_to(photo: np.ndarray) -> None:
    """The disc turns red, the rest stays: measured against the same change made at full size, in bands of distance to the edge."""
    y, x = np.mgrid[:128, :128] / 128
    distance = 128 * (np.sqrt((x - 0.5) ** 2 + (y - 0.5) ** 2) - 0.3)
    ideal = np.where((distance < 0)[..., None], np.array([0.9, 0.1, 0.1], np.float32), photo)
    work, painted = resize(photo, 32, 32), resize(ideal, 32, 32)
    edge_aware = np.abs(upsampled(photo, work, painted) - ideal)
    smooth = np.abs(photo + resize(painted - work, 128, 128, "bicubic") - ideal)
    at_edge = np.abs(distance) < 2
    assert edge_aware[at_edge].mean() < 0.3 * smooth[at_edge].mean()
    assert edge_aware[(distance > 2) & (distance < 10)].mean() < 0.015
    assert edge_aware[distance > 24].max() < 0.005


def test_flattening_paint_takes_the_photos_fine_texture_with_it() -> None:
    """Wide stripes painted over flat: their crisp edges in the photo must go as well."""
    stripes = np.tile(np.repeat(np.array([0.3, 0.7], np.float32), 16), 4)
    photo = np.repeat(np.tile(stripes, (128, 1))[..., None], 3, -1)
    work = resize(photo, 32, 32)
    out = upsampled(photo, work, np.full_like(work, 0.5))
    assert out[16:-16, 16:-16].std() < 0.25 * photo.std()


def test_the_photos_grain_does_not_show_through_strokes() -> None:
    random = np.random.default_rng(0)
    photo = np.clip(0.5 + random.normal(0, 0.02, (128, 128, 3)), 0, 1).astype(np.float32)
    work = resize(photo, 32, 32)
    strokes = work + resize(random.normal(0, 0.2, (16, 16)).astype(np.float32), 32, 32, "bicubic")[..., None]
    out = upsampled(photo, work, strokes)
    grain = photo - resize(work, 128, 128, "bicubic")
    left = ((out - out.mean()) * grain).sum() / (grain**2).sum()
    assert left < 0.3


def test_an_even_shift_of_colour_keeps_the_photos_grain(photo: np.ndarray) -> None:
    work = resize(photo, 32, 32)
    assert np.allclose(upsampled(photo, work, work * 1.0 + np.float32(0.05)), photo + 0.05, atol=1e-3)


def test_what_is_hidden_does_not_change_what_is_visible(photo: np.ndarray) -> None:
    work = resize(photo, 32, 32)
    alpha = np.ones((128, 128), np.float32)
    alpha[:, :64] = 0
    results = []
    for hidden in (0.0, 1.0):
        painted = work * 0.8
        painted[:, :16] = hidden
        results.append(upsampled(photo, work, painted, alpha)[:, 64:])
    assert np.abs(results[0] - results[1]).max() < 0.02


def test_odd_sizes_and_slivers_work() -> None:
    content = np.random.default_rng(2).random((301, 37, 3)).astype(np.float32)
    work = resize(content, 16, 64)
    out = upsampled(content, work, 1 - work)
    assert out.shape == content.shape
    assert np.isfinite(out).all()
