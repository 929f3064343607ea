"""Owns the gathering of a picture's statistics, tile by tile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..large.tiles import Tile
from ..network.vgg import Vgg, depth
from .moments import Moments, moments, wide

Guides = Sequence[Tensor | None]
"""By number of poolings: how much each position counts, (1, 1, h, w) with sum 1; None: all alike."""
Measured = Mapping[str, Moments]
Beat = Callable[[float], None]
"""Told after each tile how much of the work is done, 0–1; may raise to end it."""


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
        features = vgg.features(part, layers if look is None else {*layers, *look.layers})
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
