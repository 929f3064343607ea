"""Owns the statistics that make a style: weighted second moments and means of a layer's activations with their gradient, gathered
tile by tile; products in fp32, sums in fp64."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..device import has_fp64
from ..large.tiles import Tile
from ..network.vgg import Vgg, depth

CHUNK = 8192  # positions summed in fp32 at a time: in one running sum of fp32, 1024² of them put the gradient off by 1.2e-5; so it is 2e-7
SMALLEST_ERODED = 0.1  # share of a guide that must survive its erosion, else the guide is used as it is


Guides = Sequence[Tensor | None]
"""By number of poolings: how much each position counts, (1, 1, h, w) with sum 1; None: all alike."""
Beat = Callable[[float], None]
"""Told after each tile how much of the work is done, 0–1; may raise to end it."""


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


Measured = Mapping[str, Moments]


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
    return torch.float64 if has_fp64(device.type) else torch.float32


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
        ctx.set_materialize_grads(False)  # a loss of second moments alone is spared the means'
        return second.to(exact), mean.to(exact)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor, None]:
        features, guide = ctx.saved_tensors
        rows = by_position(features)
        of_second, of_mean = (grad / rows.shape[0] if guide is None and grad is not None else grad for grad in grads)
        slope = rows.new_zeros(rows.shape[1], rows.shape[1]) if of_second is None else (of_second + of_second.t()).to(rows.dtype)
        result = rows @ slope if of_mean is None else torch.addmm(of_mean.to(rows.dtype), rows, slope)
        if guide is not None:
            result *= guide[:, None].to(rows.dtype)
        _, count, height, width = features.shape
        return result.t().view(1, count, height, width), None


def by_position(features: Tensor) -> Tensor:
    """(h·w, C) view of activations (1, C, h, w), channels last or not."""
    return features.flatten(2).squeeze(0).t()  # by [0], the gradient would be copied channels first


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody else who looks at the tiles on the same occasion: at these layers' activations beside the style's, without gradient."""

    layers: Collection[str]
    see: Callable[[Mapping[str, Tensor], Tile], None]


def measured(features: Mapping[str, Tensor], guides: Guides, tile: Tile, size: tuple[int, int]) -> Measured:
    """A tile's share in the moments of its picture's layers; the shares of all tiles add up to the whole picture's moments.

    features: the activations of what the tile sees. size: (height, width) of the whole picture."""
    return {layer: _share(values, guides[depth(layer)], tile, depth(layer), size) for layer, values in features.items()}


def _share(values: Tensor, guide: Tensor | None, tile: Tile, level: int, size: tuple[int, int]) -> Moments:
    own = tile.inner(values, level)
    if guide is not None:
        return moments(own, tile.own(guide, level).flatten())
    height, width = (-(-side >> level) for side in size)
    share = own.shape[-2] * own.shape[-1] / (height * width)
    found = moments(own)
    return found if share == 1 else Moments(found.second * share, found.mean * share)


@torch.no_grad()
def tiled_moments(
    vgg: Vgg,
    image: Tensor,
    layers: Collection[str],
    guides: Sequence[Guides],
    tiles: Sequence[Tile],
    beat: Beat | None = None,
    look: Look | None = None,
) -> tuple[Measured, ...]:
    """The moments of a picture (1, 3, h, w) per set of guides and per layer, without gradient."""
    size = image.shape[-2], image.shape[-1]
    total: list[dict[str, Moments]] = [{} for _ in guides]
    for index, tile in enumerate(tiles):
        part = tile.seen(image)
        features = vgg.features(part, layers if look is None else {*layers, *look.layers}, tile.seamless)
        style = {layer: features[layer] for layer in layers}
        for sums, one in zip(total, guides, strict=True):
            for name, found in measured(style, one, tile, size).items():
                before = sums.get(name)
                sums[name] = found.to(wide(image.device)) if before is None else Moments(before.second + found.second, before.mean + found.mean)
        if look:
            look.see(features, tile)
        if beat:
            beat((index + 1) / len(tiles))
    exact = torch.float64 if image.dtype == torch.float64 else torch.float32
    return tuple({name: found.to(exact) for name, found in sums.items()} for sums in total)


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
