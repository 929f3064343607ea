"""Owns the optimiser of the detail scales: Adam in place, with moments in half precision, fed with a gradient that is never kept whole.

It holds 24 bytes per pixel, the picture included; a full gradient beside it and moments in single precision would take 48. L-BFGS would spend half of so few
evaluations on the scale of its steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from .adam import BETAS, EPSILON, LOWEST_RATE
from .tiles import Take

RATE = 0.02  # of the range, per step, at the start: larger steps cover the strokes with grain
USUAL = 1.0  # of the gradient's root mean square, added to a pixel's own: plain Adam steps by signs, and makes a weave of what was even ground
STRIP = 256  # rows updated at a time
HALF = torch.bfloat16  # the range of single precision: squares of gradients are tiny

Pull = Callable[[Tensor, Take], float]
"""The loss at a picture, whose gradient goes out row by row."""


def minimise(pull: Pull, point: Tensor, evaluations: int) -> None:
    """Improves a picture (1, 3, h, w) in place. Where loss or gradient are not finite, the moments are begun anew and the rate falls to a tenth; the picture
    is finite at all times."""
    mean, square = (torch.zeros_like(point, dtype=HALF) for _ in range(2))
    rate, since = RATE, 0
    for i in range(evaluations):
        finite = True

        def take(top: int, rows: Tensor) -> None:
            nonlocal finite
            finite = finite and bool(torch.isfinite(rows).all())
            for moment, beta, value in ((mean, BETAS[0], rows), (square, BETAS[1], rows.square())):
                part = moment[..., top : top + rows.shape[-2], :]
                part.copy_(part.to(rows.dtype).mul_(beta).add_(value, alpha=1 - beta))

        loss = pull(point, take)
        since += 1
        if not (finite and math.isfinite(loss)):
            rate, since = rate * 0.1, 0
            mean.zero_()
            square.zero_()
            continue
        cosine = LOWEST_RATE + (1 - LOWEST_RATE) * (1 + math.cos(math.pi * i / evaluations)) / 2
        usual = math.sqrt(float(square.mean(dtype=torch.float32)) / (1 - BETAS[1] ** since))
        for top in range(0, point.shape[-2], STRIP):
            part = slice(top, top + STRIP)
            unbiased = mean[..., part, :].to(point.dtype) / (1 - BETAS[0] ** since)
            spread = (square[..., part, :].to(point.dtype) / (1 - BETAS[1] ** since)).sqrt_()
            point[..., part, :] -= rate * cosine * unbiased / (spread + USUAL * usual + EPSILON)
