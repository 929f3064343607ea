"""Moments count each position by its say, and regions stay inside themselves."""

from __future__ import annotations

import pytest
import torch
from restyle_engine.objective import moments as statistics
from restyle_engine.objective.moments import blended, guides, moments


@pytest.fixture
def features() -> torch.Tensor:
    return torch.rand(1, 8, 12, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_weighted_moments_and_their_gradient_are_those_of_the_definition(features: torch.Tensor) -> None:
    guide = torch.rand(120, dtype=torch.float64)
    guide /= guide.sum()
    small, say = features[:, :3, :4, :3], guide[:12] / guide[:12].sum()
    assert torch.autograd.gradcheck(lambda f: vars_of(moments(f, say)), small.clone().requires_grad_(True))
    rows = features.detach().flatten(2)[0].T
    assert torch.allclose(moments(features, guide).second, rows.T @ (rows * guide[:, None]))


def vars_of(found: statistics.Moments) -> tuple[torch.Tensor, torch.Tensor]:
    return found.second, found.mean


def test_positions_without_say_do_not_count(features: torch.Tensor) -> None:
    guide = torch.ones(12, 10, dtype=torch.float64)
    guide[:, :4] = 0
    other = features.clone()
    other[..., :4] = 99
    flat = (guide / guide.sum()).flatten()
    assert torch.equal(moments(features, flat).second, moments(other, flat).second)


def test_chunks_and_layouts_do_not_change_moments(features: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = moments(features)
    monkeypatch.setattr(statistics, "CHUNK", 7)
    pieces = moments(features.contiguous(memory_format=torch.channels_last))
    assert torch.allclose(whole.second, pieces.second)
    assert torch.allclose(whole.mean, pieces.mean)


def test_blending_averages_moments_by_weight(features: torch.Tensor) -> None:
    a, b = moments(features), moments(features * 2)
    both = blended([a, b], [3, 1])
    assert torch.allclose(both.second, 0.75 * a.second + 0.25 * b.second)
    assert torch.allclose(both.mean, 0.75 * a.mean + 0.25 * b.mean)


def test_guides_shrink_with_the_layers_and_sum_to_one() -> None:
    weight = torch.ones(1, 1, 33, 47)
    weight[..., :20] = 0.25
    found = guides(weight, None, 4)
    assert [guide.numel() for guide in found if guide is not None] == [33 * 47, 17 * 24, 9 * 12, 5 * 6, 3 * 3]
    assert all(float(guide.sum()) == pytest.approx(1, rel=1e-5) for guide in found if guide is not None)


def test_a_region_is_eroded_so_that_its_neighbours_stay_out() -> None:
    region = torch.zeros(1, 1, 32, 32)
    region[..., 16:] = 1
    guide = guides(None, region, 2)[2]
    assert guide is not None
    columns = guide.view(8, 8).sum(0)
    assert not columns[:5].any()  # the first column inside sees its neighbours
    assert columns[5:].all()


def test_a_region_too_thin_to_erode_still_counts() -> None:
    region = torch.zeros(1, 1, 32, 32)
    region[..., 10:12] = 1
    for guide in guides(None, region, 4):
        assert guide is not None
        assert float(guide.sum()) == pytest.approx(1, rel=1e-5)
