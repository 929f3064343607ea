"""Owns a stand-in for VGG19's file, which no test may download: its shape on VGG16's filters, so that its features and paintings are VGG16's up to rounding."""

from __future__ import annotations

from pathlib import Path

import torch
from restyle_engine.network.topology import VGG19
from restyle_server.weights.catalogue import SHIPPED
from safetensors.torch import load_file, save_file


def write_vgg19(path: Path) -> Path:
    """vgg16's convolutions in float32; those that it lacks pass on what comes in, and a ReLU leaves what came out of a ReLU as it is."""
    tensors = {name: tensor.float() for name, tensor in load_file(SHIPPED).items()}
    for convolution in VGG19.convolutions:
        (weight, shape), (bias, _) = convolution.shapes.items()
        if weight not in tensors:
            tensors[weight] = torch.zeros(shape)
            tensors[weight][:, :, 1, 1] = torch.eye(convolution.outputs)
            tensors[bias] = torch.zeros(convolution.outputs)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path)
    return path
