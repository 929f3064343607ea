"""Outlines hold the content's lightness where it has edges: not its hues, nothing where it is calm, and the same in tiles."""

from __future__ import annotations

import itertools

import pytest
import torch
from engine.scenes import photo
from restyle_engine.large.tiles import grid, whole
from restyle_engine.objective.outlines import Outlines
from restyle_engine.objective.strength import Strength
from restyle_engine.parameters import Seamless
from restyle_engine.resizing import tensor
from torch import Tensor

SIDE = 64
HALF = slice(0, SIDE // 2)


def bars() -> Tensor:
    """(1, 3, SIDE, SIDE), grey: bars on the left half, nothing on the right."""
    plane = torch.full((SIDE, SIDE), 0.5)
    plane[:, HALF] += 0.3 * torch.sin(torch.arange(SIDE // 2) * 0.8).sign()
    return plane.expand(1, 3, SIDE, SIDE).contiguous()


def loss(picture: Tensor, base: Tensor, more: Tensor | None = None) -> float:
    (tile,) = whole(SIDE, SIDE)
    return float(Outlines(base, more, 1.0).loss(picture, tile))


def test_a_picture_keeps_its_own_outlines() -> None:
    assert loss(bars(), bars()) == 0


def test_a_flat_picture_has_lost_all_of_them() -> None:
    assert abs(loss(torch.full((1, 3, SIDE, SIDE), 0.5), bars()) - 1) < 1e-4


def test_another_hue_of_the_same_lightness_costs_nothing() -> None:
    tinted = bars() + torch.tensor([0.1, -0.06, -0.04]).view(1, 3, 1, 1) * (bars() - 0.5)
    assert loss(tinted, bars()) < 1e-8


def test_calm_places_are_left_to_the_style() -> None:
    painted = bars()
    painted[..., SIDE - 12 :] = torch.rand(1, 3, SIDE, 12, generator=torch.Generator().manual_seed(0))
    assert loss(painted, bars()) == 0


def test_what_is_held_more_costs_more_and_what_is_masked_nothing() -> None:
    flat, map_ = torch.full((1, 3, SIDE, SIDE), 0.5), torch.full((1, 1, SIDE, SIDE), 2.0)
    assert abs(loss(flat, bars(), map_) / loss(flat, bars()) - 2) < 1e-4
    assert loss(flat, bars(), 0 * map_) == 0


def test_a_content_without_edges_holds_nobody() -> None:
    flat = torch.full((1, 3, SIDE, SIDE), 0.3)
    assert loss(bars(), flat) < 1e-3


def test_tiles_add_up_to_the_whole() -> None:
    base, picture = (tensor(photo(100, 75), torch.device("cpu")).double() for _ in range(2))
    picture = picture.flip(-1)
    outlines = Outlines(base, None, 1.0)
    (one,) = whole(100, 75)
    parts = sum(float(outlines.loss(tile.seen(picture), tile)) for tile in grid(100, 75, 32, 32))
    assert abs(parts - float(outlines.loss(picture, one))) < 1e-9


@pytest.mark.parametrize("seamless", [Seamless.X, Seamless.Y, Seamless.BOTH])
def test_a_rolled_seamless_picture_has_the_rolled_loss(seamless: Seamless) -> None:
    by = 16 * seamless.down, 32 * seamless.across
    base = tensor(photo(96, 64), torch.device("cpu")).double()
    picture = base.flip(-1)

    def found(base: Tensor, picture: Tensor, side: int | None = None) -> tuple[float, Tensor]:
        outlines, leaf = Outlines(base, None, 1.0, seamless), picture.clone().requires_grad_(True)
        tiles = whole(96, 64, seamless) if side is None else grid(96, 64, side, 32, seamless)
        loss = torch.stack([outlines.loss(tile.seen(leaf), tile) for tile in tiles]).sum()
        return float(loss.detach()), torch.autograd.grad(loss, leaf)[0]

    loss, gradient = found(base, picture)
    rolled, its = found(base.roll(by, (-2, -1)), picture.roll(by, (-2, -1)))
    assert abs(rolled - loss) < 1e-9
    assert torch.allclose(its, gradient.roll(by, (-2, -1)), atol=1e-12)
    tiled, its = found(base, picture, 32)
    assert abs(tiled - loss) < 1e-9
    assert torch.allclose(its, gradient, atol=1e-12)
    assert abs(float(Outlines(base, None, 1.0).loss(picture, *whole(96, 64))) - loss) > 1e-3


def test_strokes_cross_outlines_the_more_the_stronger_the_painting() -> None:
    weights = [Strength(value).outlines for value in (10.0, 25.0, 50.0, 75.0, 100.0)]
    assert weights[0] == weights[1]  # below, the painting fades out
    assert all(more > less for more, less in itertools.pairwise(weights[1:]))
