"""Strength means the same for every style."""

from __future__ import annotations

import pytest
from pictures.strength_proof import NARROWER, prove

PHOTOS, STYLES = ("astronaut", "coffee"), ("stained-glass", "wave")  # the two styles that a fixed weight treats least alike


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("side", [96, 128])
def test_more_strength_is_more_style_and_one_strength_as_much_of_every_style(side: int) -> None:
    proof = prove(PHOTOS, STYLES, side, compared=side == 96)
    assert proof.broken == []
    assert proof.ours <= NARROWER * proof.fixed
