"""Owns what holds a painting to what it is painted over: the content's activations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ..large.tiles import Tile
from ..network.convolutions import layout
from ..network.vgg import Vgg, channels, depth
from ..task import Task
from .moments import levels, wide
from .strength import Strength

KEPT_BYTES = 40  # per pixel: activations of the content that take more are computed anew with each evaluation, where there are tiles
LINES = "relu3_1"  # where the content is compared as well, in what is to stay legible: relu4_2 doesn't see where in an eye its lines are
LINES_WEIGHT = 8.0  # of it, beside the content's own layers: at 5 the mouth of a small face may be lost at a strength of 75, at 0 an eye may lie beside itself
SMALLEST_VARIANCE = 1.0  # of activations of mean 1; photos have 6 to 11: what is all but flat holds nobody


def held_layers(task: Task) -> dict[str, float]:
    """The layers at which a task is held to its content, with their weights; none where there is only a texture."""
    return {} if task.textured else {layer: share for layer, share in task.parameters.content_layers if share > 0}


Seen = tuple[Mapping[str, Tensor], Mapping[str, float]]
"""By layer: activations of a whole content, and their variance over it, the mean of all channels."""


class FeatureMatch:
    """Mean squared difference to the content's activations, in parts of their own variance: 1 is a picture that knows only their mean."""

    def __init__(
        self,
        vgg: Vgg,
        base: Tensor,
        layers: Mapping[str, float],
        more: Tensor | None,
        tiles: Sequence[Tile],
        *,
        relative: bool = True,
        beside: FeatureMatch | None = None,
        seen: Seen | None = None,
    ) -> None:
        """base: the content, (1, 3, h, w). layers: by name, with their weights; none: nothing is held. more: (1, 1, h, w), by pixel. tiles: what none of them
        owns does not count. relative: whether the variance counts; Gatys' own term is the plain difference. beside: another, that is added.
        seen: the content's activations, of its layers among others; None: they are looked at."""
        self._own = tuple(layers)
        self._beside = beside
        self._base = base
        deepest = max((depth(layer) for layer in layers), default=0)
        self._more: list[Tensor | None] = [None] * (deepest + 1) if more is None else [*levels(more, deepest)]
        self._vgg = vgg
        self._counted = [sum(math.prod(_own(tile, level)) for tile in tiles) for level in range(deepest + 1)]  # positions, by number of poolings
        self._idle = {(layer, tile) for layer in layers for tile in tiles if more is not None and not self._weighs(layer, tile)}
        self._kept, variances = seen or (_seen(vgg, base, [self._own], tiles) if layers else ({}, {}))
        self._weights = {name: weight / max(variances[name], SMALLEST_VARIANCE) if relative else weight for name, weight in layers.items()}

    @property
    def layers(self) -> Sequence[str]:
        """Whose activations it asks for."""
        return self._own if self._beside is None else (*self._own, *self._beside.layers)

    def loss(self, features: Mapping[str, Tensor], tile: Tile) -> Tensor:
        """A tile's share in the term, a scalar. features: the activations of what the tile sees."""
        total = self._base.new_zeros(()) if self._beside is None else self._beside.loss(features, tile)
        for layer, weight in self._weights.items():
            if (layer, tile) in self._idle:
                continue
            level = depth(layer)
            total = total + weight * self._share(tile.inner(features[layer], level), self._target(layer, tile), tile, level)
        return total

    def _weighs(self, layer: str, tile: Tile) -> bool:
        """Whether anything of the layer counts in a tile: where not, the content's activations would be computed for nothing."""
        more = self._more[depth(layer)]
        return more is None or bool(tile.own(more, depth(layer)).any())

    @torch.no_grad()
    def _target(self, layer: str, tile: Tile) -> Tensor:
        kept = self._kept.get(layer)
        if kept is not None:
            return tile.own(kept, depth(layer))
        return tile.inner(self._vgg.features(tile.seen(self._base), [layer], tile.seamless)[layer], depth(layer))

    def _share(self, now: Tensor, target: Tensor, tile: Tile, level: int) -> Tensor:
        more = self._more[level]
        share = now.shape[-2] * now.shape[-1] / self._counted[level]
        found = squared_difference(now, target, None if more is None else tile.own(more, level))
        return found if share == 1 else found * share


def _own(tile: Tile, level: int) -> tuple[int, int]:
    rows, columns = tile.rows.own(level), tile.columns.own(level)
    return rows.stop - rows.start, columns.stop - columns.start


def held(vgg: Vgg, base: Tensor, layers: Mapping[str, float], strength: Strength, tiles: Sequence[Tile]) -> FeatureMatch:
    """What holds a painting of a strength to a content (1, 3, h, w). layers: as FeatureMatch has them."""
    if not layers:
        return FeatureMatch(vgg, base, layers, None, tiles)
    if strength.kept is None:
        return FeatureMatch(vgg, base, layers, strength.hold(), tiles)
    seen = _seen(vgg, base, [tuple(layers), (LINES,)], tiles)
    lines = FeatureMatch(vgg, base, {LINES: LINES_WEIGHT}, strength.kept, tiles, seen=seen)
    return FeatureMatch(vgg, base, layers, strength.hold(), tiles, beside=lines, seen=seen)


@torch.no_grad()
def _seen(vgg: Vgg, base: Tensor, terms: Sequence[Sequence[str]], tiles: Sequence[Tile]) -> Seen:
    """The content's activations at the layers of some terms, in one pass, but for those of a term that would take too much; and their variances."""
    size = next(iter(vgg.filters.values())).weight.element_size()
    keep = {layer for term in terms if len(tiles) == 1 or sum(channels(one) * size / 4 ** depth(one) for one in term) <= KEPT_BYTES for layer in term}
    layers = set().union(*terms)
    kept: dict[str, Tensor] = {}
    sums: dict[str, Tensor] = {}  # (2, C): of the activations and of their squares
    counts: dict[str, int] = {}
    for tile in tiles:
        for layer, values in vgg.features(tile.seen(base), layers, tile.seamless).items():
            own = tile.inner(values, depth(layer))
            exact = own.to(wide(own.device))
            found = torch.stack((exact.sum((0, 2, 3)), exact.square().sum((0, 2, 3))))
            sums[layer] = sums[layer] + found if layer in sums else found
            counts[layer] = counts.get(layer, 0) + own.shape[-2] * own.shape[-1]
            if layer in keep:
                if layer not in kept:
                    height, width = (-(-side >> depth(layer)) for side in base.shape[-2:])
                    kept[layer] = torch.empty(1, values.shape[1], height, width, dtype=values.dtype, device=values.device, memory_format=layout(values))
                tile.own(kept[layer], depth(layer)).copy_(own)
    return kept, {layer: float((sums[layer][1] / counts[layer] - (sums[layer][0] / counts[layer]).square()).mean()) for layer in sums}


def squared_difference(now: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean squared difference of activations (1, C, h, w), in fp32 (fp64 stays). weight: (1, 1, h, w), multiplies each position's error."""
    exact = torch.float64 if now.dtype == torch.float64 else torch.float32
    error = (now - target).to(exact).square()
    return error.mean() if weight is None else (error * weight).mean()
