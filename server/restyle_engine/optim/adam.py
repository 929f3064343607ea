"""Owns Adam (Kingma & Ba 2015) for a picture, with the average of the iterates over the last quarter."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from .lbfgs import Evaluate, Value

RATE = 0.03  # of the range, per step, at the start; falls along a cosine
LOWEST_RATE = 0.1  # of RATE, at the end
BETAS = (0.9, 0.99)
EPSILON = 1e-12  # gradients of mean losses are tiny: 1e-8 would rule them
AVERAGED = 0.25  # share of the steps, the last ones, whose iterates are averaged: takes Adam's grain without ghosts of early states


def minimise(
    evaluate: Evaluate, start: Tensor, evaluations: int, first: Value | None = None, accepted: Callable[[Tensor, Value], None] | None = None
) -> Tensor:
    """The average of the last quarter of the iterates after that many evaluations. A step whose gradient is not finite is taken back at a tenth of the rate,
    with the moments begun anew; so the result is always finite where the start is. Arguments as in lbfgs.minimise."""
    point, good = start, start
    mean, square = torch.zeros_like(start), torch.zeros_like(start)
    total, averaged, rate, since = torch.zeros_like(start), 0, RATE, 0
    for i in range(evaluations):
        value = first if i == 0 and first is not None else evaluate(point)
        if not value.finite:
            point, rate, since = good, rate * 0.1, 0
            mean.zero_()
            square.zero_()
            continue
        good, since = point, since + 1
        if accepted:
            accepted(point, value)
        if i >= evaluations * (1 - AVERAGED):
            total, averaged = total + point, averaged + 1
        mean = BETAS[0] * mean + (1 - BETAS[0]) * value.gradient
        square = BETAS[1] * square + (1 - BETAS[1]) * value.gradient.square()
        unbiased = mean / (1 - BETAS[0] ** since)
        spread = (square / (1 - BETAS[1] ** since)).sqrt()
        cosine = LOWEST_RATE + (1 - LOWEST_RATE) * (1 + math.cos(math.pi * i / evaluations)) / 2
        point = point - rate * cosine * unbiased / (spread + EPSILON)
    return total / averaged if averaged else good
