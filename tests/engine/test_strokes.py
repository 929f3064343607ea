"""Owns the promises about the size of strokes that nobody chose: it follows the size of the picture, and is never one that can't be painted."""

from __future__ import annotations

import pytest
from restyle_engine.optim.plan import LARGEST_WHOLE
from restyle_engine.strokes import LARGEST, LEAST, suited

FAR = 4.0  # reach of a style's picture that has pixels to spare


def test_a_larger_picture_has_strokes_of_more_pixels_and_of_a_smaller_share_of_it() -> None:
    sizes = {side: suited(side, side * 2 // 3, None, FAR) for side in (256, 512, 1024)}
    assert sizes[256] > sizes[512] > sizes[1024]
    assert 256 * sizes[256] < 512 * sizes[512] < 1024 * sizes[1024]


def test_beyond_what_is_painted_whole_the_share_stays() -> None:
    assert suited(4 * LARGEST_WHOLE, 2 * LARGEST_WHOLE, None, FAR) == suited(LARGEST_WHOLE, LARGEST_WHOLE // 2, None, FAR)


def test_what_the_library_suggests_moves_it() -> None:
    assert suited(512, 512, 0.5, FAR) < suited(512, 512, None, FAR) == suited(512, 512, 1.0, FAR) < suited(512, 512, 1.5, FAR)


def test_a_style_is_not_enlarged_more_than_twice() -> None:
    assert suited(512, 512, None, 0.4) == 0.8


@pytest.mark.parametrize("width", [16, 100, 512, 30_000])
@pytest.mark.parametrize("height", [16, 512])
@pytest.mark.parametrize("suggested", [None, 0.25, 4.0])
@pytest.mark.parametrize("reach", [0.01, 0.3, 2.0])
def test_it_is_always_a_size_that_can_be_painted(width: int, height: int, suggested: float | None, reach: float) -> None:
    found = suited(width, height, suggested, reach)
    assert LEAST <= found <= LARGEST
    assert found <= max(LEAST, 2 * reach)
    assert found == round(found, 2)
