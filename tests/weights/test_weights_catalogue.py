"""What the catalogue promises: the right weights for a job, and a sentence about every wrong file."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from restyle_server.weights import WeightsInvalid, WeightsMissing, WeightsUnknown, catalogue, choose, lacking
from restyle_server.weights.header import layers_of
from restyle_server.weights.install import imagenet_path
from restyle_server.weights.vgg19 import CONVOLUTIONS, LAYERS, PARAMETERS

Tensors = dict[str, tuple[str, tuple[int, ...]]]
SIZES = {"F16": 2, "F32": 4, "I8": 1}


def whole(last: str = "conv5_4") -> Tensors:
    """Names, types and shapes of VGG19 up to `last`."""
    tensors: Tensors = {}
    for convolution in CONVOLUTIONS:
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


def test_the_convolutions_are_vgg19s() -> None:
    assert [convolution.feature for convolution in CONVOLUTIONS] == [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    assert LAYERS[0] == "relu1_1"
    assert LAYERS[-1] == "relu5_4"
    assert PARAMETERS == 20_024_384


def test_the_compact_weights_in_the_package_reach_relu5_1(tmp_path: Path) -> None:
    imagenet, compact = catalogue(tmp_path)
    assert compact.installed
    assert compact.layers == LAYERS[:13]
    assert len(compact.sha256) == 64
    assert "restyle weights install imagenet" in compact.hint
    assert not imagenet.installed
    assert imagenet.size == 574_673_361
    assert "restyle weights install imagenet" in imagenet.hint


def test_auto_takes_imagenet_when_it_is_installed_else_compact(tmp_path: Path) -> None:
    assert choose("auto", tmp_path).id == "compact"
    assert choose("", tmp_path).id == "compact"
    path = write(imagenet_path(tmp_path), whole())
    assert choose("auto", tmp_path).path == path
    assert choose("imagenet", tmp_path).id == "imagenet"
    assert choose("compact", tmp_path).id == "compact"


def test_hints_end_when_the_best_weights_are_installed(tmp_path: Path) -> None:
    write(imagenet_path(tmp_path), whole())
    assert [weights.hint for weights in catalogue(tmp_path)] == ["", ""]


def test_a_damaged_imagenet_file_counts_as_not_installed(tmp_path: Path) -> None:
    write(imagenet_path(tmp_path), whole(), cut=1)
    assert choose("auto", tmp_path).id == "compact"
    with pytest.raises(WeightsMissing, match="damaged; install them again with: restyle weights install imagenet"):
        choose("imagenet", tmp_path)


def test_an_imagenet_file_without_its_last_layers_counts_as_damaged(tmp_path: Path) -> None:
    write(imagenet_path(tmp_path), whole("conv5_3"))
    assert not catalogue(tmp_path)[0].installed


def test_weights_that_are_not_there_are_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"restyle weights install imagenet.*compact"):
        choose("imagenet", tmp_path)
    with pytest.raises(WeightsMissing, match="restyle serve --weights-file"):
        choose("file", tmp_path)
    with pytest.raises(WeightsUnknown, match="“resnet”; choose auto, imagenet, compact or file"):
        choose("resnet", tmp_path)


def test_the_administrators_file_is_listed_and_chosen_by_name_alone(tmp_path: Path) -> None:
    given = write(tmp_path / "own.safetensors", whole("conv4_2"))
    assert choose("file", tmp_path, given).path == given
    assert choose("auto", tmp_path, given).id == "compact"
    assert catalogue(tmp_path, given)[-1].layers[-1] == "relu4_2"


def test_layers_that_the_weights_lack_are_named(tmp_path: Path) -> None:
    compact = catalogue(tmp_path)[1]
    assert lacking(compact, ["relu1_1", "relu5_1"]) is None
    assert "end at relu5_1 and lack relu5_2, relu5_4" in str(lacking(compact, ["relu5_2", "relu5_4", "relu1_1"]))
    assert "no layer “conv1_1”" in str(lacking(compact, ["relu5_2", "conv1_1"]))


def without(name: str) -> Tensors:
    tensors = whole("conv2_1")
    del tensors[name]
    return tensors


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({"features.0.weight": ("F32", (64, 3, 3, 3))}, "has no conv1_1.weight, but features.0.weight"),
        ({}, "has no conv1_1.weight, but nothing"),
        (without("conv1_2.bias"), "lacks conv1_2.bias"),
        ({k: v for k, v in whole("conv2_1").items() if not k.startswith("conv1_2")}, "has conv2_1 but lacks conv1_2"),
        (whole("conv1_1") | {"conv1_1.weight": ("F16", (32, 3, 3, 3))}, "conv1_1.weight has the shape 32 × 3 × 3 × 3, not 64 × 3 × 3 × 3"),
        (whole("conv1_1") | {"conv1_1.bias": ("I8", (64,))}, "keeps conv1_1.bias as I8; convert it"),
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
