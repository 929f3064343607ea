"""Owns the promises about the size of strokes that nobody chose: it follows the size of the picture, and is never one that can't be painted."""

from __future__ import annotations

import itertools

import pytest
from restyle_engine.strokes import LARGEST, LEAST, USUAL, USUAL_SIDE, suited

FAR = 4.0  # reach of a style's picture that has pixels to spare


def test_a_larger_picture_has_strokes_of_more_pixels_and_of_a_smaller_share_of_it() -> None:
    for smaller, larger in itertools.pairwise((200, 400, 800)):
        assert suited(smaller, None, FAR) > suited(larger, None, FAR)
        assert smaller * suited(smaller, None, FAR) < larger * suited(larger, None, FAR)


def test_what_the_library_suggests_takes_the_place_of_what_is_usual() -> None:
    assert suited(USUAL_SIDE, 0.6, FAR) == 0.6
    assert suited(USUAL_SIDE / 4, 0.6, FAR) == 1.2
    assert suited(512, USUAL, FAR) == suited(512, None, FAR)


def test_a_style_is_not_enlarged_more_than_twice() -> None:
    assert suited(512, None, 0.4) == 0.8


@pytest.mark.parametrize("side", [16, 100, 512, 1024])
@pytest.mark.parametrize("suggested", [None, 0.25, 4.0])
@pytest.mark.parametrize("reach", [0.01, 0.3, 2.0])
def test_it_is_always_a_size_that_can_be_painted(side: float, suggested: float | None, reach: float) -> None:
    found = suited(side, suggested, reach)
    assert LEAST <= found <= min(max(LARGEST, suggested or 0), max(LEAST, 2 * reach))
    assert found == round(found, 2)
