"""Promises of the convolutions and poolings: quick ways give what direct ones give, forward and back, and nothing is kept that the way back does not need."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from restyle_engine.network import convolutions, winograd
from restyle_engine.network.calibration import network
from restyle_engine.network.pooling import pooled
from restyle_engine.network.vgg import Filters, Vgg
from restyle_engine.parameters import Pooling, Seamless
from restyle_engine.repeating import framed
from restyle_server.weights.catalogue import choose
from torch import Tensor

SIZES = ((8, 12), (9, 7), (1, 1), (2, 5), (13, 16))


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def away(found: Tensor, exact: Tensor) -> float:
    """Relative distance."""
    return float((found.detach().double() - exact.detach()).norm() / exact.detach().norm())


@pytest.mark.parametrize("seamless", Seamless)
@pytest.mark.parametrize("size", SIZES)
def test_filtering_is_a_convolution_and_its_way_back_its_transpose(size: tuple[int, int], seamless: Seamless, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winograd, "TILES", 5)  # several strips, the last one shorter
    height, width = size
    weight, bias, picture, gradient = numbers(5, 7, 3, 3), numbers(5, seed=1), numbers(1, 7, height, width, seed=2), numbers(height, width, 5, seed=3)
    filters = winograd.transformed(weight)
    seen = picture.double().requires_grad_(True)
    exact = F.relu(F.conv2d(framed(seen, seamless), weight.double(), bias.double()))
    found = winograd.convolved(picture[0].permute(1, 2, 0).contiguous(), filters, bias, seamless)
    gradient *= (found > 0) == (exact[0].permute(1, 2, 0) > 0)  # what rounding takes to the other side of zero has another slope, rightly
    (back,) = torch.autograd.grad(exact, seen, gradient.double().permute(2, 0, 1)[None])

    assert away(found, exact[0].permute(1, 2, 0)) < 1e-5
    assert away(winograd.returned(gradient, found, filters, seamless), back[0].permute(1, 2, 0)) < 1e-5


@pytest.mark.parametrize("size", SIZES)
def test_the_way_back_from_a_pooling_is_autograds(size: tuple[int, int]) -> None:
    values = numbers(1, 3, *size).double().contiguous(memory_format=torch.channels_last).requires_grad_(True)
    exact = F.avg_pool2d(values, 2, ceil_mode=True)
    slope = numbers(*exact.shape, seed=1).double()
    (back,) = torch.autograd.grad(pooled(values, Pooling.AVERAGE, 1.5), values, slope)

    assert torch.equal(back, torch.autograd.grad(exact, values, 1.5 * slope)[0])
    assert back.is_contiguous(memory_format=torch.channels_last)


def test_a_network_that_is_placed_has_the_gains_of_its_poolings_in_its_filters() -> None:
    vgg = network(choose("vgg16", Path()).path, Pooling.AVERAGE)
    image = numbers(1, 3, 40, 24).sigmoid()
    layers = vgg.layers[:10]
    found, exact = vgg.placed(torch.device("cpu"), torch.float32).features(image, layers), vgg.placed(torch.device("cpu"), torch.float64)
    right = Vgg({name: Filters(f.weight.double(), f.bias.double()) for name, f in vgg.filters.items()}, vgg.pooling, vgg.pool_gain).features(image, layers)

    assert any(gain != 1 for gain in vgg.pool_gain.values())
    assert not exact.pool_gain
    for layer in layers:
        assert away(found[layer], right[layer]) < 1e-5


@pytest.mark.parametrize(("kind", "bound"), [(torch.float32, 1e-5), (torch.bfloat16, 0.01)])
def test_both_ways_through_a_layer_agree_with_autograd(kind: torch.dtype, bound: float) -> None:
    weight, bias = numbers(256, 256, 3, 3).div(48).to(kind).contiguous(memory_format=torch.channels_last), numbers(256, seed=1).to(kind)
    values = numbers(1, 256, 12, 11, seed=2).relu().to(kind).contiguous(memory_format=torch.channels_last).requires_grad_(True)
    found = convolutions.convolved(values, weight, bias, convolutions.quick(weight))
    exact = values.detach().double().requires_grad_(True)
    right = F.relu(F.conv2d(F.pad(exact, (1, 1, 1, 1), mode="replicate"), weight.double(), bias.double()))
    slope = numbers(*right.shape, seed=3).to(kind)

    assert (convolutions.quick(weight) is not None) == (kind == torch.float32)  # in bf16 it would gain little
    assert away(found, right) < bound
    agreeing = (found > 0) == (right > 0)  # what rounding takes to the other side of zero has another slope, rightly
    (back,) = torch.autograd.grad(found, values, slope * agreeing.to(kind))
    (wanted,) = torch.autograd.grad(right, exact, slope.double() * agreeing)
    assert away(back, wanted) < bound
    assert back.stride()[1] == 1, "a gradient that lies another way than the activations costs as much again"


@pytest.mark.parametrize("size", [(1, 1), (1, 4), (2, 3)])
def test_the_smallest_activations_have_their_border_repeated(size: tuple[int, int]) -> None:
    weight, bias, values = numbers(4, 3, 3, 3).double(), numbers(4, seed=1).double(), numbers(1, 3, *size, seed=2).double().requires_grad_(True)
    found = convolutions.convolved(values, weight, bias, None)
    right = F.relu(F.conv2d(F.pad(values, (1, 1, 1, 1), mode="replicate"), weight, bias))

    assert torch.equal(found, right)
    assert torch.allclose(torch.autograd.grad(found.sum(), values)[0], torch.autograd.grad(right.sum(), values)[0], rtol=1e-12)


def test_results_do_not_depend_on_the_number_of_threads() -> None:
    weight = numbers(64, 64, 3, 3).contiguous(memory_format=torch.channels_last)
    values, bias, slope = (numbers(1, 64, 90, 70, seed=1).contiguous(memory_format=torch.channels_last), numbers(64, seed=2), numbers(1, 64, 90, 70, seed=3))
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            leaf = values.clone().requires_grad_(True)
            result = convolutions.convolved(leaf, weight, bias, convolutions.quick(weight))
            found.append((result.detach(), *torch.autograd.grad(result, leaf, slope)))
    finally:
        torch.set_num_threads(before)

    assert all(torch.equal(one, two) for one, two in zip(*found, strict=True))


def test_a_first_convolution_has_autograds_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolutions, "ROWS", 4)  # several strips, the last one shorter
    weight, bias, values = numbers(5, 3, 3, 3).double(), numbers(5, seed=1).double(), numbers(1, 3, 9, 7, seed=2).double().requires_grad_(True)
    found = convolutions.convolved(values, weight, bias, None)
    right = F.relu(F.conv2d(framed(values), weight, bias))
    slope = numbers(*found.shape, seed=3).double()

    assert torch.allclose(torch.autograd.grad(found, values, slope)[0], torch.autograd.grad(right, values, slope)[0], rtol=1e-12)


def test_nothing_is_kept_but_results() -> None:
    vgg = network(choose("vgg16", Path()).path, Pooling.AVERAGE).placed(torch.device("cpu"), torch.float32)
    image = numbers(1, 3, 32, 32).sigmoid().requires_grad_(True)
    kept: dict[int, int] = {}

    def keep(values: Tensor) -> Tensor:
        kept[values.untyped_storage().data_ptr()] = values.untyped_storage().nbytes()
        return values

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda values: values):
        found = vgg.features(image, [f"relu{name}" for name in vgg.filters])
        (found["relu2_2"].sum()).backward()  # type: ignore[no-untyped-call]
    pooled = sum(values.nbytes for name, values in found.items() if name in ("relu1_2", "relu2_2", "relu3_4", "relu4_4")) // 4

    assert sum(kept.values()) <= sum(values.nbytes for values in found.values()) + 2 * pooled + 4 * image.nbytes
