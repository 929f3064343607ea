"""The network gives what a weights file holds, at one level for all files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from engine.scenes import random_filters
from restyle_engine.network import calibration
from restyle_engine.network.topology import VGG19
from restyle_engine.network.vgg import Filters, UnusableWeights, Vgg, channels, depth, load
from restyle_engine.parameters import Pooling
from restyle_server.weights.catalogue import SHIPPED
from safetensors.torch import save_file
from stand_in import write_vgg19

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")


@pytest.fixture(scope="module")
def filters() -> dict[str, Filters]:
    return random_filters(until="4_2")


@pytest.mark.parametrize("pooling", list(Pooling))
def test_every_filter_has_mean_activation_one_over_the_calibration_set(filters: dict[str, Filters], pooling: Pooling) -> None:
    network = calibration.normalised(filters, pooling)
    for layer, features in network.features(calibration.pictures(), LAYERS).items():
        means = features.mean((0, 2, 3))
        # rarely active filters have a bounded gain and stay below 1
        assert float(means.max()) == pytest.approx(1, rel=1e-3), layer
        assert float(means.median()) == pytest.approx(1, rel=1e-3), layer


def test_normalising_changes_the_level_of_filters_and_nothing_else(filters: dict[str, Filters]) -> None:
    network = calibration.normalised(filters, Pooling.MAX)
    image = calibration.pictures()[:1, :, :40, :40]  # on which dead filters are dead
    plain = Vgg(filters, Pooling.MAX).features(image, ("relu2_1",))["relu2_1"]
    level = network.features(image, ("relu2_1",))["relu2_1"]
    ratio = (level.sum((0, 2, 3)) / plain.sum((0, 2, 3)).clamp(min=1e-9)).view(1, -1, 1, 1)
    assert (plain * ratio - level).norm() < 0.02 * level.norm()


def test_the_level_of_the_file_itself_does_not_matter(filters: dict[str, Filters]) -> None:
    scaled = {name: Filters(f.weight * 7, f.bias * 7) if name == "1_1" else f for name, f in filters.items()}
    scaled = {"1_1": scaled["1_1"]}
    a, b = calibration.normalised({"1_1": filters["1_1"]}, Pooling.AVERAGE), calibration.normalised(scaled, Pooling.AVERAGE)
    assert torch.allclose(a.filters["1_1"].weight, b.filters["1_1"].weight, rtol=1e-4)


def test_a_dead_filter_says_nothing_and_a_rare_one_does_not_shout(filters: dict[str, Filters]) -> None:
    weight, bias = filters["1_1"].weight.clone(), filters["1_1"].bias.clone()
    weight[0], bias[0] = 0, -1  # never active
    bias[1] = -float(F.conv2d(calibration.pictures(), weight[1:2]).amax()) * 0.9  # hardly ever
    network = calibration.normalised({**filters, "1_1": Filters(weight, bias)}, Pooling.AVERAGE)
    features = network.features(calibration.pictures(), ("relu1_1", "relu2_1"))
    assert not features["relu1_1"][:, 0].any()
    assert torch.isfinite(features["relu2_1"]).all()
    gains = network.filters["1_1"].weight.flatten(1).norm(dim=1) / weight.flatten(1).norm(dim=1).clamp(min=1e-9)
    assert float(gains[1]) <= calibration.LARGEST_GAIN * float(gains[2:].median()) * 1.05


def test_a_network_is_normalised_once_and_again_when_its_file_changes(tmp_path: Path, filters: dict[str, Filters]) -> None:
    path = tmp_path / "weights.safetensors"
    tensors = {f"conv{name}.{part}": getattr(f, part) for name, f in filters.items() if name < "3" for part in ("weight", "bias")}
    save_file(tensors, path)
    first = calibration.network(path, Pooling.AVERAGE)
    assert calibration.network(path, Pooling.AVERAGE) is first
    save_file({name: tensor for name, tensor in tensors.items() if not name.startswith("conv2_2")}, path)
    assert calibration.network(path, Pooling.AVERAGE).layers[-1] == "relu2_1"


def test_the_packaged_weights_reach_relu5_1() -> None:
    assert calibration.network(SHIPPED, Pooling.AVERAGE).layers[-1] == "relu5_1"


@pytest.mark.parametrize("pooling", list(Pooling))
def test_both_topologies_see_the_same_where_vgg19s_own_layers_pass_on_what_comes_in(tmp_path: Path, pooling: Pooling) -> None:
    vgg16, vgg19 = (calibration.network(path, pooling) for path in (SHIPPED, write_vgg19(tmp_path / "vgg19.safetensors")))
    assert vgg19.layers == VGG19.layers
    image = torch.rand(1, 3, 37, 50, generator=torch.Generator().manual_seed(1))
    seen, expected = vgg19.features(image, vgg19.layers), vgg16.features(image, vgg16.layers)
    for layer, same in {**{layer: layer for layer in vgg16.layers}, "relu3_4": "relu3_3", "relu4_4": "relu4_3", "relu5_4": "relu5_1"}.items():
        assert (seen[layer] - expected[same]).norm() < 1e-5 * expected[same].norm(), layer


def test_a_layer_that_a_file_lacks_is_named(filters: dict[str, Filters]) -> None:
    with pytest.raises(UnusableWeights, match="has no relu2_1: choose among relu1_1, or"):
        Vgg({"1_1": filters["1_1"]}).features(torch.rand(1, 3, 16, 16), ("relu1_1", "relu2_1"))


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({"conv1_1.weight": torch.zeros(64, 4, 3, 3), "conv1_1.bias": torch.zeros(64)}, "is no VGG: conv1_1 has the shape"),
        ({"other": torch.zeros(1)}, "has no conv1_1"),
        ({"conv1_1.weight": torch.full((64, 3, 3, 3), torch.nan), "conv1_1.bias": torch.zeros(64)}, "not finite"),
    ],
)
def test_a_file_that_is_no_vgg_is_refused_in_a_sentence(tmp_path: Path, tensors: dict[str, torch.Tensor], sentence: str) -> None:
    save_file(tensors, tmp_path / "w.safetensors")
    with pytest.raises(UnusableWeights, match=sentence):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize("data", [b"", b"not safetensors at all"])
def test_a_broken_file_is_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "w.safetensors").write_bytes(data)
    with pytest.raises(UnusableWeights, match="Install it again"):
        load(tmp_path / "w.safetensors")
    with pytest.raises(UnusableWeights, match="can't be read"):
        load(tmp_path / "missing.safetensors")


@pytest.mark.parametrize("size", [(16, 16), (17, 31), (16, 200), (33, 16)])
def test_every_pixel_reaches_the_deepest_layer(filters: dict[str, Filters], size: tuple[int, int]) -> None:
    image = torch.rand(1, 3, *size).requires_grad_(True)
    torch.autograd.backward(calibration.normalised(filters, Pooling.AVERAGE).features(image, ("relu4_2",))["relu4_2"].sum())
    assert image.grad is not None
    assert (image.grad.abs().sum(1) > 0).float().mean() > 0.99


def test_bf16_activations_are_near_those_of_fp32(filters: dict[str, Filters]) -> None:
    network = calibration.normalised(filters, Pooling.AVERAGE)
    image = torch.rand(1, 3, 40, 40)
    exact = network.features(image, ("relu3_1",))["relu3_1"]
    rough = network.placed(torch.device("cpu"), torch.bfloat16).features(image, ("relu3_1",))["relu3_1"].float()
    assert (rough - exact).norm() < 0.02 * exact.norm()


def test_layers_are_known_by_name() -> None:
    assert (depth("relu1_1"), depth("relu5_4"), channels("relu3_4")) == (0, 4, 256)
    for name in ("relu1_3", "relu6_1", "conv1_1", "relu1_1 "):
        with pytest.raises(ValueError, match="no layer of VGG"):
            depth(name)
