"""Owns what the network behind a look does with a picture: its tones in other colours as a ground, and strokes added at eighths, quarters and halves of its
size and at its own.

The ground is a picture without details: were they handed on, no network would learn in some hundred steps to take them away, and the photograph would lie under
the paint."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .layout import GRID, LAYOUT, Layout

SMALL = 0.1  # of the usual spread, that what residual blocks add begins with
QUIET = 0.02  # same, of what is added to the picture: at 0.1 it is noise that takes a hundred steps to fall silent
LEAST_SPREAD = 1e-3  # variance added to that of colours: one colour alone says nothing of others
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
    fine = _even(F.pixel_shuffle(run("exit", half).relu_(), 2))
    strokes = run("fine", torch.cat((fine, (pictures - MIDDLE).to(fine)), 1)).float()
    ground = F.conv2d(F.avg_pool2d(pictures, GRID), tensors["palette.weight"].float(), tensors["palette.bias"].float())
    return F.interpolate(ground, scale_factor=GRID, mode="bilinear") + strokes


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


def _even(values: Tensor) -> Tensor:
    """Means over 2 × 2 px: what alternates from pixel to pixel, as the four places of a position like to, is gone (Aitken et al. 2017 have another way)."""
    return F.avg_pool2d(F.pad(values, (1, 0, 1, 0), mode="replicate"), 2, stride=1)


def begun(generator: torch.Generator, layout: Layout = LAYOUT) -> dict[str, Tensor]:
    """Tensors to begin learning with, float32 on the CPU (He et al. 2015); what is added to a picture is quiet."""
    found = {}
    for name, shape in layout.shapes.items():
        if name == "palette.weight":
            found[name] = torch.eye(3).view(3, 3, 1, 1)
        elif name.endswith(".bias"):
            found[name] = torch.zeros(shape)
        else:
            gain = QUIET if name == "fine.weight" else SMALL if name.endswith("b.weight") else 1.0
            found[name] = torch.randn(shape, generator=generator) * (gain * math.sqrt(2 / math.prod(shape[1:])))
    return found


def colors(contents: Sequence[Tensor], paintings: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """How the paintings' tones follow from those of what was painted, by least squares: a matrix (3, 3) and what black becomes (3,)."""
    here, there = (torch.cat([F.avg_pool2d(one, GRID)[0].flatten(1) for one in pictures], 1).double() for pictures in (contents, paintings))
    middle, aim = here.mean(1, keepdim=True), there.mean(1, keepdim=True)
    spread = (here - middle) @ (here - middle).t() / here.shape[1] + LEAST_SPREAD * torch.eye(3, dtype=here.dtype, device=here.device)
    move = torch.linalg.solve(spread, (here - middle) @ (there - aim).t() / here.shape[1]).t()
    return move.float(), (aim - move @ middle).flatten().float()
