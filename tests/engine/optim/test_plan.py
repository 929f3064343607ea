"""A preset never costs more than its budget, whatever the size."""

from __future__ import annotations

import pytest
from restyle_engine.optim.plan import DETAIL_COST, FINISH_COST, LARGEST_WHOLE, Stage, followed, plan
from restyle_engine.parameters import SMALLEST_SIDE, Parameters, Preset, resolve, work_size

SIZES = [(16, 16), (16, 2000), (2000, 16), (97, 95), (128, 96), (512, 512), (511, 340), (1024, 768), (4096, 4096)]


@pytest.mark.parametrize("preset", list(Preset))
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_preset_costs_more_than_its_budget(width: int, height: int, preset: Preset) -> None:
    scales = plan(width, height, preset, preset.budget)
    assert sum(scale.cost * scale.evaluations for scale in scales) <= preset.budget + 1e-9
    relative = (scale.cost / {Stage.MOMENTS: 1, Stage.FINISH: FINISH_COST, Stage.DETAIL: DETAIL_COST}[scale.stage] for scale in scales)
    canvases = [scale.canvas[0] * scale.canvas[1] for scale in scales]
    assert list(relative) == pytest.approx([canvas / canvases[-1] for canvas in canvases])


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_scale_is_larger_than_the_one_before_and_the_last_is_the_work(width: int, height: int) -> None:
    scales = plan(width, height, Preset.STANDARD, 60)
    for stages in ({Stage.MOMENTS}, {Stage.FINISH, Stage.DETAIL}):
        areas = [scale.width * scale.height for scale in scales if scale.stage in stages]
        assert areas == sorted(set(areas))
    assert (scales[-1].width, scales[-1].height) == (width, height)
    assert min(min(scale.width, scale.height) for scale in scales) >= SMALLEST_SIDE


def test_all_presets_visit_the_same_sizes_so_that_a_draft_predicts_fine() -> None:
    draft, standard, fine = ([(scale.width, scale.height, scale.stage) for scale in plan(512, 384, preset, preset.budget)] for preset in Preset)
    assert standard == fine == [place for place in draft if place != (256, 192, Stage.FINISH)]
    assert [(width, height) for width, height, stage in fine if stage is Stage.MOMENTS] == [(128, 96), (256, 192), (512, 384)]


def test_a_draft_is_finished_at_half_the_size_first_where_that_costs_a_quarter() -> None:
    half, finest, last = plan(512, 384, Preset.DRAFT, Preset.DRAFT.budget)[-3:]
    assert [(scale.width, scale.stage) for scale in (half, finest, last)] == [(256, Stage.FINISH), (512, Stage.MOMENTS), (512, Stage.FINISH)]
    assert half.evaluations > 2 * last.evaluations
    assert half.cost == pytest.approx(FINISH_COST / 4, rel=0.05)


def test_a_frame_that_follows_is_painted_at_its_own_size_alone() -> None:
    for preset in Preset:
        assert [(scale.width, scale.stage) for scale in followed(plan(512, 384, preset, preset.budget))] == [(512, Stage.MOMENTS), (512, Stage.FINISH)]


@pytest.mark.parametrize("preset", list(Preset))
@pytest.mark.parametrize("size", [(16, 16), (128, 96), (512, 384), (1024, 1024)])
def test_every_preset_has_a_finish_at_the_size_of_the_work_and_it_comes_last(preset: Preset, size: tuple[int, int]) -> None:
    scales = plan(*size, preset, preset.budget)
    *_, moments, last = scales
    assert (last.stage, last.width, last.height) == (Stage.FINISH, *size)
    assert (moments.stage, moments.width, moments.height) == (Stage.MOMENTS, *size)
    assert 0.3 * preset.budget < sum(scale.spent for scale in scales if scale.stage is Stage.FINISH) < 0.5 * preset.budget


@pytest.mark.parametrize("preset", list(Preset))
def test_a_large_picture_is_painted_whole_and_finished_below_and_then_gets_its_details(preset: Preset) -> None:
    scales = plan(3000, 2000, preset, preset.budget)
    assert [scale.stage for scale in scales[-3:]] == [Stage.FINISH, Stage.DETAIL, Stage.DETAIL]
    assert [(scale.width, scale.height) for scale in scales[-3:]] == [(750, 500), (1500, 1000), (3000, 2000)]
    assert all(max(scale.width, scale.height) <= LARGEST_WHOLE for scale in scales if scale.stage is not Stage.DETAIL)


@pytest.mark.parametrize("preset", list(Preset))
@pytest.mark.parametrize("budget", [1, 2, 3, 7, 1000])
def test_any_budget_gives_a_plan_that_reaches_the_work_size(preset: Preset, budget: int) -> None:
    scales = plan(128, 128, preset, budget)
    assert scales[-1].width == 128
    assert scales[-1].evaluations >= 1


def test_no_budget_gives_no_scales() -> None:
    assert plan(128, 128, Preset.STANDARD, 0) == ()


def test_work_is_never_larger_than_the_image_nor_smaller_than_the_network_needs() -> None:
    assert work_size(300, 200, 512) == (300, 200)
    assert work_size(4000, 3000, 512) == (512, 384)
    assert work_size(2000, 16, 512) == (512, SMALLEST_SIDE)


def test_layer_weights_are_normalised_and_may_not_sum_to_zero() -> None:
    resolved = resolve(Parameters(style_layers=(("relu1_1", 3.0), ("relu2_1", 1.0))), 64, 64, "cpu", bf16=False)
    assert dict(resolved.style_layers) == {"relu1_1": 0.75, "relu2_1": 0.25}
    with pytest.raises(ValueError, match="positive weight"):
        resolve(Parameters(style_layers=(("relu1_1", 0.0),)), 64, 64, "cpu", bf16=False)
