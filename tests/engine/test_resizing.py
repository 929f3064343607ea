"""What a picture takes along to another size."""

from __future__ import annotations

import torch
from restyle_engine.resizing import detail_transferred, resized, resized_map


def test_details_of_a_reference_are_taken_along_as_far_as_a_map_says_and_both_pictures_stay_as_they_were() -> None:
    generator = torch.Generator().manual_seed(0)
    state, reference, kept = (torch.rand(1, *shape, generator=generator) for shape in ((3, 20, 30), (3, 40, 60), (1, 10, 15)))
    before = [one.clone() for one in (state, reference, kept)]
    coarse = resized(resized(reference, 30, 20), 60, 40)
    wanted = (resized(state, 60, 40) + resized_map(kept, 60, 40) * (reference - coarse)).clamp(0, 1)
    assert torch.equal(detail_transferred(state, reference, 60, 40, kept), wanted)
    assert torch.equal(detail_transferred(state, reference, 60, 40, kept * 0), resized(state, 60, 40).clamp(0, 1))
    assert torch.equal(detail_transferred(state, reference, 30, 20, kept), state)
    assert all(torch.equal(one, other) for one, other in zip((state, reference, kept), before, strict=True))
