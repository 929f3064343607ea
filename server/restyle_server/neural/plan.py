"""Owns the plan of a painting: the sizes of its pyramid and how many loss evaluations each of them gets. Imports no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from .parameters import SMALLEST_SIDE, Preset

STEP = 2.0  # ratio of two neighbouring scales
COARSEST = 80  # px, square root of the area under which no scale is begun: the receptive field of relu5_1, 156 px, then covers the picture
DRAFT_COARSEST = 160  # same for a draft, which has no evaluation to spare: at 192 px, one of 96 before leaves it up to twice as far from the style
MOST_SCALES = 7
LARGEST_WHOLE = 1024  # px, longest side: beyond it, only details are added to what is painted at this size or less
DETAIL_COST = 0.56  # of an evaluation with all layers, measured with tiles at 2048² and 4096²: relu3_1 lies at 31 % of the multiplications, tiles run it twice
DETAIL_EVALUATIONS: Mapping[Preset, int] = MappingProxyType({Preset.DRAFT: 2, Preset.STANDARD: 3, Preset.FINE: 4})  # at most: strokes are laid before them

SHARES: Mapping[Preset, tuple[float, ...]] = MappingProxyType(
    {  # of the budget, finest scale first; the last one repeats. A draft has none to spare for the coarse scales
        Preset.DRAFT: (0.60, 0.25, 0.15),
        Preset.STANDARD: (0.50, 0.32, 0.18, 0.10),
        Preset.FINE: (0.60, 0.28, 0.12, 0.05),
    }
)


@dataclass(frozen=True, slots=True)
class Scale:
    """One size of the pyramid. cost: of one evaluation, in evaluations of all layers at the finest scale. detail: whether it only adds details."""

    width: int
    height: int
    evaluations: int
    cost: float
    detail: bool = False

    @property
    def load(self) -> float:
        """Of one evaluation, in pixels that pass through all layers."""
        return self.width * self.height * (DETAIL_COST if self.detail else 1.0)


def plan(width: int, height: int, preset: Preset, budget: int) -> tuple[Scale, ...]:
    """Scales of a painting of width × height px, coarsest first. All of them together cost at most `budget` evaluations at the finest; empty when the budget
    is 0. Above LARGEST_WHOLE the budget is that of the largest size that is painted whole, and the detail scales come on top."""
    if budget <= 0:
        return ()
    if max(width, height) > LARGEST_WHOLE:
        return _large(width, height, preset, budget)
    sizes = _sizes(width, height, DRAFT_COARSEST if preset is Preset.DRAFT else COARSEST)
    shares = SHARES[preset]
    given = [shares[min(i, len(shares) - 1)] for i in range(len(sizes))]
    scales: list[Scale] = []
    left = float(budget)
    for i, (w, h) in reversed(list(enumerate(sizes))):
        cost = w * h / (width * height)
        wanted = left if i == 0 else min(budget * given[i] / sum(given), left - 1)  # the finest scale keeps one at least
        evaluations = max(0, math.floor(wanted / cost + 1e-9))
        if evaluations:
            scales.append(Scale(w, h, evaluations, cost))
            left -= evaluations * cost
    return tuple(scales)


def _large(width: int, height: int, preset: Preset, budget: int) -> tuple[Scale, ...]:
    sizes = [(width, height)]
    while max(sizes[-1]) > LARGEST_WHOLE:
        sizes.append((max(SMALLEST_SIDE, -(-sizes[-1][0] // 2)), max(SMALLEST_SIDE, -(-sizes[-1][1] // 2))))
    share = sizes[-1][0] * sizes[-1][1] / (width * height)
    painted = tuple(replace(scale, cost=scale.cost * share) for scale in plan(*sizes[-1], preset, budget))
    count = min(budget, DETAIL_EVALUATIONS[preset])
    details = sizes[:-1][::2]  # four times as large at once
    return painted + tuple(Scale(w, h, count, w * h / (width * height) * DETAIL_COST, True) for w, h in reversed(details))


def work(width: int, height: int, preset: Preset, budget: int) -> float:
    """What a painting costs: pixels times evaluations of all layers."""
    return sum(scale.cost * scale.evaluations for scale in plan(width, height, preset, budget)) * width * height


def _sizes(width: int, height: int, coarsest: int) -> list[tuple[int, int]]:
    """Finest first; no side under SMALLEST_SIDE, each clearly smaller than the one before."""
    sizes = [(width, height)]
    for k in range(1, MOST_SCALES):
        factor = STEP**-k
        if math.sqrt(width * height) * factor < coarsest / math.sqrt(STEP):
            break
        size = max(SMALLEST_SIDE, round(width * factor)), max(SMALLEST_SIDE, round(height * factor))
        if size[0] * size[1] > 0.8 * sizes[-1][0] * sizes[-1][1]:
            break
        sizes.append(size)
    return sizes
