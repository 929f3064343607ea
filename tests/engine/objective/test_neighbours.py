"""Every position finds the one of the style's positions that is most like it, and moves towards it."""

from __future__ import annotations

import pytest
import torch
from restyle_engine.objective import neighbours
from restyle_engine.objective.moments import by_position
from restyle_engine.objective.neighbours import Keys, difference, keys, nearest
from torch import Tensor


def numbers(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def brute(queries: Tensor, style: Tensor) -> Tensor:
    """Of all pairs, one by one."""
    mean = style.double().mean(0)
    cosine = torch.nn.functional.cosine_similarity(queries.double()[:, None] - mean, style.double()[None] - mean, dim=2)
    return cosine.argmax(1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_planted_key_is_found(dtype: torch.dtype) -> None:
    style = numbers(500, 32)
    known = keys([style], [1.0], dtype)
    planted = torch.tensor([3, 77, 499, 0])
    away = (style[planted] - known.mean) * torch.tensor([[1.0], [5.0], [0.2], [2.0]]) + known.mean  # as long as it likes: only the direction counts
    assert torch.equal(nearest(away, known).long(), planted)


def test_the_nearest_is_that_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "CHUNK", 7)  # several pieces, the last one shorter
    style, queries = numbers(300, 24), numbers(100, 24, seed=1)
    found = nearest(queries, keys([style], [1.0], torch.float32))
    assert found.dtype == torch.int32
    assert torch.equal(found.long(), brute(queries, style))


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.8, 0.2), (0.2, 0.3, 0.5)])
def test_several_styles_each_get_their_share(shares: tuple[float, ...]) -> None:
    # the last style is like the queries and the others are not, so that left to itself it would take all
    styles = [numbers(200, 16, seed=number) * (1 if number + 1 < len(shares) else 2) for number in range(len(shares))]
    queries = numbers(4000, 16, seed=9) * 2
    known = keys(styles, list(shares), torch.float32)
    owners = torch.bucketize(nearest(queries, known), torch.tensor(known.bounds), right=True)
    got = torch.bincount(owners, minlength=len(shares)) / len(queries)
    assert got.tolist() == pytest.approx(shares, abs=0.03)


def test_a_style_gets_the_positions_that_suit_it_best() -> None:
    light, dark = torch.cat((torch.ones(50, 8), torch.zeros(50, 8)), 1), torch.cat((torch.zeros(50, 8), torch.ones(50, 8)), 1)
    noise = 0.1 * numbers(100, 16)
    known = keys([light + noise[:50], dark + noise[50:]], [0.5, 0.5], torch.float32)
    found = nearest(torch.cat((light, dark)) + 0.1 * numbers(100, 16, seed=3), known)
    assert bool((found[:50] < known.bounds[0]).all())
    assert bool((found[50:] >= known.bounds[0]).all())


@pytest.mark.parametrize("said", [False, True])
def test_the_difference_has_the_gradient_of_its_definition(said: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "PIECE", 4)
    features, style = numbers(10, 6, seed=2, dtype=torch.float64), numbers(30, 6, dtype=torch.float64)
    vectors = torch.nn.functional.normalize(style - style.mean(0), dim=1)
    known = Keys(vectors, style.mean(0), (30,), (1.0,))
    near = nearest(features.float(), keys([style.float()], [1.0], torch.float32))
    say = numbers(10, seed=4, dtype=torch.float64) if said else None

    def defined(x: Tensor) -> Tensor:
        cosine = torch.nn.functional.cosine_similarity(x - known.mean, vectors[near.long()], dim=1)
        return (1 - cosine).mean() if say is None else ((1 - cosine) * say).sum()

    leaf = features.clone().requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: difference(x, known, near, say), leaf)
    value, exact = difference(leaf, known, near, say), defined(leaf)
    assert float(value.detach()) == pytest.approx(float(exact.detach()), rel=1e-12)
    assert torch.allclose(torch.autograd.grad(value, leaf)[0], torch.autograd.grad(exact, leaf)[0], atol=1e-12)


def test_the_say_weighs_positions() -> None:
    style, features = numbers(30, 6), numbers(10, 6, seed=2)
    known = keys([style], [1.0], torch.float32)
    near = nearest(features, known)
    even, first = torch.full((10,), 0.1), torch.zeros(10)
    first[0] = 1
    assert float(difference(features, known, near, even)) == pytest.approx(float(difference(features, known, near, None)), rel=1e-5)
    assert float(difference(features, known, near, first)) == pytest.approx(float(difference(features[:1], known, near[:1], None)), rel=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(("flat_style", "flat_picture"), [(True, False), (False, True), (True, True)])
def test_flat_activations_give_finite_numbers(dtype: torch.dtype, flat_style: bool, flat_picture: bool) -> None:
    style = torch.full((40, 8), 0.7) if flat_style else numbers(40, 8)
    features = (style.mean(0).expand(20, 8) if flat_picture else numbers(20, 8, seed=1)).to(dtype).clone().requires_grad_(True)
    known = keys([style, style], [0.5, 0.5], dtype)
    value = difference(features, known, nearest(features.detach(), known), None)
    (gradient,) = torch.autograd.grad(value, features)
    assert 0 <= float(value.detach()) <= 2.01
    assert bool(gradient.isfinite().all())


def test_the_mean_that_is_taken_off_is_that_of_the_shares() -> None:
    a, b = torch.zeros(10, 4), torch.ones(30, 4)
    assert keys([a, b], [0.25, 0.75], torch.float32).mean.tolist() == pytest.approx([0.75] * 4)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_positions_are_rows_in_any_layout(layout: torch.memory_format) -> None:
    features = numbers(1, 5, 3, 4).contiguous(memory_format=layout)
    assert torch.equal(by_position(features)[7], features[0, :, 1, 3])
