"""Owns the statistics that styles aim at, per scale, and keeps them from one task to the next."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor

from .gathering import Measured, gathered
from .parameters import SMALLEST_SIDE, Symmetry
from .resizing import resized, resized_map, resized_weighted, tensor
from .statistics import Moments, blended, guides
from .task import StylePicture
from .tiles import grid, halo, whole
from .vgg import Vgg, depth

LARGEST_ENLARGEMENT = 2.0  # of a style's picture: beyond it there is nothing but blur to learn from
LARGEST_AREA = 4.0  # of a style's picture, in areas of the content: bounds memory at large style scales
KEPT = 48  # sets of moments, 2.4 MiB each down to relu5_1

Targets = Measured


@dataclass(frozen=True, slots=True)
class Key:
    """What a set of moments depends on. network names weights file, pooling, precision and device."""

    network: str
    style: str
    width: int
    height: int
    symmetry: Symmetry
    layers: frozenset[str]


class TargetCache:
    """Moments of styles, the least recently used go first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._moments: OrderedDict[Key, Targets] = OrderedDict()

    def get(self, key: Key) -> Targets | None:
        """The moments of a key, or None."""
        found = self._moments.get(key)
        if found is not None:
            self._moments.move_to_end(key)
        return found

    def put(self, key: Key, targets: Targets) -> None:
        """Keeps the moments of a key."""
        self._moments[key] = targets
        while len(self._moments) > self._kept:
            self._moments.popitem(last=False)


def style_size(style: StylePicture, width: int, height: int, enlargement: float = LARGEST_ENLARGEMENT) -> tuple[int, int]:
    """Size at which a style's statistics are taken for a scale of width × height px: as many pixels as the content has, times the style's scale squared, so
    that strokes keep their size on the canvas whatever the size of the work."""
    h, w = style.rgb.shape[:2]
    factor = style.scale * math.sqrt(width * height / (w * h))
    factor = min(factor, enlargement, math.sqrt(LARGEST_AREA * width * height / (w * h)))
    return max(SMALLEST_SIDE, round(w * factor)), max(SMALLEST_SIDE, round(h * factor))


def style_targets(
    vgg: Vgg,
    network: str,
    style: StylePicture,
    width: int,
    height: int,
    layers: Collection[str],
    device: torch.device,
    cache: TargetCache,
    side: int | None = None,
    enlargement: float = LARGEST_ENLARGEMENT,
) -> Targets:
    """Moments of a style's picture for a scale of width × height px, per layer, averaged over its symmetry. side: of its tiles, None: it fits as a whole."""
    size = style_size(style, width, height, enlargement)
    key = Key(network, style.key, *size, style.symmetry, frozenset(layers))
    found = cache.get(key) if style.key else None
    if found is None:
        found = _measured(vgg, style, size, layers, device, side)
        if style.key:
            cache.put(key, found)
    return found


@torch.no_grad()
def _measured(vgg: Vgg, style: StylePicture, size: tuple[int, int], layers: Collection[str], device: torch.device, side: int | None) -> Targets:
    image = tensor(style.rgb, device).clamp(0, 1)
    weight = None
    if style.alpha is not None and float(style.alpha.min()) < 1:
        image, weight = resized_weighted(image, tensor(style.alpha, device), *size)
        visible = (image * weight).sum((2, 3), keepdim=True) / weight.sum().clamp(min=1e-6)
        image = torch.where(weight > 0, image, visible)
    image = resized(image, *size).clamp(0, 1)
    deepest = max(depth(layer) for layer in layers)
    found: dict[str, list[Moments]] = {}
    for turned in _turns(style.symmetry):
        picture = turned(image)
        height, width = picture.shape[-2:]
        tiles = whole(width, height) if side is None else grid(width, height, side, halo(layers))
        say = guides(None if weight is None else turned(resized_map(weight, *size)), None, deepest)
        for name, one in gathered(vgg, picture, layers, [say], tiles)[0].items():
            found.setdefault(name, []).append(one)
    return {layer: blended(all_, [1.0] * len(all_)) for layer, all_ in found.items()}


def _turns(symmetry: Symmetry) -> list[_Turn]:
    if symmetry is Symmetry.NONE:
        return [_Turn(0, False)]
    if symmetry is Symmetry.FLIPS:
        return [_Turn(0, False), _Turn(0, True)]
    return [_Turn(quarters, flip) for flip in (False, True) for quarters in range(4)]


@dataclass(frozen=True, slots=True)
class _Turn:
    quarters: int
    flip: bool

    def __call__(self, image: Tensor) -> Tensor:
        turned = torch.rot90(image, self.quarters, (2, 3))
        return (turned.flip(3) if self.flip else turned).contiguous()
