"""Owns the promises about the size of strokes that nobody chose: it follows the grain of style and content, and is never one that can't be painted."""

from __future__ import annotations

import numpy as np
import pytest
from engine.scenes import photo
from restyle_engine.strokes import LARGEST, LEAST, SMALLEST, grain, suited
from restyle_engine.task import Pixels

SIDE = 128  # px


def spots(wavelength: float, side: int = SIDE) -> Pixels:
    """Round spots, so many px apart, in a square of so many px."""
    waves = np.sin(np.arange(side) * 2 * np.pi / wavelength + 0.7)
    return np.repeat((0.5 + 0.25 * (waves[None] + waves[:, None]))[..., None], 3, axis=-1).astype(np.float32)


def test_grain_rises_with_the_size_of_what_is_there_and_not_with_that_of_the_picture() -> None:
    grains = [grain(spots(size), None) or 0.0 for size in (5, 10, 20, 40)]
    assert np.diff(grains).min() > 0.5
    assert grain(spots(20, 2 * SIDE), None) == pytest.approx(grains[1], abs=0.1)


def test_equal_pictures_have_equal_grain_to_the_last_bit() -> None:
    assert grain(photo(96, 64), None) == grain(photo(96, 64), None)


def test_what_does_not_count_has_no_say() -> None:
    half = np.zeros((SIDE, SIDE), np.float32)
    half[:, : SIDE // 2] = 1
    both = np.where(half[..., None] > 0, spots(40), spots(5))
    assert grain(both, half) == pytest.approx(grain(spots(40), None), abs=0.2)
    assert grain(both, 1 - half) == pytest.approx(grain(spots(5), None), abs=0.2)


@pytest.mark.parametrize("picture", [np.full((64, 64, 3), 0.4, np.float32), np.zeros((16, 16, 3), np.float32)])
def test_a_flat_picture_has_no_grain_and_strokes_as_usual(picture: Pixels) -> None:
    assert grain(picture, None) is None
    assert grain(spots(8), np.zeros((SIDE, SIDE), np.float32)) is None
    assert suited(None, None, None, 1.0) == suited(None, None, 1.0, 1.0)


def test_a_finer_style_has_larger_strokes_and_a_finer_content_smaller_ones() -> None:
    assert suited(2.2, 2.8, None, 1.0) > suited(2.8, 2.8, None, 1.0)
    assert suited(2.5, 2.0, None, 1.0) < suited(2.5, 3.5, None, 1.0)


def test_what_the_library_suggests_moves_it() -> None:
    assert suited(2.5, 2.8, 0.5, 1.0) < suited(2.5, 2.8, None, 1.0) == suited(2.5, 2.8, 1.0, 1.0) < suited(2.5, 2.8, 1.5, 1.0)


@pytest.mark.parametrize("style", [None, 0.0, 2.5, 5.0])
@pytest.mark.parametrize("content", [None, 0.0, 5.0])
@pytest.mark.parametrize("suggested", [None, 0.25, 4.0])
@pytest.mark.parametrize("reach", [0.01, 0.3, 2.0])
def test_it_is_always_a_size_that_can_be_painted(style: float | None, content: float | None, suggested: float | None, reach: float) -> None:
    found = suited(style, content, suggested, reach)
    assert min(SMALLEST, max(LEAST, 2 * reach)) <= found <= LARGEST
    assert found == round(found, 2)


@pytest.mark.parametrize("shape", [(16, 16), (16, 400), (33, 57)])
def test_small_and_narrow_pictures_are_measured(shape: tuple[int, int]) -> None:
    found = grain(np.random.default_rng(2).random((*shape, 3), np.float32), None)
    assert found is not None and 0 <= found <= 5
