"""A preset never costs more than its budget, whatever the size."""

from __future__ import annotations

import pytest
from restyle_server.neural.parameters import SMALLEST_SIDE, Parameters, Preset, resolve, work_size
from restyle_server.neural.plan import DETAIL_COST, plan

SIZES = [(16, 16), (16, 2000), (2000, 16), (97, 95), (128, 96), (512, 512), (511, 340), (1024, 768), (4096, 4096)]


@pytest.mark.parametrize("preset", list(Preset))
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_preset_costs_more_than_its_budget(width, height, preset):
    scales = plan(width, height, preset, preset.budget)
    assert sum(scale.cost * scale.evaluations for scale in scales) <= preset.budget + 1e-9
    relative = (scale.cost / (DETAIL_COST if scale.detail else 1) for scale in scales)
    assert list(relative) == pytest.approx([scale.width * scale.height / (width * height) for scale in scales])


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_scale_is_larger_than_the_one_before_and_the_last_is_the_work(width, height):
    scales = plan(width, height, Preset.STANDARD, 60)
    areas = [scale.width * scale.height for scale in scales]
    assert areas == sorted(set(areas))
    assert (scales[-1].width, scales[-1].height) == (width, height)
    assert min(min(scale.width, scale.height) for scale in scales) >= SMALLEST_SIDE


def test_draft_visits_the_same_scales_as_fine_but_the_coarsest():
    draft, fine = ([(scale.width, scale.height) for scale in plan(512, 384, preset, preset.budget)] for preset in (Preset.DRAFT, Preset.FINE))
    assert draft == fine[1:]


@pytest.mark.parametrize("budget", [1, 2, 3, 7, 1000])
def test_any_budget_gives_a_plan_that_reaches_the_work_size(budget):
    scales = plan(128, 128, Preset.STANDARD, budget)
    assert scales[-1].width == 128
    assert scales[-1].evaluations >= 1


def test_no_budget_gives_no_scales():
    assert plan(128, 128, Preset.STANDARD, 0) == ()


def test_work_is_never_larger_than_the_image_nor_smaller_than_the_network_needs():
    assert work_size(300, 200, 512) == (300, 200)
    assert work_size(4000, 3000, 512) == (512, 384)
    assert work_size(2000, 16, 512) == (512, SMALLEST_SIDE)


def test_layer_weights_are_normalised_and_may_not_sum_to_zero():
    resolved = resolve(Parameters(style_layers=(("relu1_1", 3.0), ("relu2_1", 1.0))), 64, 64, "cpu", bf16=False)
    assert dict(resolved.style_layers) == {"relu1_1": 0.75, "relu2_1": 0.25}
    with pytest.raises(ValueError, match="positive weight"):
        resolve(Parameters(style_layers=(("relu1_1", 0.0),)), 64, 64, "cpu", bf16=False)
