"""A draft is held at a distance that grows with its strength, wherever the strength comes from."""

from __future__ import annotations

import itertools

import pytest
import torch
from restyle_server.neural.balance import REACHES, STEEPEST, Holding, draft_holding
from restyle_server.neural.scene import Terms, Weights

STRENGTHS = (1.0, 25.0, 40.0, 50.0, 75.0, 90.0, 100.0)


def weights(held: Holding) -> Weights:
    return Weights(held.weight, 0.0, 0.0, held.reach)


def terms(content: torch.Tensor) -> Terms:
    nothing = torch.zeros(())
    return Terms(nothing, content, nothing, nothing)


def resistance(held: Holding, content: float) -> float:
    """Derivative of the loss by the content's."""
    loss = torch.tensor(content, requires_grad=True)
    return float(torch.autograd.grad(weights(held).total(terms(loss)), loss)[0])


def test_more_strength_reaches_further_and_weighs_less():
    for less, more in itertools.pairwise(draft_holding(strength, None) for strength in STRENGTHS):
        assert less.reach < more.reach
        assert less.weight > more.weight


@pytest.mark.parametrize("strength", STRENGTHS)
def test_at_its_reach_the_content_is_felt_with_its_weight_nearer_less_and_further_away_more(strength):
    held = draft_holding(strength, None)
    assert resistance(held, held.reach) == pytest.approx(held.weight, rel=1e-5)
    assert resistance(held, held.reach / 2) == pytest.approx(held.weight / 8, rel=1e-5)
    assert resistance(held, held.reach * 2) == pytest.approx(held.weight * 8, rel=1e-5)
    assert resistance(Holding(held.weight), 3 * held.reach) == pytest.approx(held.weight)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_far_out_the_content_is_felt_as_much_everywhere_and_never_less_than_nearer(strength):
    held = draft_holding(strength, None)
    steepest = STEEPEST * max(held.reach, REACHES[50.0])
    assert resistance(held, 0.9 * steepest) < resistance(held, steepest) == pytest.approx(resistance(held, 5 * steepest))
    losses = [float(weights(held).total(terms(torch.tensor(share * steepest)))) for share in (0.999, 1.0, 1.001)]
    assert losses[2] - losses[1] == pytest.approx(losses[1] - losses[0], rel=0.05)  # no jump where it bends


def test_plain_weights_with_the_same_gradient_are_found_for_any_distance():
    held = draft_holding(50.0, None)
    for content in (0.0, 0.3, 2.0, 9.0):
        assert weights(held).linear(content) == Weights(pytest.approx(resistance(held, content), rel=1e-5), 0.0, 0.0)
    assert weights(Holding(0.1)).linear(5.0) == weights(Holding(0.1))


def test_a_map_that_is_1_everywhere_is_none_and_a_lower_one_brings_the_painting_nearer():
    full, half, nothing = (draft_holding(50.0, torch.full((1, 1, 8, 8), value)) for value in (1.0, 0.5, 0.0))
    assert full == Holding(pytest.approx(draft_holding(50.0, None).weight), pytest.approx(draft_holding(50.0, None).reach))
    # a content's loss counts tenfold at half of strength 50: the distance itself is a tenth of the reach
    assert half.reach / 10 == pytest.approx(draft_holding(25.0, None).reach)
    assert nothing.reach > 0
