"""Owns reading a safetensors file's header, and judging by it whether the file holds VGG16's or VGG19's convolutions. Reads no tensor and imports no torch."""

from __future__ import annotations

import json
import math
import re
import struct
from pathlib import Path
from typing import Any

from restyle_engine.network.topology import VGG19, Convolution, topology_of
from restyle_engine.pickles import SEEN, is_pickle

from .errors import WeightsInvalid

LARGEST_HEADER = 1 << 20  # bytes; VGG19's is 3 KB, and the length is read from the file
DTYPE_BYTES = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8}
NAMES = frozenset(name for convolution in VGG19.convolutions for name in convolution.shapes)
_CONVOLUTION = re.compile(r"conv\d+_\d+\.(weight|bias)")


def layers_of(path: Path) -> tuple[str, ...]:
    """The layers that the file offers, relu1_1 first, the deepest last; at least one. WeightsInvalid says what is wrong with the file."""
    try:
        header, data_bytes = _read(path)
    except OSError as error:
        raise WeightsInvalid(f"The weights file {path} can't be read ({error.strerror or error}); check its path and permissions.") from error
    strange = next((name for name in sorted(header) if _CONVOLUTION.fullmatch(name) and name not in NAMES), None)
    if strange:
        raise WeightsInvalid(f"{path} has {strange[:40]}, which neither VGG16 nor VGG19 has; give a file of one of them.")
    topology = topology_of(header)
    present = [convolution for convolution in topology.convolutions if any(name in header for name in convolution.shapes)]
    if not present:
        found = ", ".join(sorted(header)[:3]) or "nothing"
        raise WeightsInvalid(f"{path} is no VGG: it has no conv1_1.weight, but {found}. Name the tensors convB_K.weight and convB_K.bias, from conv1_1 on.")
    for expected, convolution in zip(topology.convolutions, present, strict=False):
        if convolution != expected:
            raise WeightsInvalid(
                f"{path} has conv{convolution.name} but lacks conv{expected.name}; the convolutions of {topology.name} must run from conv1_1 without a gap."
            )
        _check(path, header, convolution, data_bytes)
    return tuple(convolution.layer for convolution in present)


def _read(path: Path) -> tuple[dict[str, Any], int]:
    """The header's tensors by name, and how many bytes of data follow it."""
    with path.open("rb") as file:
        start = file.read(SEEN)
        if is_pickle(start):
            raise WeightsInvalid(
                f"{path} is a PyTorch file, which Restyle doesn't open as it is. Torchvision's own VGG19 file is taken in with: "
                "restyle weights install vgg19 --from FILE. Convert any other to safetensors."
            )
        length = struct.unpack("<Q", start[:8])[0] if len(start) >= 8 else 0
        if not 2 <= length <= LARGEST_HEADER:
            raise WeightsInvalid(f"{path} is no safetensors file; give one that holds the convolutions of VGG16 or VGG19.")
        file.seek(8)
        text = file.read(length)
        size = file.seek(0, 2)
    try:
        header = json.loads(text)
    except ValueError as error:
        raise WeightsInvalid(f"{path} is no safetensors file, or is cut off; copy or download it again.") from error
    if not isinstance(header, dict):
        raise WeightsInvalid(f"{path} is no safetensors file; give one that holds the convolutions of VGG16 or VGG19.")
    header.pop("__metadata__", None)
    return header, size - 8 - length


def _check(path: Path, header: dict[str, Any], convolution: Convolution, data_bytes: int) -> None:
    for name, shape in convolution.shapes.items():
        match header.get(name):
            case None:
                raise WeightsInvalid(f"{path} lacks {name}; every convolution needs its weight and its bias.")
            case {"dtype": str(dtype), "shape": list(found), "data_offsets": [int(begin), int(end)]}:
                pass
            case _:
                raise WeightsInvalid(f"{path} is damaged: what it says about {name} makes no sense. Copy or download it again.")
        if tuple(found) != shape:
            raise WeightsInvalid(f"{path} is no VGG: its {name} has the shape {_by(found)}, not {_by(shape)}.")
        if dtype not in DTYPE_BYTES:
            raise WeightsInvalid(f"{path} keeps {name} as {dtype}; convert it to F16, BF16, F32 or F64.")
        if not 0 <= begin <= end <= data_bytes or end - begin != math.prod(shape) * DTYPE_BYTES[dtype]:
            raise WeightsInvalid(f"{path} is damaged or cut off within {name}; copy or download it again.")


def _by(shape: list[Any] | tuple[int, ...]) -> str:
    return " × ".join(str(side) for side in shape) or "of a single number"
