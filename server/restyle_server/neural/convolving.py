"""Owns a convolution with its ReLU: on a processor the fastest way there is, which keeps nothing but the result for the way back."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.grad import conv2d_input

from . import winograd

LEAST_CHANNELS = 256  # going in: with fewer, the transforms take what the multiplications save
LEAST_POSITIONS = 64  # coming out: with fewer, the transformed filters take longer to read than the plain ones


def quick(weight: Tensor) -> Tensor | None:
    """Filters (out, in, 3, 3) in a form that is multiplied less with; None where the direct way is as fast, or rounding errors would grow too much."""
    if weight.dtype != torch.float32 or weight.device.type != "cpu" or weight.shape[1] < LEAST_CHANNELS:
        return None
    return winograd.transformed(weight)


def convolved(padded: Tensor, weight: Tensor, bias: Tensor, quick: Tensor | None) -> Tensor:
    """ReLU of the convolution (1, out, h, w) of activations with their border (1, in, h + 2, w + 2), with gradient by those."""
    if padded.device.type != "cpu":
        return F.relu_(F.conv2d(padded, weight, bias))
    small = (padded.shape[-2] - 2) * (padded.shape[-1] - 2) < LEAST_POSITIONS
    result: Tensor = _Convolution.apply(padded, weight, bias, None if small else quick)
    return result


class _Convolution(torch.autograd.Function):
    """Autograd's own would keep the padded copy as well, for the gradient by filters that never change."""

    @staticmethod
    def forward(ctx: Any, padded: Tensor, weight: Tensor, bias: Tensor, quick: Tensor | None) -> Tensor:
        if quick is None:
            result = F.relu_(F.conv2d(padded, weight, bias))
        else:
            result = _channels_first(winograd.convolved(_channels_last(padded), quick).add_(bias).relu_())
        ctx.save_for_backward(result)
        ctx.weight, ctx.quick, ctx.shape = weight, quick, padded.shape
        return result

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        (result,) = ctx.saved_tensors
        gradient = torch.ops.aten.threshold_backward(grads[0], result, 0)
        if ctx.quick is not None:
            return _channels_first(winograd.returned(_channels_last(gradient), ctx.quick)), None, None, None
        return conv2d_input(ctx.shape, ctx.weight, gradient), None, None, None  # type: ignore[no-untyped-call]


def _channels_last(values: Tensor) -> Tensor:
    """(h, w, C) of (1, C, h, w); no copy where they lie that way."""
    return values[0].permute(1, 2, 0).contiguous()


def _channels_first(values: Tensor) -> Tensor:
    """(1, C, h, w) of (h, w, C), which lie channels last."""
    return values.contiguous().permute(2, 0, 1)[None]
