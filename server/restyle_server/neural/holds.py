"""Owns what holds a painting to what it is painted over: the content's activations and pixels, or the low frequencies of the scale before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from . import losses
from .tiles import Tile
from .vgg import Vgg, channels, depth

PIXELS = 2.0  # weight of the pixels' own mean squared change in the content's term: deep layers hardly see colour, so that low strengths would not hold it
BLOCK = 16  # px, the tiles' alignment: strokes no longer than that are free, composition and colours are not; at 4 only a weave was, at 100 % zoom
KEPT_BYTES = 40  # per pixel: activations of the content that take more are computed anew with each evaluation, where there are tiles


class Hold(Protocol):
    """A term of the loss. layers: those whose activations it looks at."""

    @property
    def layers(self) -> Sequence[str]: ...

    def loss(self, image: Tensor, features: Mapping[str, Tensor], tile: Tile) -> Tensor:
        """A tile's share in the term. image: (1, 3, h, w), what the tile sees; features: its activations."""
        ...


class Likeness:
    """Mean squared difference to the content's activations and to its pixels."""

    def __init__(self, vgg: Vgg, base: Tensor, layers: Mapping[str, float], more: Tensor | None, tiles: Sequence[Tile], pixels: float = PIXELS) -> None:
        """base: the content, (1, 3, h, w). layers: by name, with their weights; none: nothing is held. more: (1, 1, h, w), by pixel. pixels: weight of the
        pixels' own change."""
        self.layers: Sequence[str] = tuple(layers)
        self._weights = layers
        self._base = base
        self._pixels = pixels
        deepest = max((depth(layer) for layer in layers), default=0)
        self._more = [None] * (deepest + 1) if more is None else _levels(more, deepest)
        self._vgg = vgg
        self._kept = _kept(vgg, base, self.layers, tiles) if self.layers else {}

    def loss(self, image: Tensor, features: Mapping[str, Tensor], tile: Tile) -> Tensor:
        """A tile's share."""
        total = image.new_zeros(())
        if not self._weights:
            return total
        for layer, weight in self._weights.items():
            level = depth(layer)
            total = total + weight * self._share(tile.inner(features[layer], level), self._target(layer, tile), tile, level)
        return total + self._pixels * self._share(tile.inner(image), tile.own(self._base), tile, 0) if self._pixels else total

    @torch.no_grad()
    def _target(self, layer: str, tile: Tile) -> Tensor:
        kept = self._kept.get(layer)
        if kept is not None:
            return tile.own(kept, depth(layer))
        return tile.inner(self._vgg.features(tile.seen(self._base), [layer])[layer], depth(layer))

    def _share(self, now: Tensor, target: Tensor, tile: Tile, level: int) -> Tensor:
        more = self._more[level]
        height, width = (-(-side >> level) for side in self._base.shape[-2:])
        share = now.shape[-2] * now.shape[-1] / (height * width)
        found = losses.content(now, target, None if more is None else tile.own(more, level))
        return found if share == 1 else found * share


class Held:
    """Mean squared difference to the low frequencies of an image: its means over blocks."""

    layers: Sequence[str] = ()

    def __init__(self, image: Tensor) -> None:
        """image: (1, 3, h, w); only its means are kept."""
        self._size = image.shape[-2], image.shape[-1]
        self._target = _blocks(image)

    def loss(self, image: Tensor, features: Mapping[str, Tensor], tile: Tile) -> Tensor:
        """A tile's share."""
        own = _blocks(tile.inner(image))
        height, width = (-(-side // BLOCK) for side in self._size)
        target = self._target[..., tile.rows.start // BLOCK :, tile.columns.start // BLOCK :][..., : own.shape[-2], : own.shape[-1]]
        return losses.content(own, target) * (own.shape[-2] * own.shape[-1] / (height * width))


def _blocks(image: Tensor) -> Tensor:
    return F.avg_pool2d(image, BLOCK, ceil_mode=True)


@torch.no_grad()
def _kept(vgg: Vgg, base: Tensor, layers: Sequence[str], tiles: Sequence[Tile]) -> dict[str, Tensor]:
    """The content's activations by layer; none where they take too much."""
    if len(tiles) == 1:
        return {layer: values.clone() for layer, values in vgg.features(base, layers).items()}
    size = next(iter(vgg.filters.values())).weight.element_size()
    if sum(channels(layer) * size / 4 ** depth(layer) for layer in layers) > KEPT_BYTES:
        return {}
    found: dict[str, Tensor] = {}
    for tile in tiles:
        for layer, values in vgg.features(tile.seen(base), layers).items():
            if layer not in found:
                height, width = (-(-side >> depth(layer)) for side in base.shape[-2:])
                found[layer] = values.new_empty(1, values.shape[1], height, width)
            tile.own(found[layer], depth(layer)).copy_(tile.inner(values, depth(layer)))
    return found


def _levels(values: Tensor, deepest: int) -> list[Tensor | None]:
    levels: list[Tensor | None] = [values]
    for _ in range(deepest):
        values = F.avg_pool2d(values, 2, ceil_mode=True)
        levels.append(values)
    return levels
