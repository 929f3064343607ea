"""Strength says how far a painting goes from its content: by one law, without a jump, exactly nothing at 0."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from engine.scenes import photo, task
from restyle_engine.objective import strength
from restyle_engine.objective.scale_objective import Terms, Weights
from restyle_engine.objective.strength import COLORED, EVEN, FADED, PAINTED, POWER, REACHES, STEEPEST, Strength
from restyle_engine.step import Step
from restyle_engine.stylizer import Stylizer
from restyle_engine.verdict import Verdict

STRENGTHS = (1.0, 25.0, 40.0, 50.0, 75.0, 90.0, 100.0)


def go_on(_: Step) -> Verdict:
    return Verdict.GO_ON


def resistance(weights: Weights, content: float) -> float:
    """Derivative of the loss by the content's."""
    loss, nothing = torch.tensor(content, dtype=torch.float64, requires_grad=True), torch.zeros(())
    return float(torch.autograd.grad(weights.total(Terms(nothing, loss, nothing, nothing)), loss)[0])


def test_more_strength_reaches_further_and_below_fading_no_nearer() -> None:
    reaches = [Strength(one).reach for one in np.arange(FADED, 101)]
    assert reaches == sorted(set(reaches))
    assert {one: Strength(one).reach for one in REACHES} == pytest.approx(dict(REACHES))
    assert Strength(0.001).reach == Strength(FADED).reach
    for less, more in itertools.pairwise(reaches):
        assert more < 1.1 * less  # no jump


@pytest.mark.parametrize("of", STRENGTHS)
def test_at_its_reach_the_content_is_felt_with_its_weight_nearer_less_and_further_away_more(of: float) -> None:
    reach = Strength(of).reach
    weights = Weights(EVEN, 0.0, 0.0, reach)
    assert resistance(weights, reach) == pytest.approx(EVEN, rel=1e-5)
    assert resistance(weights, reach / 2) == pytest.approx(EVEN / 2**POWER, rel=1e-5)
    assert resistance(weights, 0.9 * STEEPEST * reach) == pytest.approx(EVEN * (0.9 * STEEPEST) ** POWER, rel=1e-5)
    assert resistance(Weights(EVEN, 0.0, 0.0), 3 * reach) == pytest.approx(EVEN)


@pytest.mark.parametrize("of", STRENGTHS)
def test_far_out_the_content_pulls_no_harder_and_there_is_no_jump_where_it_bends(of: float) -> None:
    steepest = STEEPEST * Strength(of).reach
    weights = Weights(EVEN, 0.0, 0.0, Strength(of).reach)
    assert resistance(weights, 0.9 * steepest) < resistance(weights, steepest) == pytest.approx(resistance(weights, 5 * steepest))
    losses = [float(strength.felt(torch.tensor(share * steepest, dtype=torch.float64), Strength(of).reach)) for share in (0.999, 1.0, 1.001)]
    assert losses[2] - losses[1] == pytest.approx(losses[1] - losses[0], rel=0.01)


def test_plain_weights_with_the_same_gradient_are_found_for_any_distance() -> None:
    weights = Weights(EVEN, 2.0, 3.0, Strength(50.0).reach)
    for content in (0.0, 0.3, 2.0, 9.0):
        linear = weights.linear(content)
        assert linear == Weights(linear.content, 2.0, 3.0)
        assert linear.content == pytest.approx(resistance(weights, content), rel=1e-5)
    assert Weights(0.1, 0.0, 0.0).linear(5.0) == Weights(0.1, 0.0, 0.0)


def test_coarse_scales_are_held_less() -> None:
    weights = [strength.weight(above) for above in range(4)]
    assert weights[0] == EVEN
    assert weights == sorted(set(weights), reverse=True)


def test_the_finish_is_held_by_the_same_law() -> None:
    for of in STRENGTHS:
        near, at, far = (Strength(of).pull(share * Strength(of).reach) for share in (0.5, 1.0, 1.5))
        assert (near / at, far / at) == pytest.approx((0.5**POWER, 1.5**POWER))
    assert Strength(25.0).pull(1.0) > Strength(100.0).pull(1.0)


def held_more(of: float, local: torch.Tensor) -> torch.Tensor:
    found = Strength(of, local).hold()
    assert found is not None
    return found


def test_a_map_holds_each_place_as_its_own_strength_would() -> None:
    local = torch.tensor([1.0, 0.75, 0.5, 0.0]).view(1, 1, 1, 4)
    for of in (50.0, 100.0):
        held = held_more(of, local).flatten().tolist()
        # an error that is held so many times more counts as much at the place's own reach as another one at the map's
        assert held == pytest.approx([Strength(of).reach / Strength(of * one).reach for one in (1.0, 0.75, 0.5, 0.0)])
    assert torch.equal(held_more(25.0, local), torch.ones_like(local))  # all of it fades, nothing is held more


def test_a_map_holds_the_outlines_of_each_place_as_its_own_strength_would() -> None:
    for of in (50.0, 75.0, 100.0):
        more = Strength(of, torch.tensor([1.0, 0.75, 0.5, 0.0]).view(1, 1, 1, 4)).outlined()
        assert more is not None
        assert (Strength(of).outlines * more).flatten().tolist() == pytest.approx([Strength(of * one).outlines for one in (1.0, 0.75, 0.5, 0.0)])
    assert Strength(75.0).outlined() is None


def test_what_shows_of_a_painting_grows_straight_up_to_where_it_fades_no_more() -> None:
    assert [float(Strength(one).shown(4, 1)) for one in (0.0, 0.001, FADED / 2, FADED, 100.0)] == pytest.approx([0, 0.001 / FADED, 0.5, 1, 1])
    local = torch.tensor([0.0, 0.25, 0.5, 1.0]).view(1, 1, 1, 4)
    assert Strength(50.0, local).shown(4, 1).flatten().tolist() == pytest.approx([0, 0.5, 1, 1])


def test_what_is_painted_is_as_far_from_the_photo_as_where_it_fades_no_more() -> None:
    for of, share in ((1.0, FADED / COLORED), (FADED, FADED / COLORED), (0.8 * COLORED, 0.8), (100.0, 1.0)):
        assert float(Strength(of).colored()) == pytest.approx(share)
        assert float(Strength(of).textured()) == pytest.approx(1 - share * COLORED / PAINTED)


@pytest.fixture(scope="module")
def differences() -> dict[float, np.ndarray]:
    """By strength: what a painting of few evaluations changes in the photo."""
    content = photo(48, 36)
    return {of: Stylizer().paint(task(content, strength=of, evaluations=6), go_on).rgb - content for of in (0.0, 0.001, 5.0, 12.5, 24.999, 25.0, 25.001)}


def test_strength_0_is_the_photo_exactly_and_a_thousandth_all_but_the_photo(differences: dict[float, np.ndarray]) -> None:
    assert not differences[0.0].any()
    assert 0 < np.abs(differences[0.001]).max() < 1e-4


def test_a_painting_fades_without_a_jump(differences: dict[float, np.ndarray]) -> None:
    full = differences[25.0]
    assert np.abs(full).mean() > 0.005
    assert np.abs(differences[24.999] - full).mean() < 1e-3
    assert np.abs(differences[25.001] - full).mean() < 1e-3


@pytest.mark.parametrize("of", [0.001, 5.0, 12.5, 24.999])
def test_below_fading_the_difference_to_the_photo_is_in_proportion_to_the_strength(differences: dict[float, np.ndarray], of: float) -> None:
    assert differences[of] == pytest.approx(differences[25.0] * (of / 25), abs=1e-6)
