"""Owns VGG's convolutions: loading them from safetensors, and running them to the last layer that a task needs (Simonyan & Zisserman 2015)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from ..parameters import Pooling, Seamless
from .convolutions import convolved, quick
from .pooling import pooled
from .topology import CHANNELS, VGG19, Topology, topology_of

MEAN = (0.485, 0.456, 0.406)  # of ImageNet, RGB in 0–1
STD = (0.229, 0.224, 0.225)
DEEPEST_QUICK = "5_1"  # convolution whose filters are transformed: those beyond it are hardly ever asked for, and take memory


class UnusableWeights(Exception):
    """The weights file can't be used; the message is a sentence that says why and what to do."""


def convolutions(topology: Topology = VGG19) -> tuple[str, ...]:
    """Names of the convolutions, "1_1" first, in the order in which they run."""
    return tuple(convolution.name for convolution in topology.convolutions)


def channels(layer: str) -> int:
    """Number of channels of a layer named "reluB_K"."""
    return CHANNELS[depth(layer)]


def depth(layer: str) -> int:
    """How many poolings lie before a layer named "reluB_K": 0–4. ValueError for any other name."""
    if layer not in VGG19.layers:
        raise ValueError(f"{layer!r} is no layer of VGG; use relu1_1 to relu5_4")
    return int(layer[4]) - 1


@dataclass(frozen=True, slots=True)
class Filters:
    """One convolution: weight (out, in, 3, 3), bias (out,); quick: the weight in a form that is multiplied less with, None: it is used as it is."""

    weight: Tensor
    bias: Tensor
    quick: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Vgg:
    """The convolutions of VGG16 or VGG19 on one device.

    filters: by name "B_K", in running order, complete up to the last.
    pool_gain: by block (1–4), what pooled activations are multiplied by, so that average pooling keeps the level that the next layer was trained with.
    """

    filters: Mapping[str, Filters]
    pooling: Pooling = Pooling.AVERAGE
    pool_gain: Mapping[int, float] = field(default_factory=dict)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers that this file can give, "relu1_1" first."""
        return tuple(f"relu{name}" for name in self.filters)

    def placed(self, device: torch.device, dtype: torch.dtype) -> Vgg:
        """The same network on a device and in a type; channels last where that is faster. What pooled activations are multiplied by is in the filters that see
        them."""
        layout = torch.channels_last if channels_last(device, dtype) else torch.contiguous_format
        filters = {}
        for name, f in self.filters.items():
            gain = self.pool_gain.get(int(name[0]) - 1, 1.0) if name[2] == "1" else 1.0
            weight = (f.weight * gain).to(device, dtype).contiguous(memory_format=layout)
            filters[name] = Filters(weight, f.bias.to(device, dtype), quick(weight) if name <= DEEPEST_QUICK else None)
        return Vgg(filters, self.pooling)

    def features(self, image: Tensor, wanted: Collection[str], seamless: Seamless = Seamless.NONE) -> dict[str, Tensor]:
        """Activations of the wanted layers ("reluB_K") for an image (1, 3, h, w) in 0–1. Activations have the type of the filters; the gradient returns to
        the image in its own. seamless: along which axes the image repeats."""
        first = next(iter(self.filters.values())).weight
        x = standardised(image).to(first.dtype)
        if channels_last(first.device, first.dtype):
            x = x.contiguous(memory_format=torch.channels_last)
        left = set(wanted)
        found = {}
        for name, filters in self.filters.items():
            if not left:
                break
            block, k = int(name[0]), int(name[2])
            if k == 1 and block > 1:
                x = pooled(x, self.pooling, self.pool_gain.get(block - 1, 1.0))
            x = convolved(x, filters.weight, filters.bias, filters.quick, seamless)
            layer = f"relu{name}"
            if layer in left:
                left.discard(layer)
                found[layer] = x
        if left:
            raise UnusableWeights(f"The weights file has no {min(left)}: choose among {', '.join(self.layers)}, or other weights.")
        return found


def channels_last(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether activations lie channels last: bf16 on any device, fp32 on processors, and everything on CUDA."""
    return dtype == torch.bfloat16 or device.type == "cuda" or (device.type == "cpu" and dtype == torch.float32)


def standardised(pictures: Tensor) -> Tensor:
    """Pictures (n, 3, h, w) in 0–1 as the filters see them: minus ImageNet's mean, over its standard deviation."""
    return (pictures - _column(MEAN, pictures)) / _column(STD, pictures)


def _column(values: tuple[float, ...], like: Tensor) -> Tensor:
    return torch.tensor(values, dtype=like.dtype, device=like.device).view(1, -1, 1, 1)


def load(path: Path) -> dict[str, Filters]:
    """The convolutions of a safetensors file, names convB_K.weight and convB_K.bias, complete up to the last one present, fp32 on the CPU.
    UnusableWeights when it can't be read or does not fit."""
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise UnusableWeights(f"The weights file {path.name} can't be read ({error}). Install it again.") from error
    filters: dict[str, Filters] = {}
    for convolution in topology_of(tensors).convolutions:
        (weight_name, weight_shape), (bias_name, bias_shape) = convolution.shapes.items()
        weight, bias = tensors.get(weight_name), tensors.get(bias_name)
        if weight is None or bias is None:
            break
        name = convolution.name
        if weight.shape != weight_shape or bias.shape != bias_shape:
            raise UnusableWeights(f"The weights file {path.name} is no VGG: conv{name} has the shape {tuple(weight.shape)}. Install it again.")
        filters[name] = Filters(weight.float(), bias.float())
        if not (filters[name].weight.isfinite().all() and filters[name].bias.isfinite().all()):
            raise UnusableWeights(f"The weights file {path.name} has values in conv{name} that are not finite. Install it again.")
    if not filters:
        raise UnusableWeights(f"The weights file {path.name} has no conv1_1: it is no VGG. Install it again.")
    return filters
