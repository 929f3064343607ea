"""Owns one scale's objective: the content's activations, the styles' moments with their regions, and the terms of the loss for an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from . import losses
from .balance import content_hold
from .losses import STYLE_LOSSES
from .parameters import Resolved
from .resizing import resized, resized_map, tensor
from .statistics import Moments, blended, guides, moments
from .targets import COLORS, TargetCache, Targets, style_targets
from .task import Pixels, StylePicture, Task
from .vgg import Vgg, depth

PALETTE = 1.0  # weight of the colours' own moments beside the layers', whose weights sum to 1: more spreads wide clouds of colour
PIXELS = 2.0  # weight of the pixels' own mean squared change in the content's term: deep layers hardly see colour, so that low strengths would not hold it
SMALLEST_SAY = 1e-4  # mean of a region's map: below it the region is too small to have statistics


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
    """What the terms count beside a style of 1."""

    content: float
    variation: float
    gamut: float

    def total(self, terms: Terms) -> Tensor:
        """The loss."""
        return terms.style + self.content * terms.content + self.rest(terms)

    def rest(self, terms: Terms) -> Tensor:
        """The part of the loss that is neither style nor content."""
        return self.variation * terms.variation + self.gamut * terms.gamut


@dataclass(frozen=True, slots=True)
class Split:
    """Terms at an image and the gradients of style, content, and all the rest, each with its weight except the content's."""

    terms: Terms
    style: Tensor
    content: Tensor
    rest: Tensor


Statistics = tuple[Targets, ...]
"""What an image's style is judged by: per region, the moments of each style layer and of the colours. They add up over the parts of an image."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture with one target. guides: by number of poolings; scale: per layer, layer weight over the target's own loss at zero activation."""

    guides: list[Tensor | None]
    targets: Targets
    scale: Mapping[str, float]
    share: float


class Scene:
    """The objective at one scale, on one device."""

    def __init__(self, vgg: Vgg, base: Tensor, regions: tuple[Region, ...], parameters: Resolved, strength: Tensor | None) -> None:
        """base: the content, float32 (1, 3, h, w) in 0–1. strength: (1, 1, h, w) in 0–1, multiplies the strength; None: 1 everywhere."""
        self.base = base
        self.free = None if strength is None else (strength > 0).to(base.dtype)
        self.painted = bool(regions) and (strength is None or bool(strength.any()))
        self._vgg = vgg
        self._regions = regions
        self._loss = STYLE_LOSSES[parameters.objective]
        self._style_layers = tuple(layer for layer, weight in parameters.style_layers if weight > 0)
        self._content_layers = {layer: weight for layer, weight in parameters.content_layers if weight > 0}
        self._wanted = frozenset(self._style_layers) | frozenset(self._content_layers)
        with torch.no_grad():
            found = vgg.features(base, self._content_layers) if self._content_layers else {}
        self._content = {layer: features.clone() for layer, features in found.items()}
        deepest = max((depth(layer) for layer in self._content_layers), default=0)
        self._hold = [None] * (deepest + 1) if strength is None else _levels(content_hold(parameters.strength, strength), deepest)

    def gradient(self, image: Tensor, weights: Weights) -> tuple[Terms, Tensor]:
        """Terms at an image (1, 3, h, w) and the gradient of their weighted sum. One evaluation."""
        leaf = image.detach().clone().requires_grad_(True)
        terms = self.terms(leaf)
        return terms.detached(), torch.autograd.grad(weights.total(terms), leaf)[0]

    def split(self, image: Tensor, weights: Weights) -> Split:
        """Gradients of the terms at an image, each for itself, by one forward pass. One evaluation."""
        leaf = image.detach().clone().requires_grad_(True)
        terms = self.terms(leaf)
        found = [
            torch.autograd.grad(term, leaf, retain_graph=True)[0] if term.requires_grad else torch.zeros_like(leaf)
            for term in (terms.style, terms.content, weights.rest(terms))
        ]
        return Split(terms.detached(), *found)

    def terms(self, image: Tensor) -> Terms:
        """All terms for an image (1, 3, h, w), with gradient if the image asks for one."""
        features = self._vgg.features(image, self._wanted)
        content = image.new_zeros(())
        for layer, weight in self._content_layers.items():
            content = content + weight * losses.content(features[layer], self._content[layer], self._hold[depth(layer)])
        if self._content_layers:
            content = content + PIXELS * losses.content(image, self.base, self._hold[0])
        return Terms(self.style(self.statistics(image, features)), content, losses.variation(image), losses.gamut(image))

    def statistics(self, image: Tensor, features: Mapping[str, Tensor]) -> Statistics:
        """The image's own statistics. features: its activations, of the style's layers at least."""
        return tuple(
            {COLORS: moments(image, region.guides[0])} | {layer: moments(features[layer], region.guides[depth(layer)]) for layer in self._style_layers}
            for region in self._regions
        )

    def style(self, now: Statistics) -> Tensor:
        """The style's term, from statistics alone."""
        style = self.base.new_zeros(())
        for region, found in zip(self._regions, now, strict=True):
            style = style + region.share * PALETTE * losses.palette(found[COLORS], region.targets[COLORS])
            for layer in self._style_layers:
                style = style + region.share * region.scale[layer] * self._loss(found[layer], region.targets[layer])
        return style


def scene(task: Task, vgg: Vgg, network: str, width: int, height: int, device: torch.device, cache: TargetCache) -> Scene:
    """The objective of a task at a scale of width × height px. A task whose statistics nobody has a say in gives a scene without style."""
    base = resized(tensor(task.content, device).clamp(0, 1), width, height).clamp(0, 1)
    weight = None if task.weight is None else resized_map(tensor(task.weight, device), width, height)
    strength = None if task.strength_map is None else resized_map(tensor(task.strength_map, device), width, height)
    if strength is not None:
        weight = strength if weight is None else weight * strength
    layers = tuple((layer, share) for layer, share in task.parameters.style_layers if share > 0)
    deepest = max((depth(layer) for layer, _ in layers), default=0)
    loss = STYLE_LOSSES[task.parameters.objective]
    regions = []
    for region, styles in _by_region(task.styles, width, height, device):
        say = _say(weight, region)
        if say < SMALLEST_SAY:
            continue
        targets = _mixed(
            [style_targets(vgg, network, style, width, height, [layer for layer, _ in layers], device, cache) for style in styles],
            [style.weight for style in styles],
        )
        scale = {layer: share / _size(loss, targets[layer]) for layer, share in layers}
        regions.append(Region(guides(weight, region, deepest), targets, scale, say))
    total = sum(region.share for region in regions)
    shared = tuple(Region(r.guides, r.targets, r.scale, r.share / total) for r in regions)
    return Scene(vgg, base, shared, task.parameters, strength)


def _say(weight: Tensor | None, region: Tensor | None) -> float:
    """Share of the picture that a region's statistics cover."""
    given = [one for one in (weight, region) if one is not None]
    return float(torch.stack(given).prod(0).mean()) if given else 1.0


def _size(loss: losses.StyleLoss, target: Moments) -> float:
    """The loss of no activation at all: makes terms of different layers, styles and weights files comparable."""
    nothing = Moments(torch.zeros_like(target.second), torch.zeros_like(target.mean))
    return max(float(loss(nothing, target)), 1e-12)


def _mixed(targets: list[Targets], weights: list[float]) -> Targets:
    return targets[0] if len(targets) == 1 else {layer: blended([t[layer] for t in targets], weights) for layer in targets[0]}


def _by_region(styles: tuple[StylePicture, ...], width: int, height: int, device: torch.device) -> list[tuple[Tensor | None, list[StylePicture]]]:
    """Styles that paint the same region, with its normalised map (1, 1, h, w): at each pixel, a style's map times its weight over the sum of all of them."""
    groups: list[tuple[Pixels | None, list[StylePicture]]] = []
    for style in styles:
        for region, members in groups:
            if region is style.region or (region is not None and style.region is not None and (region == style.region).all()):
                members.append(style)
                break
        else:
            groups.append((style.region, [style]))
    if len(groups) == 1 and groups[0][0] is None:
        return [(None, groups[0][1])]
    bare = [torch.ones(1, 1, height, width, device=device) if r is None else resized_map(tensor(r, device), width, height) for r, _ in groups]
    weighted = [one * sum(style.weight for style in members) for one, (_, members) in zip(bare, groups, strict=True)]
    total = torch.stack(weighted).sum(0).clamp(min=1e-6)
    cover = torch.stack(bare).amax(0)  # a feathered border stays feathered
    return [(one / total * cover, members) for one, (_, members) in zip(weighted, groups, strict=True)]


def _levels(values: Tensor, deepest: int) -> list[Tensor | None]:
    levels: list[Tensor | None] = [values]
    for _ in range(deepest):
        values = F.avg_pool2d(values, 2, ceil_mode=True)
        levels.append(values)
    return levels
