"""Owns what keeps the content's outlines in the finish: their lightness, in the band of a drawn line, where the content has them, and nothing of their hue.

Band = lightness smoothed by a Gaussian of LINE px, less the same smoothed by AROUND px more: a difference of Gaussians (Marr & Hildreth 1980). Loss =
Σ w · (band − the content's band)² / Σ w · (the content's band)², where w is the square of the content's band nearby and 0 off its edges: what is calm in
the content is left to the style. The activations' term alone, made stronger, keeps outlines too, but takes the photo's hues along as coloured fringes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..large.tiles import Tile
from ..parameters import Seamless
from ..repeating import framed

LINE = 1.5  # px, standard deviation
AROUND = 4.5  # px
EDGES = 0.6  # quantile of the content's band under which nothing is held
STRONGEST = 4.0  # times the mean band: a black line on white does not outweigh all others
FLAT = 1e-6  # of the band's energy: a content without any edges holds nobody


class Outlines:
    """The term of one content at one size."""

    def __init__(self, base: Tensor, more: Tensor | None, weight: float, seamless: Seamless = Seamless.NONE) -> None:
        """base: the content in the colours it is held in, (1, 3, h, w) in 0–1. more: (1, 1, h, w), by pixel; None: everywhere once.
        weight: of the whole term. seamless: the axes along which the picture repeats, and the tiles with it."""
        self._band = band(base, seamless)
        near = F.max_pool2d(framed(self._band.abs(), seamless), 3, 1)
        edges = near > near.flatten().kthvalue(max(1, round(EDGES * near.numel()))).values
        near = near.div_(near.mean().clamp(min=FLAT)).clamp_(max=STRONGEST).square_().mul_(edges)
        energy = (near * self._band.square()).sum().clamp(min=FLAT * near.numel())
        self._weight = near.mul_(weight / energy) if more is None else near.mul_(weight / energy).mul_(more)

    def loss(self, seen: Tensor, tile: Tile) -> Tensor:
        """A tile's share in the term, a scalar. seen: the picture as the tile sees it, (1, 3, h, w)."""
        error = tile.inner(band(seen, tile.seamless)) - tile.own(self._band)
        return (tile.own(self._weight) * error.square()).sum()


def band(picture: Tensor, seamless: Seamless = Seamless.NONE) -> Tensor:
    """The band of a drawn line, (1, 1, h, w) of a picture (1, 3, h, w); the mean of the channels, so that what is moved is no hue."""
    fine = _smoothed(picture.mean(1, keepdim=True), LINE, seamless)
    return fine - _smoothed(fine, AROUND, seamless)


def _smoothed(plane: Tensor, deviation: float, seamless: Seamless) -> Tensor:
    reach = int(3 * deviation)
    taps = torch.exp(-torch.arange(-reach, reach + 1, device=plane.device, dtype=plane.dtype).square() / (2 * deviation**2))
    taps = taps / taps.sum()
    return F.conv2d(F.conv2d(framed(plane, seamless, reach), taps.view(1, 1, 1, -1)), taps.view(1, 1, -1, 1))
