"""The engine computes what the papers say: losses and image gradients agree with the textbook to 1e-4."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from reference import gatys
from restyle_engine.network.calibration import normalised
from restyle_engine.network.topology import CHANNELS
from restyle_engine.network.vgg import Filters, Vgg, convolutions
from restyle_engine.objective import content_loss, style_loss
from restyle_engine.objective.moments import moments
from restyle_engine.parameters import Pooling
from torch import Tensor

LAYERS = ("1_1", "2_1", "3_1", "4_1", "5_1")
CLOSE = 1e-4

Pictures = tuple[Vgg, Tensor, Tensor, Tensor]
Features = dict[str, Tensor]
Loss = Callable[[Features, Features, Features], Tensor]
"""Of the activations of image, style and photograph."""


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module", params=[0, 1])
def pictures(request: pytest.FixtureRequest) -> Pictures:
    """A random network, and random pictures of uneven sizes: image, photograph, style."""
    generator = torch.Generator().manual_seed(request.param)
    inputs, filters = 3, dict[str, Filters]()
    for name in convolutions()[:13]:
        outputs = CHANNELS[int(name[0]) - 1]
        weight = torch.randn(outputs, inputs, 3, 3, generator=generator) * (2 / (9 * inputs)) ** 0.5
        filters[name], inputs = Filters(weight, 0.1 * torch.randn(outputs, generator=generator)), outputs
    network = normalised(filters, Pooling.AVERAGE)
    image, photograph, style = (torch.rand(3, h, w, generator=generator) for h, w in ((27, 34), (27, 34), (36, 25)))
    return network, image, photograph, style


def textbook(network: Vgg, image: Tensor) -> Features:
    weights = {name: (f.weight, f.bias) for name, f in network.filters.items()}
    return gatys.activations(image, weights, network.pool_gain)


def both(pictures: Pictures, ours: Loss, theirs: Loss) -> tuple[float, Tensor, float, Tensor]:
    """Value and image gradient of the engine's loss and of the textbook's."""
    network, image, photograph, style = pictures
    leaf = image[None].clone().requires_grad_(True)
    names = [f"relu{layer}" for layer in (*LAYERS, "4_2")]
    now = network.features(leaf, names)
    with torch.no_grad():
        aim, still = network.features(style[None], names), network.features(photograph[None], names)
    value = ours(now, aim, still)
    value.backward()  # type: ignore[no-untyped-call]
    exact_leaf = image.double().requires_grad_(True)
    exact = theirs(textbook(network, exact_leaf), textbook(network, style), textbook(network, photograph))
    exact.backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None
    assert exact_leaf.grad is not None
    return value.item(), leaf.grad[0].double(), exact.item(), exact_leaf.grad


def assert_agree(value: float, gradient: Tensor, exact: float, exact_gradient: Tensor) -> None:
    assert value == pytest.approx(exact, rel=CLOSE)
    assert (gradient - exact_gradient).norm() <= CLOSE * exact_gradient.norm()


def test_content_loss_is_equation_1(pictures: Pictures) -> None:
    def ours(now: Features, _: Features, still: Features) -> Tensor:
        return content_loss.squared_difference(now["relu4_2"], still["relu4_2"]) * now["relu4_2"].numel() / 2

    assert_agree(*both(pictures, ours, lambda now, _, still: gatys.content_loss(now["4_2"], still["4_2"])))


def test_style_loss_is_equation_5_over_all_layers(pictures: Pictures) -> None:
    def ours(now: Features, aim: Features, _: Features) -> Tensor:
        return 0.2 * torch.stack([style_loss.gram(moments(now[f"relu{layer}"]), moments(aim[f"relu{layer}"])) for layer in LAYERS]).sum()

    def theirs(now: Features, aim: Features, _: Features) -> Tensor:
        return 0.2 * torch.stack([gatys.style_loss(now[layer], aim[layer]) for layer in LAYERS]).sum()

    assert_agree(*both(pictures, ours, theirs))


@pytest.mark.parametrize("layer", ["1_1", "2_1"])
def test_wasserstein_has_the_closed_form_gradient(pictures: Pictures, layer: str) -> None:
    network, _, _, style = pictures
    with torch.no_grad():
        target = moments(network.features(style[None], [f"relu{layer}"])[f"relu{layer}"]).covariance.double()
    ridge = style_loss.RIDGE * float(target.diagonal().mean())

    def ours(now: Features, aim: Features, _: Features) -> Tensor:
        return style_loss.wasserstein(moments(now[f"relu{layer}"]), moments(aim[f"relu{layer}"]))

    value, gradient, exact, exact_gradient = both(pictures, ours, lambda now, aim, _: gatys.wasserstein_loss(now[layer], aim[layer], ridge))
    assert value == pytest.approx(exact, rel=1e-3)
    assert (gradient - exact_gradient).norm() <= 5e-3 * exact_gradient.norm()
