"""Parts own every place that may change and no place twice, and what is done in them is what is done in the whole picture, where all may change."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from engine.scenes import photo, random_filters, task
from restyle_engine.large.parts import AROUND, owned, parts
from restyle_engine.network.vgg import Vgg
from restyle_engine.objective.scale_objective import objective_of, weights_of
from restyle_engine.objective.targets import TargetCache
from restyle_engine.optim.plan import Stage, plan, updated
from restyle_engine.parameters import Pooling, Preset, Seamless
from restyle_engine.resizing import tensor

CPU = torch.device("cpu")


def moving(height: int, width: int, *boxes: tuple[slice, slice]) -> torch.Tensor:
    found = torch.zeros(1, 1, height, width)
    for rows, columns in boxes:
        found[..., rows, columns] = 1
    return found


FAR = (slice(5, 12), slice(5, 20)), (slice(200, 230), slice(240, 263))
NEAR = (slice(40, 60), slice(40, 60)), (slice(80, 90), slice(40, 60))


@pytest.mark.parametrize(
    ("boxes", "side", "count"), [(FAR, None, 2), (NEAR, None, 1), (FAR, 16, 8), (((slice(0, 231), slice(0, 263)),), None, 1), ((), None, 0)]
)
def test_parts_own_what_moves_once_and_join_where_one_sees_less_than_two(boxes: tuple[tuple[slice, slice], ...], side: int | None, count: int) -> None:
    moves = moving(231, 263, *boxes)
    tiles = parts(moves, side)
    assert len(tiles) == count
    seen = torch.zeros_like(moves)
    for tile in tiles:
        tile.own(seen).add_(1)
        assert tile.rows.seen_start in (0, tile.rows.start - AROUND)
        assert tile.columns.seen_stop in (263, tile.columns.stop + AROUND)
    assert bool((seen[moves > 0] == 1).all())
    assert float(seen.max()) <= 1
    assert torch.equal(seen, owned(tiles, moves))


def test_parts_of_a_seamless_picture_see_round_the_border() -> None:
    (tile,) = parts(moving(64, 128, (slice(20, 30), slice(0, 10))), None, Seamless.X)
    values = torch.arange(128.0).expand(1, 1, 64, 128)
    assert tile.seen(values)[0, 0, 0, : AROUND + 1].tolist() == [*range(128 - AROUND, 128), 0]
    assert tile.inner(tile.seen(values)).equal(tile.own(values))
    assert tile.rows.seen_start == 0


@pytest.mark.parametrize("seamless", [Seamless.X, Seamless.Y, Seamless.BOTH])
def test_parts_that_see_round_the_border_have_nearly_the_gradient_of_the_whole(seamless: Seamless) -> None:
    vgg, job = Vgg(random_filters(), Pooling.AVERAGE), task(photo(64, 48), seamless=seamless)
    base = tensor(job.content, CPU)
    image = (base + 0.1 * torch.randn(base.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    whole, found = (
        objective_of(job, base, vgg, "random", CPU, TargetCache(), None, moves).gradient(image, weights_of(job.parameters))[1]
        for moves in (None, torch.ones(1, 1, 48, 64))
    )
    assert float((found - whole).norm() / whole.norm()) < 0.08  # where they are cut, the network sees a frame


def test_where_all_moves_the_objective_is_that_of_the_whole_picture() -> None:
    vgg = Vgg(random_filters(), Pooling.AVERAGE)
    job = task(photo(64, 48))
    base = tensor(job.content, CPU)
    image = (base + 0.1 * torch.randn(base.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    found = []
    for moves in (None, torch.ones(1, 1, 48, 64)):
        objective = objective_of(job, base, vgg, "random", CPU, TargetCache(), None, moves)
        terms, gradient = objective.gradient(image, weights_of(job.parameters))
        found.append(torch.cat([torch.stack((terms.style, terms.content, terms.variation, terms.gamut)), gradient.flatten()]))
    torch.testing.assert_close(*found, rtol=1e-4, atol=1e-7)


def test_an_update_of_a_twentieth_looks_at_less_than_a_tenth_of_what_a_painting_does() -> None:
    """Pixels times evaluations, at 512 px, with the strokes' surroundings that are painted along."""
    for preset in Preset:
        scales = plan(512, 512, preset, preset.budget)
        whole = sum(scale.load * scale.evaluations for scale in scales)
        spent = 0.0
        for scale in updated(scales):
            width, height = scale.canvas
            side = round(width * (0.05**0.5 + 48 / 512))
            rows = slice((height - side) // 2, (height + side) // 2)
            (tile,) = parts(moving(height, width, (rows, rows)))
            seen = tile.seen(torch.empty(1, 1, height, width))
            spent += scale.load * scale.evaluations * seen.numel() / (width * height)
        assert spent < whole / 10, preset


def test_an_update_of_a_seamless_painting_begins_at_half_its_size() -> None:
    for width, height in ((512, 512), (112, 112), (48, 208), (496, 336)):
        scales = plan(width, height, Preset.STANDARD, 60, Seamless.BOTH)
        sizes = [(scale.width, scale.height) for scale in scales if scale.stage is Stage.MOMENTS]
        assert [(scale.width, scale.height) for scale in updated(scales)] == [*sizes[-2:], (width, height)]


def test_an_update_leaves_out_the_coarse_scales_and_keeps_the_finish() -> None:
    scales = plan(512, 512, Preset.STANDARD, 60)
    left = updated(scales)
    assert [(scale.width, scale.stage) for scale in left] == [(256, Stage.MOMENTS), (512, Stage.MOMENTS), (512, Stage.FINISH)]
    known = {(scale.width, scale.stage): scale.evaluations for scale in scales}
    assert all(0 < scale.evaluations < known[scale.width, scale.stage] for scale in left)
    assert all(one.width <= other.width for one, other in pairwise(left))
