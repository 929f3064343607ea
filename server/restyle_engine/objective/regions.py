"""Owns who paints where, and how much each pixel counts, at a size of the work: the maps of a task as tensors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..resizing import resized_map, tensor
from ..task import Pixels, StylePicture, Task
from .moments import product
from .strength import Strength, strength_of

SMALLEST_SAY = 1e-4  # mean of a region's map: below it the region is too small to have statistics


@dataclass(frozen=True, slots=True)
class Region:
    """Where styles paint. map: (1, 1, h, w) in 0–1, None: everywhere; share: how much of what is looked at their statistics cover, 0–1."""

    map: Tensor | None
    styles: list[StylePicture]
    share: float


@dataclass(frozen=True, slots=True)
class Regions:
    """weight: how much each pixel counts in the picture's statistics, (1, 1, h, w) in 0–1, None: all fully; what does not change does not count."""

    weight: Tensor | None
    strength: Strength
    all: tuple[Region, ...]

    @property
    def counted(self) -> tuple[Region, ...]:
        """Those that are large enough to have statistics."""
        return tuple(one for one in self.all if one.share >= SMALLEST_SAY)


def regions_of(task: Task, width: int, height: int, device: torch.device, looked_at: Tensor | None = None) -> Regions:
    """A task's regions at a size. looked_at: (1, 1, h, w) in 0–1, what counts of the picture where not all of it does."""
    strength = strength_of(task, device).at(width, height, task.parameters.seamless)
    said = None if task.weight is None else resized_map(tensor(task.weight, device), width, height, task.parameters.seamless)
    weight = product(said, strength.map, looked_at)
    whole = 1.0 if looked_at is None else max(float(looked_at.mean()), torch.finfo(torch.float32).tiny)
    regions = tuple(Region(one, styles, _share(weight, one) / whole) for one, styles in _by_region(task.styles, width, height, device))
    return Regions(weight, strength, regions)


def _share(weight: Tensor | None, region: Tensor | None) -> float:
    both = product(weight, region)
    return 1.0 if both is None else float(both.mean())


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
