"""Owns the statistics that make a style: weighted second moments and means of a layer's activations with their gradient; products in fp32, sums in fp64."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK = 8192  # positions summed in fp32 at a time: in one running sum of fp32, 1024² of them put the gradient off by 1.2e-5; so it is 2e-7
SMALLEST_ERODED = 0.1  # share of a guide that must survive its erosion, else the guide is used as it is


@dataclass(frozen=True, slots=True)
class Moments:
    """second: (C, C), Σ w·F·Fᵀ; mean: (C,), Σ w·F; the weights w of all positions sum to 1."""

    second: Tensor
    mean: Tensor

    @property
    def covariance(self) -> Tensor:
        """(C, C)"""
        return self.second - torch.outer(self.mean, self.mean)

    def to(self, dtype: torch.dtype) -> Moments:
        """The same in another precision."""
        return Moments(self.second.to(dtype), self.mean.to(dtype))


def blended(moments: Iterable[Moments], weights: Sequence[float]) -> Moments:
    """Weighted average of moments: several styles become one (not the average of their losses)."""
    pairs = list(zip(moments, weights, strict=True))
    total = sum(weights)
    second, mean = (torch.zeros_like(t) for t in (pairs[0][0].second, pairs[0][0].mean))
    for one, weight in pairs:
        second += one.second * (weight / total)
        mean += one.mean * (weight / total)
    return Moments(second, mean)


def moments(features: Tensor, guide: Tensor | None = None) -> Moments:
    """Moments of activations (1, C, h, w). guide: (h·w,), ≥ 0, sum 1: the say of each position; None: all equal. fp64 stays fp64, else the result is fp32."""
    second, mean = _Moments.apply(features, guide)
    return Moments(second, mean)


def wide(device: torch.device) -> torch.dtype:
    """What sums over a picture are kept in: fp64, where the device has it."""
    return torch.float32 if device.type == "mps" else torch.float64


class _Moments(torch.autograd.Function):
    """One pass over the activations either way; autograd's own would keep a fp32 copy of them."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, guide: Tensor | None) -> tuple[Tensor, Tensor]:
        rows = by_position(features)
        exact = torch.float64 if rows.dtype == torch.float64 else torch.float32
        count = rows.shape[1]
        second = torch.zeros(count, count, dtype=wide(rows.device), device=rows.device)
        mean = torch.zeros(count, dtype=second.dtype, device=rows.device)
        for i in range(0, rows.shape[0], CHUNK):
            part = rows[i : i + CHUNK].to(exact)
            said = part if guide is None else part * guide[i : i + CHUNK, None].to(exact)
            second += part.t() @ said
            mean += said.sum(0)
        if guide is None:
            second, mean = second / rows.shape[0], mean / rows.shape[0]
        ctx.save_for_backward(features, guide)
        return second.to(exact), mean.to(exact)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        features, guide = ctx.saved_tensors
        rows = by_position(features)
        of_second, of_mean = (grad / rows.shape[0] if guide is None else grad for grad in grads)
        slope = (of_second + of_second.t()).to(rows.dtype)
        result = torch.addmm(of_mean.to(rows.dtype), rows, slope)
        if guide is not None:
            result *= guide[:, None].to(rows.dtype)
        _, count, height, width = features.shape
        return result.t().view(1, count, height, width), None


def by_position(features: Tensor) -> Tensor:
    """(h·w, C) view of activations (1, C, h, w), channels last or not."""
    return features.flatten(2).squeeze(0).t()  # by [0], the gradient would be copied channels first


def guides(weight: Tensor | None, region: Tensor | None, deepest: int) -> list[Tensor | None]:
    """How much each position counts, per number of poolings 0 … deepest: (1, 1, h, w) with sum 1, or None where all count alike.

    weight, region: (1, 1, h, w) in 0–1 at the image's size. A region is eroded by one position of each layer, so that what its neighbours look like stays
    out of its statistics ("guided Gram matrices", Gatys et al. 2017, section 4)."""
    if weight is None and region is None:
        return [None] * (deepest + 1)
    result: list[Tensor | None] = []
    for level in range(deepest + 1):
        if level:
            weight = weight if weight is None else F.avg_pool2d(weight, 2, ceil_mode=True)
            region = region if region is None else F.avg_pool2d(region, 2, ceil_mode=True)
        both = _product(weight, region)
        inner = both if region is None else _product(weight, _eroded(region))
        chosen = inner if float(inner.sum()) >= SMALLEST_ERODED * float(both.sum()) else both
        result.append(chosen / chosen.sum().clamp(min=torch.finfo(chosen.dtype).tiny))
    return result


def levels(values: Tensor, deepest: int) -> list[Tensor]:
    """A map (1, 1, h, w) by number of poolings, 0 … deepest."""
    found = [values]
    for _ in range(deepest):
        found.append(F.avg_pool2d(found[-1], 2, ceil_mode=True))
    return found


def product(*maps: Tensor | None) -> Tensor | None:
    """The product of those maps that are given; None: none is."""
    given = [one for one in maps if one is not None]
    return torch.stack(given).prod(0) if given else None


def _product(weight: Tensor | None, region: Tensor | None) -> Tensor:
    if weight is None or region is None:
        given = weight if region is None else region
        if given is None:
            raise ValueError("neither a weight nor a region")
        return given
    return weight * region


def _eroded(region: Tensor) -> Tensor:
    """Minimum over the neighbouring positions; what lies beyond the border does not count."""
    return -F.max_pool2d(-region, 3, stride=1, padding=1)
