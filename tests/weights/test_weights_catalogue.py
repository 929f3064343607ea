"""What the catalogue promises: the right weights for a job, and a sentence about every wrong file."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest
from restyle_engine.network.topology import VGG16, VGG19, Topology
from restyle_server.weights import WeightsInvalid, WeightsMissing, WeightsUnknown, catalogue, choose, lacking
from restyle_server.weights.catalogue import SHIPPED
from restyle_server.weights.header import layers_of
from restyle_server.weights.install import vgg19_path

ROOT = Path(__file__).resolve().parents[2]
Tensors = dict[str, tuple[str, tuple[int, ...]]]
SIZES = {"F16": 2, "F32": 4, "I8": 1}


def whole(last: str = "5_4", topology: Topology = VGG19) -> Tensors:
    """Names, types and shapes of a network up to the convolution `last`."""
    tensors: Tensors = {}
    for convolution in topology.convolutions:
        tensors |= {name: ("F16", shape) for name, shape in convolution.shapes.items()}
        if convolution.name == last:
            break
    return tensors


def write(path: Path, tensors: Tensors, cut: int = 0) -> Path:
    """A safetensors file of zeros (sparse, so that it costs no disk), shortened by `cut` bytes."""
    header, end = {}, 0
    for name, (dtype, shape) in tensors.items():
        begin, count = end, SIZES[dtype]
        for side in shape:
            count *= side
        end += count
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end - cut)
    return path


def test_the_networks_have_the_papers_convolutions() -> None:
    assert (len(VGG16.convolutions), len(VGG19.convolutions)) == (13, 16)
    assert set(VGG19.layers) - set(VGG16.layers) == {"relu3_4", "relu4_4", "relu5_4"}
    assert (VGG16.parameters, VGG19.parameters) == (14_714_688, 20_024_384)  # torchvision's `features`


def test_vgg16_in_the_package_reaches_relu5_1(tmp_path: Path) -> None:
    vgg19, vgg16 = catalogue(tmp_path)
    assert vgg16.installed
    assert vgg16.layers == VGG16.layers[:11]
    assert not vgg19.installed
    assert vgg19.layers == VGG19.layers
    assert vgg19.size == 574_673_361
    assert "restyle weights install vgg19" in vgg19.hint


def test_the_card_describes_the_file_beside_it_and_credits_its_authors(tmp_path: Path) -> None:
    card = SHIPPED.with_suffix(".md").read_text("utf-8")
    assert catalogue(tmp_path)[1].sha256 in card
    for credit in ("Karen Simonyan and Andrew Zisserman", "Visual Geometry Group", "CC BY 4.0", "arxiv.org/abs/1409.1556"):
        assert all(credit in path.read_text("utf-8") for path in (SHIPPED.with_suffix(".md"), ROOT / "NOTICE", ROOT / "docs" / "model-card.md")), credit


def test_auto_takes_vgg19_when_it_is_installed_else_vgg16(tmp_path: Path) -> None:
    assert choose("auto", tmp_path).id == "vgg16"
    assert choose("", tmp_path).id == "vgg16"
    path = write(vgg19_path(tmp_path), whole())
    assert choose("auto", tmp_path).path == path
    assert choose("vgg19", tmp_path).id == "vgg19"
    assert choose("vgg16", tmp_path).id == "vgg16"


def test_what_is_installed_has_no_hint(tmp_path: Path) -> None:
    assert [bool(weights.hint) for weights in catalogue(tmp_path)] == [True, False]
    write(vgg19_path(tmp_path), whole())
    assert [weights.hint for weights in catalogue(tmp_path)] == ["", ""]


def test_a_damaged_file_of_vgg19_counts_as_not_installed(tmp_path: Path) -> None:
    write(vgg19_path(tmp_path), whole(), cut=1)
    assert choose("auto", tmp_path).id == "vgg16"
    with pytest.raises(WeightsMissing, match="damaged; install it again with: restyle weights install vgg19"):
        choose("vgg19", tmp_path)


@pytest.mark.parametrize("tensors", [whole("5_3"), whole(topology=VGG16)], ids=["without its last layer", "VGG16"])
def test_a_file_that_is_not_all_of_vgg19_counts_as_damaged(tmp_path: Path, tensors: Tensors) -> None:
    write(vgg19_path(tmp_path), tensors)
    assert not catalogue(tmp_path)[0].installed


def test_weights_that_are_not_there_are_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"restyle weights install vgg19.*vgg16"):
        choose("vgg19", tmp_path)
    with pytest.raises(WeightsMissing, match="restyle serve --weights-file"):
        choose("file", tmp_path)
    with pytest.raises(WeightsUnknown, match="“resnet”; choose auto, vgg19, vgg16 or file"):
        choose("resnet", tmp_path)


@pytest.mark.parametrize("topology", [VGG16, VGG19], ids=lambda topology: topology.name)
def test_the_administrators_file_may_be_either_network_and_is_chosen_by_name_alone(tmp_path: Path, topology: Topology) -> None:
    given = write(tmp_path / "own.safetensors", whole("4_2", topology))
    assert choose("file", tmp_path, given).path == given
    assert choose("auto", tmp_path, given).id == "vgg16"
    assert catalogue(tmp_path, given)[-1].layers == topology.layers[: topology.layers.index("relu4_2") + 1]


def test_layers_that_the_weights_lack_are_named_beside_those_they_have(tmp_path: Path) -> None:
    vgg19, vgg16 = catalogue(tmp_path)
    assert lacking(vgg16, ["relu1_1", "relu5_1"]) is None
    assert lacking(vgg19, VGG19.layers) is None
    assert re.search(r"“vgg16” lack relu3_4, relu5_2; choose among relu1_1, .*, relu5_1, or other", str(lacking(vgg16, ["relu3_4", "relu5_2", "relu1_1"])))


def without(name: str) -> Tensors:
    tensors = whole("2_1")
    del tensors[name]
    return tensors


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({"features.0.weight": ("F32", (64, 3, 3, 3))}, "has no conv1_1.weight, but features.0.weight"),
        ({}, "has no conv1_1.weight, but nothing"),
        (without("conv1_2.bias"), "lacks conv1_2.bias"),
        ({k: v for k, v in whole("2_1").items() if not k.startswith("conv1_2")}, "has conv2_1 but lacks conv1_2"),
        (whole("1_1") | {"conv1_1.weight": ("F16", (32, 3, 3, 3))}, "conv1_1.weight has the shape 32 × 3 × 3 × 3, not 64 × 3 × 3 × 3"),
        (whole("1_1") | {"conv1_1.bias": ("I8", (64,))}, "keeps conv1_1.bias as I8; convert it"),
        (whole("1_2") | {"conv1_3.weight": ("F16", (64, 64, 3, 3))}, "has conv1_3.weight, which neither VGG16 nor VGG19 has"),
        ({k: v for k, v in whole().items() if not k.startswith("conv3_4")}, "has conv4_1 but lacks conv3_4; the convolutions of VGG19"),
        ({k: v for k, v in whole().items() if not k.startswith("conv4_4")}, "has conv5_1 but lacks conv4_4; the convolutions of VGG19"),
    ],
)
def test_each_fault_of_a_weights_file_is_named(tmp_path: Path, tensors: Tensors, sentence: str) -> None:
    with pytest.raises(WeightsInvalid, match=sentence):
        layers_of(write(tmp_path / "own.safetensors", tensors))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no safetensors file"),
        (b"short", "no safetensors file"),
        (b"PK\x03\x04 and more of it", "PyTorch file"),
        (b"\x80\x02 and more of it", "PyTorch file"),
        (struct.pack("<Q", 1 << 40) + b"{}", "no safetensors file"),
        (struct.pack("<Q", 100) + b'{"conv1_1', "cut off"),
        (struct.pack("<Q", 2) + b"[]", "no safetensors file"),
        (struct.pack("<Q", 24) + b'{"conv1_1.weight":12345}', "makes no sense"),
    ],
)
def test_what_is_no_weights_file_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "own.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsInvalid, match=sentence):
        layers_of(path)


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsInvalid, match="can't be read"):
        choose("file", tmp_path, tmp_path / "nowhere.safetensors")
    with pytest.raises(WeightsInvalid, match="can't be read"):
        choose("file", tmp_path, tmp_path)
