"""Owns the network in training: VGG19's sixteen convolutions, each with batch norm (Ioffe & Szegedy 2015), and one linear layer in place of the last three."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..neural import vgg
from ..neural.calibration import levels, rescaled
from ..neural.parameters import Pooling
from ..neural.vgg import Filters

DEEPEST = "5_1"  # the last convolution that the compact weights hold; the three beyond it help to train it
EPSILON = 1e-5  # added to the variance of a norm
ZEROS, MIRRORED = "constant", "reflect"  # what lies beyond a picture's border


class Classifier(nn.Module):
    """Names what stands in each cell of a canvas. border: ZEROS or MIRRORED, for every convolution."""

    def __init__(self, classes: int, pooling: Pooling = Pooling.MAX) -> None:
        super().__init__()
        self.pooling = pooling
        self.border = ZEROS
        self.convolutions, self.norms = nn.ModuleDict(), nn.ModuleDict()
        inputs = 3
        for name in vgg.convolutions():
            outputs = vgg.channels(f"relu{name}")
            convolution = nn.Conv2d(inputs, outputs, 3, bias=False)
            nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")  # He et al. 2015
            self.convolutions[name], self.norms[name] = convolution, nn.BatchNorm2d(outputs, EPSILON)
            inputs = outputs
        self.head = nn.Linear(inputs, classes)

    def forward(self, canvas: Tensor, cells: int = 1) -> Tensor:
        """Logits, float32 (n·cells², classes), cells row by row, for canvases (n, 3, h, w) in 0–1."""
        x = vgg.standardised(canvas).contiguous(memory_format=torch.channels_last)
        for name, convolution in self.convolutions.items():
            if name[2] == "1" and name[0] != "1":
                x = vgg.pooled(x, self.pooling)
            x = F.relu(self.norms[name](convolution(F.pad(x, (1, 1, 1, 1), mode=self.border))))
        seen = F.adaptive_avg_pool2d(x.float(), cells)
        logits: Tensor = self.head(seen.flatten(2).transpose(1, 2).flatten(0, 1))
        return logits.float()

    @torch.no_grad()
    def folded(self) -> dict[str, Filters]:
        """The convolutions to DEEPEST with their batch norm in weight and bias, fp32: what the network does in evaluation mode."""
        result = {}
        for name, convolution in self.convolutions.items():
            norm = self.norms[name]
            weight, bias, mean, variance = *norm.parameters(), norm.get_buffer("running_mean"), norm.get_buffer("running_var")
            gain = weight / torch.sqrt(variance + EPSILON)
            result[name] = Filters(convolution.get_parameter("weight") * gain.view(-1, 1, 1, 1), bias - mean * gain)
            if name == DEEPEST:
                break
        return result


def shipped(filters: dict[str, Filters], pooling: Pooling, canvas: Tensor) -> dict[str, Tensor]:
    """Tensors of a weights file, float16, at mean activation 1 over canvases (n, 3, h, w) in 0–1: far from float16's ends, whatever the training did."""
    at_level = rescaled(filters, pooling, levels(filters, pooling, canvas)).filters
    named = {}
    for name, one in at_level.items():
        named[f"conv{name}.weight"], named[f"conv{name}.bias"] = one.weight, one.bias
    return {name: tensor.half().cpu().contiguous() for name, tensor in named.items()}
