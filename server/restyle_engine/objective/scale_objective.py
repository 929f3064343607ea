"""Owns one scale's objective: the content's activations, the styles' moments with their regions, and the terms of the loss for an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..large.parts import owned, parts
from ..large.tiles import Tile, grid, halo, whole
from ..network.vgg import Vgg, depth
from ..parameters import Resolved, Seamless
from ..task import Task
from . import gamut, strength, variation
from .content_loss import FeatureMatch, held, held_layers
from .moments import Beat, Look, Measured, Moments, blended, guides, measured, tiled_moments
from .regions import regions_of
from .style_loss import STYLE_LOSSES, StyleLoss
from .targets import TargetCache, Targets, style_targets

TV_WEIGHT = 0.2  # of the total variation at tv = 1, beside a style loss in parts of the style's own size
GAMUT_WEIGHT = 20.0  # same, of the soft walls near 0 and 1
STATISTICS_SHARE = 0.25  # of an evaluation in tiles: one pass forward, beside one forward and back


@dataclass(frozen=True, slots=True)
class Terms:
    """Parts of the loss, scalars with gradient. style: relative to the styles' own size, 1 is a picture without any activation."""

    style: Tensor
    content: Tensor
    variation: Tensor
    gamut: Tensor

    def detached(self) -> Terms:
        """The same values without gradient."""
        return Terms(self.style.detach(), self.content.detach(), self.variation.detach(), self.gamut.detach())


@dataclass(frozen=True, slots=True)
class Weights:
    """What the terms count beside a style of 1. reach: the content's loss from which on it is felt with its weight, as strength.py says; None: everywhere."""

    content: float
    variation: float
    gamut: float
    reach: float | None = None

    def total(self, terms: Terms) -> Tensor:
        """The loss."""
        return terms.style + self._held(terms) + self._rest(terms)

    def parts(self, terms: Terms) -> Tensor:
        """(6,): the loss, the style's and the content's, what the content's costs, and the costs of the variation and of the gamut."""
        gamut = self.gamut * terms.gamut
        return torch.stack((self.total(terms), terms.style, terms.content, self._held(terms), self._rest(terms) - gamut, gamut))

    def _held(self, terms: Terms) -> Tensor:
        """The part of the loss that is the content's."""
        return self.content * (terms.content if self.reach is None else strength.felt(terms.content, self.reach))

    def linear(self, content: float) -> Weights:
        """Plain weights with the same gradient, where the whole picture's content loss is that."""
        return self if self.reach is None else replace(self, content=self.content * strength.slope(content, self.reach), reach=None)

    def _rest(self, terms: Terms) -> Tensor:
        """The part of the loss that is neither style nor content."""
        return self.variation * terms.variation + self.gamut * terms.gamut


def weights_of(parameters: Resolved, finer: int = 0) -> Weights:
    """What the terms count in a painting, at a scale that so many finer ones follow."""
    return Weights(strength.weight(finer), TV_WEIGHT * parameters.tv, GAMUT_WEIGHT, strength.Strength(parameters.strength).reach)


Statistics = tuple[Measured, ...]
"""What an image's style is judged by: per region, the moments of each style layer. They add up over the parts of an image."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a region is to become. guides: by number of poolings; scale: per layer, layer weight over the target's own loss at zero activation."""

    guides: list[Tensor | None]
    targets: Targets
    scale: Mapping[str, float]
    share: float


class ScaleObjective:
    """The objective at one scale, on one device; evaluated as a whole, or exactly the same tile by tile."""

    def __init__(
        self,
        vgg: Vgg,
        base: Tensor,
        regions: tuple[Aim, ...],
        loss: StyleLoss,
        hold: FeatureMatch,
        tiles: Sequence[Tile],
        free: Tensor | None,
        seamless: Seamless = Seamless.NONE,
    ) -> None:
        """base: the content, float32 (1, 3, h, w) in 0–1. free: (1, 1, h, w), 1 where pixels may change, else 0; None: everywhere. seamless: the axes along
        which the picture repeats, and the tiles with it."""
        self.base = base
        self.free = free
        self.painted = bool(regions) and (free is None or bool(free.any()))
        self._vgg = vgg
        self._regions = regions
        self._loss = loss
        self._hold = hold
        self._tiles = tiles
        self._seamless = seamless
        self._size = base.shape[-2], base.shape[-1]
        self._counted = sum(tile.pixels for tile in tiles) / (self._size[0] * self._size[1])  # share of the picture that any tile owns
        self._style_layers = tuple(regions[0].scale) if regions else ()
        self._wanted = frozenset(self._style_layers) | frozenset(hold.layers)

    def gradient(self, image: Tensor, weights: Weights, beat: Beat | None = None) -> tuple[Terms, Tensor]:
        """Terms at an image (1, 3, h, w) and the gradient of their weighted sum. One evaluation. beat: told after each tile."""
        gradient = torch.zeros_like(image)
        if len(self._tiles) == 1:
            (tile,) = self._tiles
            leaf = tile.seen(image).detach().clone().requires_grad_(True)
            terms = self._terms(leaf, tile)
            tile.add(gradient, torch.autograd.grad(weights.total(terms), leaf)[0])
            return terms.detached(), gradient
        style, content, slopes = self._slopes(image, beat, weights.reach is not None)
        plain = weights.linear(content)
        parts = []
        for done, tile in enumerate(self._tiles, 1):
            leaf = tile.seen(image).detach().clone().requires_grad_(True)
            terms = self._part(leaf, tile, slopes)
            tile.add(gradient, torch.autograd.grad(plain.total(terms), leaf)[0])
            parts.append(terms.detached())
            _tell(beat, STATISTICS_SHARE + (1 - STATISTICS_SHARE) * done / len(self._tiles))
        return _summed(parts, style), gradient

    def terms(self, image: Tensor) -> Terms:
        """All terms for an image (1, 3, h, w), with gradient if the image asks for one."""
        return self._terms(image, *whole(image.shape[-1], image.shape[-2], self._seamless))

    def _terms(self, image: Tensor, tile: Tile) -> Terms:
        """The same where one tile owns all that counts. image: what it sees."""
        features = self._vgg.features(image, self._wanted, tile.seamless)
        style = self.style(self._measured(features, tile))
        return Terms(style, self._hold.loss(features, tile), *self._rest(image, tile))

    def _rest(self, image: Tensor, tile: Tile) -> tuple[Tensor, Tensor]:
        """A tile's share in the variation and in the gamut."""
        own = tile.inner(image)
        height, width = self._size
        part = variation.Part(own.shape[-2], own.shape[-1], height, width, self._seamless)
        share = tile.pixels / (height * width * self._counted)
        return variation.variation(tile.beyond(image), part) / self._counted, gamut.gamut(own) * share

    def style(self, now: Statistics) -> Tensor:
        """The style's term, from statistics alone."""
        style = self.base.new_zeros(())
        for region, found in zip(self._regions, now, strict=True):
            for layer in self._style_layers:
                style = style + region.share * region.scale[layer] * self._loss(found[layer], region.targets[layer])
        return style

    def _measured(self, features: Mapping[str, Tensor], tile: Tile) -> Statistics:
        style = {layer: features[layer] for layer in self._style_layers}
        return tuple(measured(style, region.guides, tile, self._size) for region in self._regions)

    def _slopes(self, image: Tensor, beat: Beat | None, compared: bool = False) -> tuple[Tensor, float, Statistics]:
        """The style's term for the whole image, the content's (0 unless compared), and the style's derivative by each of the image's statistics."""
        contents: list[Tensor] = []

        def told(done: float) -> None:
            _tell(beat, STATISTICS_SHARE * done)

        def compare(features: Mapping[str, Tensor], tile: Tile) -> None:
            contents.append(self._hold.loss(features, tile))

        look = Look(self._hold.layers, compare) if compared else None
        now = tiled_moments(self._vgg, image, self._style_layers, [region.guides for region in self._regions], self._tiles, told, look)
        leaves = [m for found in now for one in found.values() for m in (one.second.requires_grad_(True), one.mean.requires_grad_(True))]
        style = self.style(now)
        slopes = iter(torch.autograd.grad(style, leaves, materialize_grads=True)) if leaves else iter(())
        return style.detach(), sum(map(float, contents)), tuple({name: Moments(next(slopes), next(slopes)) for name in found} for found in now)

    def _part(self, image: Tensor, tile: Tile, slopes: Statistics) -> Terms:
        """A tile's share in the terms; the style's is the linear form that has the whole style's gradient."""
        features = self._vgg.features(image, self._wanted, tile.seamless)
        style = image.new_zeros(())
        for found, slope in zip(self._measured(features, tile), slopes, strict=True):
            for name, one in found.items():
                style = style + (one.second * slope[name].second).sum() + (one.mean * slope[name].mean).sum()
        return Terms(style, self._hold.loss(features, tile), *self._rest(image, tile))


def _tell(beat: Beat | None, done: float) -> None:
    if beat:
        beat(done)


def _summed(parts: Sequence[Terms], style: Tensor) -> Terms:
    return Terms(style, *(torch.stack([getattr(part, name) for part in parts]).sum() for name in ("content", "variation", "gamut")))


def objective_of(
    task: Task,
    base: Tensor,
    vgg: Vgg,
    network: str,
    device: torch.device,
    cache: TargetCache,
    side: int | None = None,
    moves: Tensor | None = None,
) -> ScaleObjective:
    """The objective of a task over a content (1, 3, h, w) of any scale. A task whose statistics nobody has a say in gives one without style. side: of
    tiles, in px; None: the picture fits as a whole. moves: (1, 1, h, w), > 0 where it may change, and only what is near is looked at; None: everywhere."""
    height, width = base.shape[-2:]
    layers = tuple((layer, share) for layer, share in task.parameters.style_layers if share > 0)
    kept, seamless = held_layers(task), task.parameters.seamless
    if moves is not None:
        tiles = parts(moves, side, seamless)
    else:
        tiles = whole(width, height, seamless) if side is None else grid(width, height, side, halo([*kept, *(layer for layer, _ in layers)]), seamless)
    loss = STYLE_LOSSES[task.parameters.objective]
    deepest = max((depth(layer) for layer, _ in layers), default=0)
    regions = regions_of(task, width, height, device, None if moves is None else owned(tiles, base))
    aims = []
    for region in regions.counted:
        targets = _mixed(
            [style_targets(vgg, network, style, width, height, [layer for layer, _ in layers], device, cache, side) for style in region.styles],
            [style.weight for style in region.styles],
        )
        scale = {layer: share / _size(loss, targets[layer]) for layer, share in layers}
        aims.append(Aim(guides(regions.weight, region.map, deepest), targets, scale, region.share))
    total = sum(aim.share for aim in aims)
    shared = tuple(replace(aim, share=aim.share / total) for aim in aims)
    hold = held(vgg, base, kept, regions.strength, tiles)
    return ScaleObjective(vgg, base, shared, loss, hold, tiles, regions.strength.free(base), seamless)


def _size(loss: StyleLoss, target: Moments) -> float:
    """The loss of no activation at all: makes terms of different layers, styles and weights files comparable."""
    nothing = Moments(torch.zeros_like(target.second), torch.zeros_like(target.mean))
    return max(float(loss(nothing, target)), 1e-12)


def _mixed(targets: list[Targets], weights: list[float]) -> Targets:
    return targets[0] if len(targets) == 1 else {layer: blended([t[layer] for t in targets], weights) for layer in targets[0]}
