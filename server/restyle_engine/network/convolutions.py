"""Owns a convolution with its ReLU: on a processor the fastest way there is, which keeps nothing but the result for the way back."""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..parameters import Seamless
from ..repeating import framed
from . import winograd

LEAST_CHANNELS = 64  # going in: with fewer, the transforms take what the multiplications save
FRAME = {False: ((1, 0), (-2, -1)), True: ((-2, 0), (1, -1))}  # positions that a frame's two sides come from, by whether the axis repeats
FEW_CHANNELS = 4  # going in, up to which the way back is one product
ROWS = 16  # of such a way back, that are worked on at a time
LEAST_POSITIONS = 64  # coming out: with fewer, the transformed filters take longer to read than the plain ones


def quick(weight: Tensor) -> Tensor | None:
    """Filters (out, in, 3, 3) in a form that is multiplied less with; None where the direct way is as fast, or rounding errors would grow too much."""
    if weight.dtype != torch.float32 or weight.device.type != "cpu" or weight.shape[1] < LEAST_CHANNELS:
        return None
    return winograd.transformed(weight)


def convolved(activations: Tensor, weight: Tensor, bias: Tensor, quick: Tensor | None, seamless: Seamless = Seamless.NONE) -> Tensor:
    """ReLU of the convolution (1, out, h, w) of activations (1, in, h, w), whose border is repeated outside, or where they are seamless the other side goes on
    there, with gradient by those."""
    if activations.device.type != "cpu":
        return F.relu_(F.conv2d(framed(activations, seamless), weight, bias))
    small = activations.shape[-2] * activations.shape[-1] < LEAST_POSITIONS
    result: Tensor = _Convolution.apply(activations, weight, bias, None if small else quick, seamless)
    return result


class _Convolution(torch.autograd.Function):
    """Autograd's own would keep the framed copy as well, for the gradient by filters that never change, and lay the gradient by it channels first."""

    @staticmethod
    def forward(ctx: Any, activations: Tensor, weight: Tensor, bias: Tensor, quick: Tensor | None, seamless: Seamless) -> Tensor:
        if quick is None:
            result = F.relu_(F.conv2d(framed(activations, seamless), weight, bias))
        else:
            result = _channels_first(winograd.convolved(_channels_last(activations), quick, bias, seamless))
        ctx.save_for_backward(result)
        ctx.weight, ctx.quick, ctx.seamless = weight, quick, seamless
        return result

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None, None]:
        (result,) = ctx.saved_tensors
        if ctx.quick is None and ctx.weight.shape[1] <= FEW_CHANNELS and result.dtype != torch.bfloat16:
            gradient = _to_picture(grads[0], result, ctx.weight, ctx.seamless)
        elif ctx.quick is None:
            gradient = _direct(torch.ops.aten.threshold_backward(grads[0], result, 0), ctx.weight, ctx.seamless)
        else:
            gradient = _channels_first(winograd.returned(_channels_last(grads[0]), _channels_last(result), ctx.quick, ctx.seamless))
        return gradient, None, None, None, None


def _direct(gradient: Tensor, weight: Tensor, seamless: Seamless) -> Tensor:
    """The gradient by activations, of that by a convolution's result, laid as its filters are."""
    count, _, height, width = gradient.shape
    like = torch.empty(count, weight.shape[1], height + 2, width + 2, dtype=gradient.dtype, memory_format=layout(weight))  # never read
    back = torch.ops.aten.convolution_backward(gradient, like, weight, None, (1, 1), (0, 0), (1, 1), False, (0, 0), 1, (True, False, False))[0]
    return _unframed(back, seamless)


def _to_picture(gradient: Tensor, result: Tensor, weight: Tensor, seamless: Seamless) -> Tensor:
    """The same for few channels, that by the result without its ReLU, channels first: a direct way back is made for many, and would need a masked copy."""
    outputs, inputs, *window = weight.shape
    height, width = result.shape[2:]
    filters = weight.permute(2, 3, 1, 0).reshape(-1, outputs)
    total = gradient.new_zeros(1, inputs, height + 2, width + 2)
    for first in range(0, height, ROWS):
        rows = slice(first, min(first + ROWS, height))
        slope = torch.ops.aten.threshold_backward(gradient[:, :, rows], result[:, :, rows], 0)
        parts = torch.mm(filters, slope.flatten(2)[0]).view(*window, inputs, -1, width)
        for down, across in product(range(window[0]), range(window[1])):
            total[0, :, first + down : rows.stop + down, across : across + width] += parts[down, across]
    return _unframed(total, seamless)


def _unframed(gradient: Tensor, seamless: Seamless) -> Tensor:
    """The gradient by values, of that by the same framed, which is written over."""
    for inner, outer in FRAME[seamless.down]:
        gradient[..., inner, :] += gradient[..., outer, :]
    for inner, outer in FRAME[seamless.across]:
        gradient[..., inner] += gradient[..., outer]
    return gradient[..., 1:-1, 1:-1]


def layout(values: Tensor) -> torch.memory_format:
    """How values (n, c, h, w) lie: channels last or first."""
    return torch.channels_last if values.is_contiguous(memory_format=torch.channels_last) else torch.contiguous_format


def _channels_last(values: Tensor) -> Tensor:
    """(h, w, C) of (1, C, h, w); no copy where they lie that way."""
    return values.squeeze(0).permute(1, 2, 0).contiguous()  # of two pictures, [0] would forget one


def _channels_first(values: Tensor) -> Tensor:
    """(1, C, h, w) of (h, w, C), which lie channels last. With a picture's own stride: by another, poolings take it for channels first, and copy."""
    return values[None].permute(0, 3, 1, 2)
