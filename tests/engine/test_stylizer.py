"""A painting starts from the content, obeys strength, observer, weights and regions, and never breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from engine.scenes import photo, task, waves
from restyle_engine.objective.finish import Finish
from restyle_engine.objective.scale_objective import ScaleObjective
from restyle_engine.parameters import Objective, Optimizer, Pooling, Precision, Preset, Symmetry
from restyle_engine.step import Step
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import LiveStep, StylePicture
from restyle_engine.verdict import Cancelled, Verdict

Gradient = Callable[..., tuple[object, torch.Tensor]]  # of both stages


@pytest.fixture(scope="module")
def painter() -> Stylizer:
    return Stylizer("cpu")


def go_on(_: Step) -> Verdict:
    return Verdict.GO_ON


def painted(painter: Stylizer, **changes: Any) -> np.ndarray:
    return painter.paint(task(**changes), go_on).rgb


def test_equal_inputs_and_seed_give_identical_bytes(painter: Stylizer) -> None:
    a, b = (painted(who, evaluations=3, noise=0.1, seed=7, precision=Precision.BF16) for who in (painter, Stylizer("cpu")))
    assert a.tobytes() == b.tobytes()
    assert a.tobytes() != painted(painter, evaluations=3, noise=0.1, seed=8, precision=Precision.BF16).tobytes()


def test_strength_0_and_no_evaluations_return_the_content_bit_for_bit(painter: Stylizer) -> None:
    content = photo(40, 32) * 3 - 1  # beyond 0–1 as well
    for changes in ({"strength": 0.0}, {"evaluations": 0}):
        found = painter.paint(task(content, **changes), go_on)
        assert found.rgb.tobytes() == content.tobytes()
        assert found.evaluations == 0


def test_more_strength_means_further_from_the_content_and_nearer_to_the_style(painter: Stylizer) -> None:
    last = [painter.paint(task(strength=strength, evaluations=30), go_on).trace[-1] for strength in (25.0, 50.0, 75.0, 100.0)]
    content, style = [step.content_loss for step in last], [step.style_loss for step in last]
    assert content == sorted(content)
    assert style == sorted(style, reverse=True)


@pytest.mark.parametrize("objective", list(Objective))
def test_every_objective_brings_the_style_nearer(painter: Stylizer, objective: Objective) -> None:
    trace = [step for step in painter.paint(task(objective=objective, evaluations=24), go_on).trace if step.scale == 1]
    assert trace[-1].style_loss < 0.7 * trace[0].style_loss


def test_the_finish_brings_every_position_nearer_to_one_of_the_style(painter: Stylizer) -> None:
    trace = [step for step in painter.paint(task(evaluations=40), go_on).trace if step.scale == 2]
    assert len(trace) > 5
    assert trace[-1].style_loss < 0.95 * trace[0].style_loss


@pytest.mark.parametrize("changes", [{"optimizer": Optimizer.ADAM, "evaluations": 20}, {"pooling": Pooling.MAX, "evaluations": 6}])
def test_every_optimiser_and_pooling_lowers_the_loss(painter: Stylizer, changes: dict[str, Any]) -> None:
    trace = [step for step in painter.paint(task(**changes), go_on).trace if step.scale == 1]
    assert trace[-1].loss < trace[0].loss


def test_progress_comes_after_every_evaluation_and_counts_them(painter: Stylizer) -> None:
    seen: list[Step] = []

    def observe(step: LiveStep) -> Verdict:
        assert step.picture is not None
        assert step.picture().shape == (step.height, step.width, 3)
        seen.append(step)
        return Verdict.GO_ON

    found = painter.paint(task(evaluations=8), observe)
    assert [step.step for step in seen] == list(range(1, found.evaluations + 1))
    assert found.evaluations == seen[0].steps
    assert {step.scale for step in seen} == {1, 2}
    assert [step.fraction for step in seen] == sorted(step.fraction for step in seen)
    assert seen[-1].fraction == pytest.approx(1)
    assert all(np.isfinite([step.loss, step.content_loss, step.style_loss]).all() for step in seen)


@pytest.mark.parametrize("at", [1, 2, 5])
def test_cancel_is_obeyed_within_one_evaluation(painter: Stylizer, at: int) -> None:
    seen: list[int] = []

    def observe(step: Step) -> Verdict:
        seen.append(step.step)
        return Verdict.CANCEL if step.step == at else Verdict.GO_ON

    with pytest.raises(Cancelled):
        painter.paint(task(), observe)
    assert seen == list(range(1, at + 1))


@pytest.mark.parametrize("at", [1, 4])
def test_finish_returns_the_best_so_far_at_full_size(painter: Stylizer, at: int) -> None:
    found = painter.paint(task(), lambda step: Verdict.FINISH if step.step == at else Verdict.GO_ON)
    assert (found.finished_early, found.evaluations, found.rgb.shape) == (True, at, (36, 48, 3))
    assert np.isfinite(found.rgb).all()


@pytest.mark.parametrize("size", [(16, 16), (16, 300), (33, 17), (31, 32), (65, 64)])
def test_any_size_from_16_px_can_be_painted(painter: Stylizer, size: tuple[int, int]) -> None:
    found = painted(painter, content=photo(*size), evaluations=2)
    assert found.shape == (size[1], size[0], 3)
    assert np.isfinite(found).all()


FLAT = {"black": 0.0, "white": 1.0, "grey": 0.5}


@pytest.mark.parametrize(("content", "style"), [("black", "black"), ("black", "white"), ("white", "grey"), ("grey", "black")])
@pytest.mark.parametrize("objective", list(Objective))
def test_pictures_without_contrast_give_finite_results(painter: Stylizer, content: str, style: str, objective: Objective) -> None:
    flat = np.full((20, 24, 3), FLAT[content], np.float32)
    job = task(flat, StylePicture(np.full((20, 20, 3), FLAT[style], np.float32)), objective=objective, evaluations=3)
    assert np.isfinite(painter.paint(job, go_on).rgb).all()


@pytest.mark.parametrize("changes", [{"tv": 1000.0}, {"strength": 100.0}, {"strength": 0.01}, {"style_layers": (("relu5_1", 1e9),)}])
def test_extreme_weights_give_finite_results(painter: Stylizer, changes: dict[str, Any]) -> None:
    assert np.isfinite(painted(painter, evaluations=3, **changes)).all()


@pytest.mark.parametrize("optimizer", list(Optimizer))
@pytest.mark.parametrize("broken", [{1}, {3, 4}, set(range(1, 100))])
def test_gradients_that_are_not_finite_never_reach_the_picture(
    painter: Stylizer, monkeypatch: pytest.MonkeyPatch, optimizer: Optimizer, broken: set[int]
) -> None:
    count = [0]
    for stage in (ScaleObjective, Finish):

        def sometimes_broken(self: ScaleObjective | Finish, *arguments: object, plain: Gradient = stage.gradient) -> tuple[object, torch.Tensor]:
            count[0] += 1
            terms, gradient = plain(self, *arguments)
            return terms, torch.full_like(gradient, torch.nan) if count[0] in broken else gradient

        monkeypatch.setattr(stage, "gradient", sometimes_broken)
    found = painted(painter, evaluations=8, optimizer=optimizer)
    assert np.isfinite(found).all()
    assert count[0] >= 3  # the moments were begun, and both steps of the finish taken


def test_pixels_without_say_have_no_influence_on_the_visible_ones_statistics(painter: Stylizer) -> None:
    weight = np.ones((36, 48), np.float32)
    weight[:, :24] = 0
    whole = painted(painter, evaluations=5)
    half = painted(painter, evaluations=5, weight=weight)
    content = photo(48, 36)
    # far from the visible half nothing pulls at the picture
    assert np.abs(half - content)[:, :12].mean() < 0.3 * np.abs(whole - content)[:, :12].mean()
    assert np.abs(half - content)[:, 24:].mean() > 0.5 * np.abs(whole - content)[:, 24:].mean()


def test_a_picture_that_nobody_sees_comes_back_as_it_is(painter: Stylizer) -> None:
    content = photo(48, 36)
    assert np.allclose(painted(painter, content=content, weight=np.zeros((36, 48), np.float32)), content, atol=1e-6)


def test_hidden_parts_of_a_style_do_not_count(painter: Stylizer) -> None:
    alpha = np.ones((48, 48), np.float32)
    alpha[24:] = 0
    red, blue = waves(48, 48), waves(48, 48)
    red[24:], blue[24:] = (1, 0, 0), (0, 0, 1)
    a, b = (painter.paint(task(photo(48, 36), StylePicture(rgb, alpha), evaluations=3), go_on).rgb for rgb in (red, blue))
    assert np.allclose(a, b, atol=1e-5)


def test_where_the_strength_map_is_0_nothing_changes(painter: Stylizer) -> None:
    protect = np.ones((36, 48), np.float32)
    protect[10:20, 10:30] = 0
    content = photo(48, 36)
    found = painted(painter, content=content, strength_map=protect, evaluations=4)
    assert np.array_equal(found[10:20, 10:30], content[10:20, 10:30])
    assert np.abs(found - content)[25:].mean() > 0.01


def test_a_lower_strength_map_keeps_more_of_the_content(painter: Stylizer) -> None:
    content = photo(48, 36)
    ramp = np.ones((36, 48), np.float32)
    ramp[:, :24] = 0.3
    plain, gentle = (painted(painter, content=content, strength_map=m, evaluations=20, strength=50.0) for m in (None, ramp))
    left = [np.abs(found - content)[:, :16].mean() for found in (plain, gentle)]
    assert left[1] < 0.8 * left[0]


def test_two_styles_meet_between_their_moments(painter: Stylizer) -> None:
    red, blue = (StylePicture(waves(40, 40, hue=hue)) for hue in ((0.9, 0.1, 0.1), (0.1, 0.1, 0.9)))
    job = task(photo(40, 40), red, strength=100.0, evaluations=8)
    alone = [painter.paint(replace(job, styles=(style,)), go_on).rgb.mean((0, 1)) for style in (red, blue)]
    both = painter.paint(replace(job, styles=(red, blue)), go_on).rgb.mean((0, 1))
    assert alone[1][0] < both[0] < alone[0][0]
    assert alone[0][2] < both[2] < alone[1][2]


def test_each_style_paints_its_own_region(painter: Stylizer) -> None:
    left = np.zeros((40, 64), np.float32)
    left[:, :32] = 1
    red, blue = StylePicture(waves(40, 40, hue=(0.9, 0.1, 0.1)), region=left), StylePicture(waves(40, 40, hue=(0.1, 0.1, 0.9)), region=1 - left)
    found = painter.paint(task(np.full((40, 64, 3), 0.5, np.float32), red, blue, strength=100.0, evaluations=10), go_on).rgb
    warmth = (found[..., 0] - found[..., 2]).mean(0)
    assert warmth[:20].mean() > warmth[44:].mean() + 0.1


def test_symmetry_averages_turned_styles(painter: Stylizer) -> None:
    upright = StylePicture(waves(40, 40))
    turned = StylePicture(np.ascontiguousarray(np.rot90(waves(40, 40))))
    a, b = (painter.paint(task(photo(40, 40), replace(style, symmetry=Symmetry.FLIPS_AND_ROTATIONS), evaluations=3), go_on).rgb for style in (upright, turned))
    assert np.allclose(a, b, atol=2e-3)


def test_another_seed_paints_another_picture_and_the_same_one_the_same(painter: Stylizer) -> None:
    first, again, other = (painted(painter, evaluations=6, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert np.abs(first - other).mean() > 1e-3


def test_a_start_from_noise_or_from_a_result_is_used(painter: Stylizer) -> None:
    content = photo(48, 36)
    noise = painted(painter, content=content, start="noise", evaluations=2, seed=1)
    assert not np.allclose(noise, painted(painter, content=content, start="noise", evaluations=2, seed=2))
    earlier = waves(48, 36)
    assert np.allclose(painted(painter, content=content, start=earlier, evaluations=0), earlier, atol=1e-6)


def test_style_statistics_are_kept_between_tasks(painter: Stylizer, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Stylizer("cpu")
    first = fresh.paint(task(evaluations=2), go_on).rgb
    monkeypatch.setattr("restyle_engine.objective.targets._measured", None)  # would fail if it were called
    assert fresh.paint(task(evaluations=2), go_on).rgb.tobytes() == first.tobytes()


def test_a_larger_scale_means_other_statistics(painter: Stylizer) -> None:
    small, large = (painter.paint(task(photo(48, 36), StylePicture(waves(96, 96, 8), scale=scale), evaluations=3), go_on).rgb for scale in (0.5, 2.0))
    assert np.abs(small - large).mean() > 1e-3


@pytest.mark.parametrize(("preset", "scales"), [(Preset.DRAFT, {1, 2, 3, 4}), (Preset.STANDARD, {1, 2, 3})])
def test_the_parts_of_the_loss_add_up_at_every_step(painter: Stylizer, preset: Preset, scales: set[int]) -> None:
    trace = painter.paint(task(content=photo(160, 120), preset=preset, evaluations=8, strength=70.0, tv=3.0), go_on).trace
    assert {step.scale for step in trace} == scales
    for step in trace:
        assert step.style_loss + step.content_weight * step.content_loss + step.smoothing_loss + step.gamut_loss == pytest.approx(step.loss, rel=1e-4)
        assert step.content_weight >= 0
        assert step.smoothing_loss >= 0
    assert any(step.smoothing_loss > 0 for step in trace)


def test_the_end_of_each_scale_is_kept_when_it_is_asked_for(painter: Stylizer) -> None:
    job = replace(task(content=photo(160, 120), preset=Preset.STANDARD, evaluations=8), sketches=100)
    found = painter.paint(job, go_on)
    assert [(end.width, end.height, end.picture.shape) for end in found.sketches] == [(80, 60, (60, 80, 3)), *[(160, 120, (75, 100, 3))] * 2]
    times = [time for end in found.sketches for time in (end.began, end.ended)]
    assert times == sorted(times)
    assert not np.array_equal(found.sketches[0].picture, np.clip(photo(80, 60), 0, 1))
    assert len(painter.paint(job, lambda step: Verdict.FINISH if step.scale == 1 else Verdict.GO_ON).sketches) == 1
    assert painter.paint(replace(job, sketches=0), go_on).sketches == ()
