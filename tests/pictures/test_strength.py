"""Strength means the same for every style."""

from __future__ import annotations

import pytest
from pictures.strength_proof import prove


@pytest.mark.slow
@pytest.mark.timeout(900)  # a few minutes of processor time
def test_more_strength_is_more_style_and_one_strength_as_much_of_every_style():
    proof = prove(("astronaut", "coffee"), ("stained-glass", "wave"), 96)  # the two that a fixed ratio treats least alike
    assert proof.broken == []
    assert proof.ours <= proof.fixed / 3
