"""Owns the finish of a painting: the stage that turns the right statistics into paint, each position becoming like the style's own position that is nearest.

Loss = mean over LAYERS of (1 − cosine to the nearest neighbour) + tone · squared change of the tones over their variance + content + outlines + gamut.
The neighbours are found for every position anew every few steps and held in between ("feature splitting", Kolkin et al. 2022, section 3.4, finds them for a
sample in every step, which leaves dots where few positions were drawn). Cosine says nothing of level: the tones, means over BLOCK px, stay those of the stage
before.

Adam (Kingma & Ba 2015) moves the levels of a Laplacian pyramid, so that one step moves strokes of every size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..large.tiles import Tile, grid, halo, whole, window
from ..motion.temporal import Temporal
from ..network.vgg import Vgg, depth
from ..parameters import Seamless
from ..repeating import resized_back, resized_repeating
from ..resizing import LARGEST_ENLARGEMENT, LINEAR, resized
from ..task import Task
from .content_loss import FeatureMatch, held, held_layers, squared_difference
from .gamut import gamut
from .moments import Beat, by_position, levels, product
from .neighbours import Keys, difference, keys, nearest
from .outlines import Outlines
from .regions import Regions
from .targets import TargetCache, style_positions

LAYERS = ("relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_3", "relu4_1", "relu4_2", "relu4_3")
DETAIL_LAYERS = LAYERS[:5]  # of a picture that is too large to be painted whole: what has the size of a stroke has been painted
SEARCHED = 5  # steps from one search to the next
OFFSETS = ((0, 0), (1, 1), (0, 1), (1, 0))
BLOCK = 16  # px, the tiles' alignment
SMALLEST_SPREAD = 1e-3  # variance of the tones: a flat picture's may not divide by nothing
LAST_RATE = 0.2  # of the first rate, in the last step
BETAS = (0.9, 0.99)
EPSILON = 1e-12  # gradients of mean losses are tiny: 1e-8 would rule them
GAMUT_WEIGHT = 30.0  # of the soft walls near 0 and 1, beside a mean cosine
LEVELS = 5  # of the pyramid, beside what is left
SMALLEST = 16  # px, side below which no level is split further


@dataclass(frozen=True, slots=True)
class Mode:
    """layers: that are looked at. held: whether the content is. enlargement: of a style's picture, at most. rate: of the range, in the first steps. warming:
    steps until it is reached, as Adam's first ones move every level by all of it. levels: of the pyramid, the finest, that move. tone: weight of the tones,
    which only levels as large as their blocks can change: below, their borders would show. strided: poolings up to which every second row and column counts:
    shallow layers have the most positions and the least to say."""

    layers: tuple[str, ...]
    held: bool
    enlargement: float
    rate: float
    warming: int
    levels: int
    tone: float
    strided: int


WHOLE = Mode(LAYERS, held=True, enlargement=LARGEST_ENLARGEMENT, rate=0.018, warming=4, levels=6, tone=1.0, strided=0)
# from a blur whose forms and tones are right; at a rate of 0.05 a weave shows, at 0.08 specks and fringes
DETAIL = Mode(DETAIL_LAYERS, held=False, enlargement=1.0, rate=0.03, warming=2, levels=2, tone=0.0, strided=1)


@dataclass(frozen=True, slots=True)
class Source:
    """What a region's positions become like. keys: by layer; says: by number of poolings, (1, 1, h, w), how much each position counts, sum over all
    regions 1, None: all positions alike."""

    keys: Mapping[str, Keys]
    says: Sequence[Tensor] | None


@dataclass(frozen=True, slots=True)
class Terms:
    """Parts of the loss, scalars. neighbours: 1 less the mean cosine, 0–2; tone, outlines and temporal with their weights, content and gamut without."""

    neighbours: Tensor
    tone: Tensor
    content: Tensor
    outlines: Tensor
    gamut: Tensor
    temporal: Tensor

    def total(self, content: float) -> Tensor:
        """The loss. content: the content's weight."""
        return self.neighbours + self.tone + content * self.content + self.outlines + GAMUT_WEIGHT * self.gamut + self.temporal

    def parts(self) -> Tensor:
        """(5,): the neighbours' term, the tones' with the temporal one, the content's, and what the outlines and the gamut cost."""
        return torch.stack((self.neighbours, self.tone + self.temporal, self.content, self.outlines, GAMUT_WEIGHT * self.gamut))


Tell = Callable[[Terms, float, Tensor], object]
"""Is told the terms of each step, the content's weight, and the picture after it."""


class Finish:
    """The objective of the finish at one size, evaluated as a whole, or exactly the same tile by tile."""

    def __init__(
        self,
        vgg: Vgg,
        start: Tensor,
        sources: Sequence[Source],
        hold: FeatureMatch,
        tiles: Sequence[Tile],
        mode: Mode = WHOLE,
        temporal: Temporal | None = None,
        outlines: Outlines | None = None,
    ) -> None:
        """start: (1, 3, h, w), what the stage before has painted. sources: of the regions. hold: the content's term. mode: its tone at 0, where
        all levels move, lets colours run away, magenta first. temporal: the frame before, for one that follows. outlines: their term with its weight; None:
        they are not held."""
        self._vgg, self._sources, self._layers, self._hold, self._tiles = vgg, sources, mode.layers, hold, tiles
        self._strided, self._temporal, self._outlines = mode.strided, temporal, outlines
        self._tones = _tones(start)
        spread = (self._tones - self._tones.mean((2, 3), keepdim=True)).square().mean()
        self._tone = mode.tone / max(float(spread), SMALLEST_SPREAD)
        self._size = start.shape[-2], start.shape[-1]
        self._counted = sum(tile.pixels for tile in tiles) / (self._size[0] * self._size[1])  # share of the picture that any tile owns
        self._near: dict[tuple[int, str, int], Tensor] = {}
        self._searches = 0

    def gradient(self, image: Tensor, content: float, search: bool, beat: Beat | None = None) -> tuple[Terms, Tensor]:
        """Terms at an image (1, 3, h, w) and the loss' gradient. content: the content's weight; search: whether neighbours are found anew."""
        gradient = torch.zeros_like(image)
        self._searches += search
        parts = []
        for number, tile in enumerate(self._tiles):
            leaf = tile.seen(image).detach().clone().requires_grad_(True)
            terms = self._part(leaf, tile, number, search)
            tile.add(gradient, torch.autograd.grad(terms.total(content), leaf)[0])
            parts.append([one.detach() for one in (terms.neighbours, terms.tone, terms.content, terms.outlines, terms.gamut)])
            if beat:
                beat((number + 1) / len(self._tiles))
        temporal = image.new_zeros(())
        if self._temporal is not None:
            temporal, pull = self._temporal.gradient(image)
            gradient += pull
        neighbours, tone, alike, lines, beyond = (torch.stack(one).sum() for one in zip(*parts, strict=True))
        return Terms(neighbours, tone, alike, lines, beyond, temporal), gradient

    def _part(self, image: Tensor, tile: Tile, number: int, search: bool) -> Terms:
        """A tile's share in the terms but the temporal one."""
        features = self._vgg.features(image, {*self._layers, *self._hold.layers}, tile.seamless)
        found = image.new_zeros(())
        for layer in self._layers:
            level = depth(layer)
            own = tile.inner(features[layer], level)
            for index, source in enumerate(self._sources):
                found = found + self._alike(own, source, (number, layer, index), tile, level, search)
        inner = tile.inner(image)
        height, width = self._size
        tones = _tones(inner)
        target = self._tones[..., tile.rows.start // BLOCK :, tile.columns.start // BLOCK :][..., : tones.shape[-2], : tones.shape[-1]]
        share = tones.shape[-2] * tones.shape[-1] / (self._tones.shape[-2] * self._tones.shape[-1])
        tone = self._tone * (share / self._counted) * squared_difference(tones, target)
        nothing = tone.new_zeros(())
        lines = nothing if self._outlines is None else self._outlines.loss(image, tile) / self._counted
        beyond = gamut(inner) * (tile.pixels / (height * width * self._counted))
        return Terms(found / len(self._layers), tone, self._hold.loss(features, tile), lines, beyond, nothing)

    def _alike(self, own: Tensor, source: Source, place: tuple[int, str, int], tile: Tile, level: int, search: bool) -> Tensor:
        """A tile's share in a layer's term for a region's source. own: (1, C, h, w)."""
        known = source.keys[place[1]]
        say = None if source.says is None else tile.own(source.says[level], level)
        height, width = (-(-side >> level) for side in self._size)
        if level <= self._strided:  # others after each search
            down, across = OFFSETS[self._searches % len(OFFSETS)]
            own = window(own, slice(down, None, 2), slice(across, None, 2))
            say = None if say is None else 4 * say[..., down::2, across::2]
            height, width = (height - down + 1) // 2, (width - across + 1) // 2
        share = own.shape[-2] * own.shape[-1] / (height * width)
        positions = by_position(own)
        if say is not None:
            say = say.flatten()
            counting = say.nonzero()[:, 0]
            positions, say = positions[counting], say[counting]
        if not len(positions):
            return own.new_zeros((), dtype=torch.float32)
        if search:
            self._near[place] = nearest(positions.detach(), known)
        found = difference(positions, known, self._near[place], say)
        return found * share if say is None else found


def tiles_of(task: Task, width: int, height: int, mode: Mode, side: int | None) -> tuple[Tile, ...]:
    """Of a picture of width × height px. side: of each, in px; None: it fits as a whole."""
    seamless = task.parameters.seamless
    return whole(width, height, seamless) if side is None else grid(width, height, side, halo([*_held(task, mode), *mode.layers]), seamless)


def _held(task: Task, mode: Mode) -> dict[str, float]:
    return held_layers(task) if mode.held else {}


def finish_of(
    task: Task,
    start: Tensor,
    content: Tensor,
    regions: Regions,
    vgg: Vgg,
    network: str,
    cache: TargetCache,
    mode: Mode,
    tiles: Sequence[Tile],
    temporal: Temporal | None = None,
) -> Finish:
    """The finish of a task from what the stage before has painted, (1, 3, h, w). content: of any size. tiles: as tiles_of has them, or only some places.
    temporal: the frame before, for one that follows."""
    height, width = start.shape[-2:]
    layers, seamless = _held(task, mode), task.parameters.seamless
    sources = _sources(regions, vgg, network, start, cache, mode)
    base = resized(content, width, height, seamless).clamp(0, 1) if layers else content
    hold = held(vgg, base, layers, regions.strength, tiles)
    outlines = Outlines(base, regions.strength.outlined(), regions.strength.outlines, seamless) if layers else None
    return Finish(vgg, start, sources, hold, tiles, mode, temporal, outlines)


def _sources(regions: Regions, vgg: Vgg, network: str, start: Tensor, cache: TargetCache, mode: Mode) -> list[Source]:
    """Of each region: the keys of its styles, and how much each position of the picture counts there."""
    height, width = start.shape[-2:]
    deepest = max(depth(layer) for layer in mode.layers)
    maps: list[list[Tensor] | None] = []
    for region in regions.counted:
        say = product(regions.weight, region.map)
        maps.append(None if say is None else levels(say, deepest))
    totals = [sum(float(one[level].sum()) for one in maps if one is not None) for level in range(deepest + 1)]
    dtype = next(iter(vgg.filters.values())).weight.dtype
    found = []
    for says, region in zip(maps, regions.counted, strict=True):
        sampled = [style_positions(vgg, network, style, width, height, mode.layers, start.device, cache, mode.enlargement) for style in region.styles]
        shares = [style.weight / sum(one.weight for one in region.styles) for style in region.styles]
        known = {layer: keys([one[layer] for one in sampled], shares, dtype) for layer in mode.layers}
        found.append(Source(known, None if says is None else [say / total for say, total in zip(says, totals, strict=True)]))
    return found


def finish(
    objective: Finish,
    start: Tensor,
    steps: int,
    mode: Mode,
    pull: Callable[[float], float],
    free: Tensor | None,
    tell: Tell,
    beat: Beat | None = None,
    calmed: Callable[[float], Tensor] | None = None,
    seamless: Seamless = Seamless.NONE,
) -> Tensor:
    """The picture (1, 3, h, w) after that many steps; start is changed in place. pull: the content's weight by its loss, that of the step before. free:
    (1, 1, h, w), 1 where pixels may change; None: everywhere. calmed: (1, 1, h, w) in 0–1, how fast they may, by the neighbours' loss; None: all alike.
    seamless: as the objective's. A step whose loss or gradient is not finite is left out, with the moments begun anew and a tenth of the rate. tell may raise
    to end it."""
    shapes = level_shapes(start)[: mode.levels]
    means, squares = ([start.new_zeros(*start.shape[:2], *shape) for shape in shapes] for _ in range(2))
    since, picture, rate, weight = 0, start, 1.0, pull(0.0)
    for number in range(steps):
        terms, gradient = objective.gradient(picture, weight, number % SEARCHED == 0, beat)
        content, loss, size = torch.stack((terms.content, terms.total(1.0), gradient.abs().sum())).tolist()  # one wait for the device
        if not (math.isfinite(loss) and math.isfinite(size)):
            rate, since = rate * 0.1, 0
            for moment in (*means, *squares):
                moment.zero_()
            tell(terms, weight, picture)
            continue
        since += 1
        allowed = free if calmed is None else product(free, calmed(float(terms.neighbours)))
        step = mode.rate * rate * (1 - (1 - LAST_RATE) * number / steps) * min(1.0, since / mode.warming)
        slopes = spread(gradient if allowed is None else gradient.mul_(allowed), shapes, seamless)
        del gradient
        moves: list[Tensor] = []
        while slopes:
            slope, mean, square = slopes.pop(0), means[len(moves)], squares[len(moves)]
            mean.lerp_(slope, 1 - BETAS[0])
            square.mul_(BETAS[1]).addcmul_(slope, slope, value=1 - BETAS[1])
            size = torch.div(square, 1 - BETAS[1] ** since, out=slope).sqrt_().add_(EPSILON)
            moves.append(torch.div(mean, size, out=size).mul_(-step / (1 - BETAS[0] ** since)))
        move = joined(moves, seamless)
        picture += move if allowed is None else move.mul_(allowed)
        tell(terms, weight, picture)
        weight = pull(content)
    return picture


def level_shapes(picture: Tensor) -> list[tuple[int, int]]:
    """Heights and widths of a picture's (1, c, h, w) Laplacian pyramid, finest first, what is left last."""
    height, width = picture.shape[-2:]
    found = [(height, width)]
    while len(found) <= LEVELS and min(height, width) >= SMALLEST:
        height, width = -(-height // 2), -(-width // 2)
        found.append((height, width))
    return found


def joined(levels: list[Tensor], seamless: Seamless = Seamless.NONE) -> Tensor:
    """What the finest levels of a pyramid add up to, in the finest of them; the list is used up."""
    picture = levels.pop()
    while levels:
        level = levels.pop()
        picture = level.add_(resized_repeating(picture, level.shape[-1], level.shape[-2], seamless, LINEAR, _enlarged))
    return picture


def spread(gradient: Tensor, shapes: Sequence[tuple[int, int]], seamless: Seamless = Seamless.NONE) -> list[Tensor]:
    """The gradient by the finest of a pyramid's levels, of the gradient (1, c, h, w) by its picture. shapes: of the levels, the first the picture's."""
    found = [gradient]
    for shape in shapes[1:]:
        like = gradient.new_empty(()).expand(*gradient.shape[:2], *shape)  # never read
        found.append(resized_back(found[-1], like, seamless, LINEAR, _enlarged_back))
    return found


def _enlarged(picture: Tensor, width: int, height: int) -> Tensor:
    return F.interpolate(picture, size=(height, width), mode="bilinear", align_corners=False)


def _enlarged_back(gradient: Tensor, width: int, height: int) -> Tensor:
    back: Tensor = torch.ops.aten.upsample_bilinear2d_backward(gradient, gradient.shape[-2:], [*gradient.shape[:2], height, width], False)
    return back


def _tones(picture: Tensor) -> Tensor:
    return F.avg_pool2d(picture, BLOCK, ceil_mode=True)
