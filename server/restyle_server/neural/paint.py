"""Owns what strokes are made of: patches of the styles' pictures at their own size, and the search for the one that looks like a place from afar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

COLOR = 0.8  # weight of a patch's mean colour beside its structure
BLOCK = 256  # px: pictures are cut into blocks
MOST_BLOCKS = 32  # of all pictures in all their turns, drawn by lot when there are more: 2 megapixels, 25 MB
CHOICES = 32_000  # patches in all
GROUPS = 4  # each place chooses among one of so many groups of patches, drawn by lot: so even ground does not become wallpaper, at a quarter of the cost
VARIETY = 1.0  # by how much a patch that is less alike may be preferred, by lot
WITHIN = 0.999  # share of a patch that its picture's mask must cover


@dataclass(frozen=True, slots=True)
class Brush:
    """patch: px, side of what is laid at once; pace: px from one patch to the next, from half of it up; afar: times smaller, for the comparison; form: px,
    what is larger stays as it was painted, but for its tone. All are multiples of afar; pace and the blocks of form."""

    patch: int
    pace: int
    afar: int
    form: int


@dataclass(frozen=True, slots=True)
class Source:
    """A style's picture (1, 3, h, w) in 0–1 at its size on the canvas. mask: (1, 1, h, w), patches that lie within it count, None: all; weight: beside other
    pictures', share of its patches that count; turns: the ways in which it may lie."""

    picture: Tensor
    mask: Tensor | None = None
    weight: float = 1.0
    turns: Sequence[Callable[[Tensor], Tensor]] = (torch.Tensor.contiguous,)


@dataclass(frozen=True, slots=True)
class Paint:
    """A region's patches. blocks: (b, 3, s, t) of the pictures, tones: the same without details; places: (n, 3), block, row, column of each patch; looks:
    (n, d), what it looks like from afar."""

    brush: Brush
    blocks: Tensor
    tones: Tensor
    places: Tensor
    looks: Tensor

    def alike(self, wanted: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Details and tones, (m, 3, patch, patch) each, of the patch that is most alike for each of the looks (m, d)."""
        groups = min(GROUPS, len(self.looks))
        group = torch.randint(groups, (len(wanted),), generator=generator).to(wanted.device)
        found = torch.empty(len(wanted), dtype=torch.long, device=wanted.device)
        for number in range(groups):
            here = (group == number).nonzero()[:, 0]
            there = self.looks[number::groups]
            looked = wanted[here]
            distance = torch.addmm(there.square().sum(1), looked, there.t(), alpha=-2) + looked.square().sum(1, keepdim=True)
            moods = 1 + VARIETY * torch.rand(len(here) + len(there), generator=generator).to(wanted.device)
            found[here] = (distance * moods.as_strided(distance.shape, (1, 1))).argmin(1) * groups + number
        block, row, column = self.places[found].unbind(1)
        whole, tone = (windows(part, self.brush.patch, 1)[block, row, column].float() for part in (self.blocks, self.tones))
        return whole - tone, tone


def paint(sources: Sequence[Source], brush: Brush, generator: torch.Generator, regions: int = 1) -> Paint | None:
    """Paint of a region's pictures. None when they have no patch, as those that are smaller than one. regions: how many share the memory."""
    pieces = _pieces(sources, brush, generator, max(1, MOST_BLOCKS // regions))
    if not pieces:
        return None
    height, width = (min(block.shape[axis] for block, _, _ in pieces) for axis in (-2, -1))
    blocks = torch.cat([block[..., :height, :width] for block, _, _ in pieces])
    masks = torch.cat([mask[..., :height, :width] for _, mask, _ in pieces])
    weights = torch.tensor([weight for _, _, weight in pieces])
    small = F.avg_pool2d(blocks, brush.afar)
    side = brush.patch // brush.afar
    within = (-F.max_pool2d(-F.avg_pool2d(masks, brush.afar), side, 1) > WITHIN)[:, 0]
    likely = torch.rand(within.shape, generator=generator) * weights.max() < weights[:, None, None]
    free = (within & likely.to(within.device)).nonzero()
    if not len(free):
        return None
    free = free[torch.randperm(len(free), generator=generator)[: CHOICES // regions].to(free.device)]
    seen = looks(windows(small, side, 1)[free.unbind(1)])
    pixels = torch.tensor((1, brush.afar, brush.afar), device=free.device)
    return Paint(brush, blocks.half(), forms(F.avg_pool2d(blocks, brush.form), brush).half(), free * pixels, seen)


def _pieces(sources: Sequence[Source], brush: Brush, generator: torch.Generator, most: int) -> list[tuple[Tensor, Tensor, float]]:
    """Blocks of the pictures, each in one of its turns, with their masks and weights; drawn by lot where there are too many."""
    all_ = [(source, turn, block) for source in sources for block in _cut(source.picture, brush) for turn in source.turns]
    found = []
    for number in torch.randperm(len(all_), generator=generator).tolist()[:most]:
        source, turn, (rows, columns) = all_[number]
        block = turn(source.picture[..., rows, columns])
        mask = block.new_ones(1, 1, *block.shape[-2:]) if source.mask is None else turn(source.mask[..., rows, columns])
        found.append((block, mask, source.weight))
    return found


def looks(seen: Tensor, contrast: float = 1.0) -> Tensor:
    """What patches look like, (m, d), of windows (m, 3, n, n): their structure times the contrast, and their mean colour, as the last three."""
    values = seen.flatten(2)
    mean = values.mean(2)
    return torch.cat(((values - mean[..., None]).flatten(1) * contrast, mean * (COLOR * seen.shape[-1])), 1)


def windows(values: Tensor, side: int, pace: int) -> Tensor:
    """(b, rows, columns, c, side, side), a view of (b, c, h, w)."""
    return values.unfold(2, side, pace).unfold(3, side, pace).permute(0, 2, 3, 1, 4, 5)


def forms(small: Tensor, brush: Brush) -> Tensor:
    """A picture of its means over blocks of `form` px, at its full size."""
    return F.interpolate(small, scale_factor=brush.form, mode="bilinear", align_corners=False)


def _cut(picture: Tensor, brush: Brush) -> list[tuple[slice, slice]]:
    """Blocks of a picture, that overlap by a patch."""
    lengths = picture.shape[-2:]
    sides = [min(BLOCK, length // brush.form * brush.form) for length in lengths]
    if min(sides) < brush.patch:
        return []
    down, across = (
        [slice(start, start + side) for start in sorted({*range(0, length - side + 1, max(1, side - brush.patch)), length - side})]
        for length, side in zip(lengths, sides, strict=True)
    )
    return [(rows, columns) for rows in down for columns in across]
