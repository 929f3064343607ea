"""Owns what a look aims at: the statistics of the styles, or of a painting, at the sizes that strokes are looked at in, measured tile by tile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ..large.tiles import grid, halo
from ..network.vgg import Vgg, depth
from ..objective.moments import Measured, Moments, blended, guides, tiled_moments
from ..objective.targets import orientations, style_image, style_size
from ..parameters import Symmetry
from ..task import StylePicture

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")  # relu5_1 looks 156 px far: more than the crops that are learned from
HALVINGS = (0, 1)  # of the size, that strokes are looked at in: at half of it, large ones are as large as what the layers see
TILE = 192  # px, side of what is measured at once: a quarter of a second of a core

Aims = Sequence[Measured]
"""By halving: the moments of each layer."""


def style_aims(vgg: Vgg, styles: Sequence[StylePicture], side: int, device: torch.device, found: list[Measured]) -> Iterator[None]:
    """Measures styles for pictures of side² px, a tile at each step, and puts what it measures into `found`, by halving."""
    for halving in HALVINGS:
        measured: list[Measured] = []
        for style in styles:
            image, weight = style_image(style, style_size(style, side >> halving, side >> halving), device)
            yield from _measured(vgg, image, weight, style.symmetry, measured)
        weights = [style.weight for style in styles]
        found.append({layer: blended([one[layer] for one in measured], weights) for layer in LAYERS})


def painting_aims(vgg: Vgg, painting: Tensor, found: list[Measured]) -> Iterator[None]:
    """The same of a painting (1, 3, h, w), at its own size."""
    for halving in HALVINGS:
        yield from _measured(vgg, F.avg_pool2d(painting, 1 << halving), None, Symmetry.NONE, found)


def _measured(vgg: Vgg, image: Tensor, weight: Tensor | None, symmetry: Symmetry, found: list[Measured]) -> Iterator[None]:
    deepest = max(depth(layer) for layer in LAYERS)
    ways = orientations(symmetry)
    sums: dict[str, Moments] = {}
    for turned in ways:
        picture = turned(image)
        height, width = picture.shape[-2:]
        say = guides(None if weight is None else turned(weight), None, deepest)
        for tile in grid(width, height, TILE, halo(LAYERS)):
            (part,) = tiled_moments(vgg, picture, LAYERS, [say], [tile])
            for name, one in part.items():
                before = sums.get(name)
                sums[name] = one if before is None else Moments(before.second + one.second, before.mean + one.mean)
            yield
    found.append({name: Moments(one.second / len(ways), one.mean / len(ways)) for name, one in sums.items()})
