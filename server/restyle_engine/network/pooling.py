"""Owns pooling: 2×2, with the mean of what it sees or with its largest, and a way back that writes each position once."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..parameters import Pooling
from .winograd import whole_and_cut

SIDE = 2  # positions along one axis that become one


def pooled(x: Tensor, pooling: Pooling, gain: float = 1.0) -> Tensor:
    """2×2 pooling of (1, C, h, w), times a gain; an odd last row or column is pooled by itself, so that every pixel reaches the deep layers."""
    if pooling is Pooling.MAX:
        return F.max_pool2d(x, SIDE, ceil_mode=True)
    means: Tensor = _Means.apply(x) if x.device.type == "cpu" else F.avg_pool2d(x, SIDE, ceil_mode=True)
    return means if gain == 1.0 else means * gain


class _Means(torch.autograd.Function):
    """PyTorch's own way back fills its result with zeros, and then adds to them position by position."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.like = torch.empty_like(x, device="meta")  # shape and layout
        return F.avg_pool2d(x, SIDE, ceil_mode=True)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (gradient,) = grads
        found = torch.empty_like(ctx.like, device=gradient.device)
        for down, rows, tall in whole_and_cut(found.shape[2], SIDE):
            for across, columns, wide in whole_and_cut(found.shape[3], SIDE):
                part = found[:, :, down, across].view(*found.shape[:2], -1, tall, columns.stop - columns.start, wide)
                torch.mul(gradient[:, :, rows, columns][:, :, :, None, :, None].expand(part.shape), 1 / (tall * wide), out=part)
        return found
