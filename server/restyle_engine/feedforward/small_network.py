"""Owns what the network behind a look does with a picture: its colours moved as a whole, and strokes added at halves, quarters and eighths of its size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .layout import LAYOUT, Layout

SMALL = 0.1  # of the usual spread, that what residual blocks add begins with
QUIET = 0.02  # same, of what is added to the picture: at 0.1 it is noise that takes a hundred steps to fall silent
MIDDLE = 0.5  # grey, which the network sees as 0


def painted(tensors: Mapping[str, Tensor], pictures: Tensor, noise: Sequence[Tensor], strength: Tensor, layout: Layout = LAYOUT) -> Tensor:
    """Pictures (n, 3, h, w) float32 as they look at full opacity, of any range. tensors: of the type that activations have. noise: by level, (n or 1, NOISES,
    h / level, w / level). strength: (n,), in 0–1. h, w: multiples of GRID."""
    run = _Run(tensors, [_beside(one, strength) for one in noise])
    half = run("entrance", F.pixel_unshuffle(pictures - MIDDLE, 2), 0).relu_()
    quarter = run("to_quarter", half).relu_()
    for number in range(layout.before):
        quarter = run.block(f"before{number}", quarter, None if number else 1)
    eighth = run("to_eighth", quarter).relu_()
    for number in range(layout.middle):
        eighth = run.block(f"middle{number}", eighth, 2)
    quarter = _doubled(run("from_eighth", eighth)).add_(quarter).relu_()
    quarter = run("quarter", quarter).relu_()
    for number in range(layout.after):
        quarter = run.block(f"after{number}", quarter, None)
    half = _doubled(run("from_quarter", quarter)).add_(half).relu_()
    half = run("half1", run("half0", half).relu_()).relu_()
    strokes = F.pixel_shuffle(run("exit", half).float(), 2)
    return F.conv2d(pictures, tensors["palette.weight"].float(), tensors["palette.bias"].float()) + strokes


class _Run:
    """Convolutions by name, with what lies beside a picture at each level."""

    def __init__(self, tensors: Mapping[str, Tensor], beside: Sequence[Tensor]) -> None:
        self._tensors, self._beside = tensors, beside

    def __call__(self, name: str, values: Tensor, beside: int | None = None) -> Tensor:
        weight, bias = self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]
        seen = values if beside is None else torch.cat((values, self._beside[beside].expand(len(values), -1, -1, -1)), 1)
        seen = seen.to(weight.dtype)
        if weight.shape[-1] == 3:
            seen = F.pad(seen, (1, 1, 1, 1), mode="replicate")
        return F.conv2d(seen, weight, bias, stride=2 if name.startswith("to_") else 1)

    def block(self, name: str, values: Tensor, beside: int | None) -> Tensor:
        """A residual block (He et al. 2016) without normalisation."""
        return values + self(f"{name}b", self(f"{name}a", values, beside).relu_())


def _beside(noise: Tensor, strength: Tensor) -> Tensor:
    count = max(len(noise), len(strength))
    height, width = noise.shape[-2:]
    return torch.cat((noise.expand(count, -1, -1, -1), strength.view(-1, 1, 1, 1).expand(count, 1, height, width).to(noise)), 1)


def _doubled(values: Tensor) -> Tensor:
    return F.interpolate(values, scale_factor=2, mode="nearest")


def begun(generator: torch.Generator, layout: Layout = LAYOUT) -> dict[str, Tensor]:
    """Tensors to begin learning with, float32 on the CPU (He et al. 2015); what is added to a picture is quiet."""
    found = {}
    for name, shape in layout.shapes.items():
        if name == "palette.weight":
            found[name] = torch.eye(3).view(3, 3, 1, 1)
        elif name.endswith(".bias"):
            found[name] = torch.zeros(shape)
        else:
            gain = QUIET if name == "exit.weight" else SMALL if name.endswith("b.weight") else 1.0
            found[name] = torch.randn(shape, generator=generator) * (gain * math.sqrt(2 / math.prod(shape[1:])))
    return found
