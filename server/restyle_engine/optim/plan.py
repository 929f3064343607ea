"""Owns the plan of a painting: the sizes of its pyramid, how many loss evaluations each of them gets, and the finish. Imports no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from ..parameters import SMALLEST_SIDE, Preset, Seamless, repeated

STEP = 2.0  # ratio of two neighbouring scales
COARSEST = 80  # px, square root of the area under which no scale is begun: the receptive field of relu5_1, 156 px, then covers the picture
MOST_SCALES = 7
MARGIN = 8  # px around what is painted whole that are painted along and cut off in the end: along its border, the network sees a frame
LARGEST_WHOLE = 1024  # px, longest side: beyond it, only details are added to what is painted at this size or less
FINISH_COST = 1.3  # of an evaluation, a step of the finish: a layer less deep, with the search
DETAIL_COST = 0.6  # same, with the layers up to relu3_1
FOLLOWED_MOMENTS = 2, 4  # evaluations of the statistics, at least and at most, of a frame that begins with the painting before: the first one only looks
FOLLOWED = 0.4  # of the plan's evaluations at its finest size, and of its finish
FOLLOWED_DETAIL = 0.5
UPDATED = 0.3  # of a plan's evaluations, where only a part is painted anew
UPDATED_FINISH = 0.6  # of the finish at its finest size: what is new has to become paint as dense as what lies beside it
UPDATED_DETAIL = 1.0
DETAIL_STEPS = 8  # at most, of each size above LARGEST_WHOLE

FINISHED: Mapping[Preset, float] = MappingProxyType({Preset.DRAFT: 0.22, Preset.STANDARD: 0.43, Preset.FINE: 0.35})  # of the budget, for the finish
HALF_FINISHED: Mapping[Preset, float] = MappingProxyType({Preset.DRAFT: 0.25})  # of it, for one at half the size, where a step costs a quarter
LEAST = 2  # evaluations that are left to the statistics: the first of them only looks
LARGE_STROKES = (0.30, 0.40, 0.30, 0.15)  # of the rest, finest scale first; the last one repeats: large strokes form at the coarse ones, which cost little
SHARES: Mapping[Preset, tuple[float, ...]] = MappingProxyType(
    {Preset.DRAFT: (0.46, 0.31, 0.14, 0.07), Preset.STANDARD: LARGE_STROKES, Preset.FINE: LARGE_STROKES}
)  # a draft's few at the finest one bring its half-size finish to the grain of the style


class Stage(Enum):
    """MOMENTS: the styles' statistics place colours and the composition of strokes. FINISH: nearest neighbours make them paint. DETAIL: the same for what
    is small, in a picture that is too large to be painted whole."""

    MOMENTS = "moments"
    FINISH = "finish"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class Scale:
    """One stage of the work at one size, in px. evaluations: of the loss, steps in the finish; cost: of one of them, in evaluations of the moments' loss at the
    painting's size, margin included; margin: px on each side that come on top, but for sides that are seamless."""

    width: int
    height: int
    evaluations: int
    cost: float
    stage: Stage = Stage.MOMENTS
    margin: int = 0
    seamless: Seamless = Seamless.NONE

    @property
    def margins(self) -> tuple[int, int]:
        """px on the left and right, px above and below."""
        return _margins(self.margin, self.seamless)

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height with the margin, in px."""
        across, down = self.margins
        return self.width + 2 * across, self.height + 2 * down

    @property
    def spent(self) -> float:
        """Of the budget."""
        return self.evaluations * self.cost

    @property
    def load(self) -> float:
        """Of one evaluation, in pixels that pass through all layers."""
        return math.prod(self.canvas) * {Stage.MOMENTS: 1.0, Stage.FINISH: FINISH_COST, Stage.DETAIL: DETAIL_COST}[self.stage]


def plan(width: int, height: int, preset: Preset, budget: int, seamless: Seamless = Seamless.NONE) -> tuple[Scale, ...]:
    """Scales of a painting of width × height px, coarsest first, the finish last. All of them together cost at most `budget` evaluations at the finest; empty
    when the budget is 0. Above LARGEST_WHOLE the budget is that of the largest size that is painted whole, and the details come on top.
    seamless: sides that repeat are those of work_size, and so at every scale."""
    if budget <= 0:
        return ()
    if max(width, height) > LARGEST_WHOLE:
        return _large(width, height, preset, budget, seamless)
    sizes, shares = _sizes(width, height, seamless), SHARES[preset]
    room, halved = max(0, budget - LEAST), HALF_FINISHED.get(preset, 0.0)
    finished = FINISHED[preset] + (halved if len(sizes) == 1 else 0.0)
    last = _scale((width, height), (width, height), min(budget * finished, room), Stage.FINISH, seamless)
    halves = [_scale(size, (width, height), min(budget * halved, room - last.spent), Stage.FINISH, seamless) for size in sizes[1:2]]
    moments = left = budget - last.spent - sum(half.spent for half in halves)
    given = [shares[min(i, len(shares) - 1)] for i in range(len(sizes))]
    scales: list[Scale] = []
    for i, size in reversed(list(enumerate(sizes))):
        wanted = left if i == 0 else min(moments * given[i] / sum(given), left - 1)  # the finest scale keeps one at least
        scales.append(_scale(size, (width, height), wanted, Stage.MOMENTS, seamless))
        left -= scales[-1].spent
        if i == 1:
            scales += halves
    return tuple(scale for scale in (*scales, last) if scale.evaluations)


def followed(scales: tuple[Scale, ...]) -> tuple[Scale, ...]:
    """What is left of a plan for a frame that begins with the painting before: a few of the statistics, for what is new, at the finest size, a part of
    the finish and of each detail scale."""
    finest = max((scale.width for scale in scales if scale.stage is Stage.MOMENTS), default=0)
    return tuple(replace(scale, evaluations=_followed(scale)) for scale in scales if scale.width >= finest)


def _followed(scale: Scale) -> int:
    if scale.stage is Stage.MOMENTS:
        least, most = FOLLOWED_MOMENTS
        return max(least, min(most, math.ceil(scale.evaluations * FOLLOWED)))
    return math.ceil(scale.evaluations * (FOLLOWED if scale.stage is Stage.FINISH else FOLLOWED_DETAIL))


def updated(scales: tuple[Scale, ...]) -> tuple[Scale, ...]:
    """What is left of a plan where the painting before stays but for a part: the statistics at half and at the whole size, and a part of what follows."""
    moments = [scale for scale in scales if scale.stage is Stage.MOMENTS]
    half = min((scale.width * scale.height for scale in moments[-2:]), default=0)
    finest = max((scale.width for scale in moments), default=0)
    return tuple(replace(scale, evaluations=_updated(scale, finest)) for scale in scales if scale.width * scale.height >= half)


def _updated(scale: Scale, finest: int) -> int:
    share = UPDATED_DETAIL if scale.stage is Stage.DETAIL else UPDATED_FINISH if scale.stage is Stage.FINISH and scale.width >= finest else UPDATED
    return max(min(LEAST, scale.evaluations), math.ceil(scale.evaluations * share))


def _large(width: int, height: int, preset: Preset, budget: int, seamless: Seamless) -> tuple[Scale, ...]:
    sizes = [(width, height)]
    while max(sizes[-1]) > LARGEST_WHOLE:
        half_width, half_height = (max(SMALLEST_SIDE, -(-side // 2)) for side in sizes[-1])
        sizes.append((repeated(half_width, seamless.across), repeated(half_height, seamless.down)))
    whole = sizes[-1]
    area = _area((width, height), _margin(width, whole[0]), seamless)
    painted = tuple(replace(scale, cost=scale.cost * _area(whole, MARGIN, seamless) / area) for scale in plan(*whole, preset, budget, seamless))
    steps = min(budget, DETAIL_STEPS)
    margins = [_margin(w, whole[0]) for w, _ in sizes]
    details = [
        Scale(*size, steps, DETAIL_COST * _area(size, margin, seamless) / area, Stage.DETAIL, margin, seamless)
        for size, margin in zip(sizes[:-1], margins[:-1], strict=True)
    ]
    return painted + tuple(reversed(details))


def _scale(size: tuple[int, int], whole: tuple[int, int], budget: float, stage: Stage, seamless: Seamless) -> Scale:
    """One of a painting that is done whole, with as many evaluations as the budget pays. size, whole: width and height."""
    margin = _margin(size[0], whole[0])
    cost = _area(size, margin, seamless) / _area(whole, MARGIN, seamless) * (FINISH_COST if stage is Stage.FINISH else 1.0)
    return Scale(*size, max(0, math.floor(budget / cost + 1e-9)), cost, stage, margin, seamless)


def _margin(width: int, whole: int) -> int:
    """The margin at a size: MARGIN where the picture is painted whole, and a px at least."""
    return max(1, round(MARGIN * width / whole))


def _margins(margin: int, seamless: Seamless) -> tuple[int, int]:
    return 0 if seamless.across else margin, 0 if seamless.down else margin


def _area(size: tuple[int, int], margin: int, seamless: Seamless) -> int:
    across, down = _margins(margin, seamless)
    return (size[0] + 2 * across) * (size[1] + 2 * down)


def work(width: int, height: int, preset: Preset, budget: int) -> float:
    """What a painting costs: pixels times evaluations of all layers."""
    return sum(scale.load * scale.evaluations for scale in plan(width, height, preset, budget))


def _sizes(width: int, height: int, seamless: Seamless) -> list[tuple[int, int]]:
    """Finest first; no side under SMALLEST_SIDE, each clearly smaller than the one before."""
    sizes = [(width, height)]
    for k in range(1, MOST_SCALES):
        factor = STEP**-k
        if math.sqrt(width * height) * factor < COARSEST / math.sqrt(STEP):
            break
        w, h = max(SMALLEST_SIDE, round(width * factor)), max(SMALLEST_SIDE, round(height * factor))
        size = repeated(w, seamless.across), repeated(h, seamless.down)
        if size[0] * size[1] > 0.8 * sizes[-1][0] * sizes[-1][1]:
            break
        sizes.append(size)
    return sizes
