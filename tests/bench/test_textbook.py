"""The textbook that tests/bench measures against minimises the common unit, and so does the engine beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from bench import objective
from bench.textbook import Features, Textbook
from reference import gatys
from restyle_engine.network.calibration import network
from restyle_engine.network.vgg import Vgg
from restyle_engine.parameters import Pooling
from restyle_server.weights.catalogue import choose
from torch import Tensor

CLOSE = 1e-4
Pictures = tuple[Vgg, Tensor, Tensor, Tensor]


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    """VGG16, and an image, a photograph and a style of 32 px."""
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    image, photograph, style = (torch.rand(1, 3, 32, 32, generator=generator) for _ in range(3))
    return network(choose("vgg16", Path()).path, Pooling.AVERAGE), image, photograph, style


@pytest.fixture(scope="module")
def exact(pictures: Pictures) -> tuple[float, Tensor]:
    """J and its gradient by the textbook in fp64."""
    vgg, image, photograph, style = pictures
    weights = {name: (f.weight, f.bias) for name, f in vgg.filters.items()}
    leaf = image[0].double().requires_grad_(True)
    now, aim, still = (gatys.activations(picture, weights, vgg.pool_gain) for picture in (leaf, style[0], photograph[0]))
    value = gatys.common_unit(now, {layer: aim[layer] for layer in ("1_1", "2_1", "3_1", "4_1", "5_1")}, "4_2", still["4_2"])
    value.backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None
    return value.item(), leaf.grad


def textbook(pictures: Pictures) -> Textbook:
    vgg, _, photograph, style = pictures
    return Textbook(Features({name: (f.weight, f.bias) for name, f in vgg.filters.items()}, vgg.pool_gain), photograph, style)


def test_the_textbook_minimises_the_common_unit(pictures: Pictures, exact: tuple[float, Tensor]) -> None:
    image = pictures[1].clone().requires_grad_(True)
    value = textbook(pictures).loss(image)
    value.backward()  # type: ignore[no-untyped-call]
    assert value.item() == pytest.approx(exact[0], rel=CLOSE)
    assert image.grad is not None
    assert (image.grad[0].double() - exact[1]).norm() <= CLOSE * exact[1].norm()


def test_the_engine_minimises_the_same(pictures: Pictures, exact: tuple[float, Tensor]) -> None:
    vgg, image, photograph, style = pictures
    found = objective.objective_of(vgg, photograph, style, 32, 32)
    value = objective.value_at(found, image, objective.J)
    assert value.loss == pytest.approx(exact[0], rel=CLOSE)
    assert (value.gradient[0].double() - exact[1]).norm() <= CLOSE * exact[1].norm()
    assert objective.Meter(found)(image) == pytest.approx(exact[0], rel=CLOSE)


def test_both_go_down_and_tell_each_evaluation(pictures: Pictures) -> None:
    vgg, _, photograph, style = pictures
    losses: list[float] = []
    textbook(pictures).optimise(25, losses.append)
    assert len(losses) >= 25
    assert losses[-1] < 0.7 * losses[0]
    meter = objective.Meter(objective.objective_of(vgg, photograph, style, 32, 32))
    states: list[torch.Tensor] = []
    painted = objective.painted(vgg, photograph, style, 20, states.append)
    assert 15 <= len(states) <= 20
    assert meter(painted) < 0.7 * meter(photograph)
