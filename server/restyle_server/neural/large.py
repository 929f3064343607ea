"""Owns what is different about a large painting: it is painted whole at a size that fits; then strokes are laid at its own size and settled in a few steps.

Beside the tile in work it holds, per pixel: the content (12 bytes), the picture (12), two moments in half precision (12), the scale before and the means that
are held (1): 37 bytes. While strokes are laid there are no moments yet, but the picture at a half, a quarter and an eighth (13). Maps of weights and regions
come on top.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from . import balance, detail
from .gathering import Beat
from .paint import Brush, Paint, Source, paint
from .resizing import resized, resized_map, tensor
from .scene import Scene, Terms, Weights, by_region
from .strokes import Palette, lay
from .targets import style_image, style_size, turns
from .task import Pixels, StylePicture, Task
from .tiles import Take

HELD = 100.0  # weight of the low frequencies beside a style of 1: they drift by about one hundredth of the range
STRIP = 256  # rows joined at a time
SMALL = 256  # px, longest side at which it is found which region paints where: strokes are about as wide as its pixels


def stroked(task: Task, picture: Tensor, beat: Beat) -> None:
    """Lays the strokes that a detail scale begins with over a picture (1, 3, h, w), in place; the task's seed decides."""
    height, width = picture.shape[-2:]
    factor = min(1.0, SMALL / max(height, width))
    small = max(1, round(width * factor)), max(1, round(height * factor))
    regions = by_region(task.styles, *small, picture.device)
    generator = torch.Generator().manual_seed(task.parameters.seed)

    def paints(brush: Brush) -> list[Paint | None]:
        found = [paint([_source(style, width, height, picture.device) for style in styles], brush, generator, len(regions)) for _, styles in regions]
        return [*found, None]

    lay(picture, Palette(paints, _says(task, [one for one, _ in regions], *small, picture.device)), generator, lambda: beat(0.0))


def _says(task: Task, regions: list[Tensor | None], width: int, height: int, device: torch.device) -> Tensor | None:
    """How likely each region's strokes are, and last that there are none, as where a pixel has no say in the statistics; (1, k + 1, height, width)."""
    if task.weight is None and all(one is None for one in regions):
        return None
    say = torch.ones(1, 1, height, width, device=device) if task.weight is None else resized_map(tensor(task.weight, device), width, height)
    maps = torch.cat([say if one is None else say * one for one in regions], 1)
    return torch.cat((maps, (1 - maps.sum(1, keepdim=True)).clamp(min=0)), 1)


def _source(style: StylePicture, width: int, height: int, device: torch.device) -> Source:
    """What a style gives to a detail scale of width × height px."""
    return Source(*style_image(style, style_size(style, width, height, 1.0), device), style.weight, turns(style.symmetry))


def detailed(found: Scene, picture: Tensor, weights: Weights, evaluations: int, report: Callable[[Terms], object], beat: Beat) -> None:
    """Adds details to a picture (1, 3, h, w), in place."""

    def pull(point: Tensor, take: Take) -> float:
        def taken(top: int, rows: Tensor) -> None:
            free = found.free
            take(top, balance.frozen(rows, None if free is None else free[..., top : top + rows.shape[-2], :]))

        terms = found.stream(point, weights, taken, beat)
        report(terms)
        return float(weights.total(terms))

    detail.minimise(pull, picture, evaluations)


def joined(content: Pixels, change: Tensor, painted: Tensor | None, kept: Tensor) -> Pixels:
    """The painting at the content's size, (H, W, 3) float32.

    change: what the painting differs from the content at the size that is painted whole, (1, 3, h, w). painted: (1, 3, h', w') with details; None: there are
    none yet. kept: share of the content's own texture that stays, (1, 1, h, w) or (1, 1, 1, 1) in 0–1; where it is 1, the content with the change stands.
    """
    height, width = content.shape[:2]
    painted = None if painted is None else resized(painted, width, height)
    plain = resized(change, width, height) if painted is None or bool(kept.any()) else None
    shares = None if plain is None or painted is None else resized_map(kept.to(painted), width, height) if kept.numel() > 1 else kept.to(painted)
    out = np.empty_like(content)
    for top in range(0, height, STRIP):
        rows = slice(top, top + STRIP)
        own = tensor(content[rows], change.device)
        part = own.clamp(0, 1)
        beyond = own - part  # what the clip took from very bright and very dark pixels is added back
        if plain is not None:
            part = (part + plain[..., rows, :]).clamp(0, 1)
        if painted is not None:
            sharp = painted[..., rows, :].clamp(0, 1)
            share = None if shares is None else shares if shares.numel() == 1 else shares[..., rows, :]
            part = sharp if share is None else sharp + share * (part - sharp)
        out[rows] = (part + beyond)[0].permute(1, 2, 0).cpu().numpy()
    return out


def sized(pixels: Pixels, width: int, height: int, device: torch.device) -> Tensor:
    """A picture (1, 3, height, width) in 0–1 of pixels of any size."""
    return resized(tensor(pixels, device).clamp(0, 1), width, height).clamp(0, 1)
