"""Owns what strength means, for every preset: how far a painting may go from its content, 0–100.

What decides is the content's loss C: the squared difference of its activations, in parts of their own variance, so that a calm photo and a busy one are held
alike. The content is felt with weight · (C / reach)^POWER: little where the painting is nearer than the reach that belongs to its strength, and soon more than
any style beyond. So all styles end near the reach; with a plain weight they end at distances that say more about the style than about the strength.

Below FADED the painting is that of FADED, over which the content comes back: 0 is the content itself, exactly.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..parameters import Seamless
from ..resizing import resized_map, tensor
from ..task import Task

FADED = 25.0  # strength under which a painting fades out: there every line of the content is kept
REACHES = {25.0: 0.25, 50.0: 0.65, 75.0: 1.1, 100.0: 3.0}  # content's loss near which paintings end, by strength
EVEN = 0.3  # content's weight at its reach beside a style of 1: what a style still gains there
POWER = 3  # of the loss over the reach
STEEPEST = 2.0  # reaches beyond which the content pulls no harder: a start far away would spend its evaluations on the way back
COARSER = 0.4  # of its weight, for each halving of the size: large strokes form while the picture is small, lines hold when it is fine
FINISH = 0.1  # of its weight at the reach, in the finish
OUTLINES = 0.03  # weight of the content's outlines in the finish, at the reach of EVENLY
EVENLY = 50.0  # strength
COLORED = 50.0  # strength from which on the content counts in the styles' colours
PAINTED = 50.0  # strength from which on no texture of the photo is taken along to the next scale


@dataclass(frozen=True, slots=True, eq=False)
class Strength:
    """A task's strength, at a size. value: 0–100; map: (1, 1, h, w) in 0–1, what it is multiplied by at each place, None: 1 everywhere. kept: (1, 1, h, w) in
    0–1, how far each place is to stay legible, None: nowhere."""

    value: float
    map: Tensor | None = None
    kept: Tensor | None = None

    def at(self, width: int, height: int, seamless: Seamless = Seamless.NONE) -> Strength:
        """The same at another size."""
        sized = (None if one is None else resized_map(one, width, height, seamless) for one in (self.map, self.kept))
        return Strength(self.value, *sized)

    @property
    def reach(self) -> float:
        """The content's loss that belongs to it, straight between REACHES in its logarithm; that of FADED below it."""
        return _reach(self.value)

    def pull(self, content: float) -> float:
        """The content's weight in the finish, where its loss is that."""
        return EVEN * FINISH * slope(content, self.reach)

    @property
    def outlines(self) -> float:
        """The weight of the content's outlines in the finish: strokes cross them the more the further a painting may go."""
        return OUTLINES * (REACHES[EVENLY] / self.reach) ** 2

    def hold(self) -> Tensor | None:
        """How many times more the content's error counts at each place of the map, so that each ends near its own reach; None: everywhere once."""
        lowered = self._lowered
        if lowered is None:
            return None
        flat = [self.reach / _reach(self.value * step / 100) for step in range(101)]  # by hundredths of the map
        table = torch.tensor(flat, device=lowered.device, dtype=lowered.dtype)
        return table[(lowered * 100).round().long()]

    def outlined(self) -> Tensor | None:
        """The same for the content's outlines: as `outlines` goes by the square of the reach, each place holds those of its own strength."""
        more = self.hold()
        return None if more is None else more.square()

    def free(self, like: Tensor) -> Tensor | None:
        """1 where pixels may change, else 0, (1, 1, h, w) on the device and of the type of another tensor; None: everywhere."""
        return None if self.map is None else (self.map > 0).to(like)

    def colored(self) -> Tensor:
        """How far the content counts in the styles' colours, 0–1: (1, 1, h, w) as the map, (1, 1, 1, 1) without one."""
        return self._painted(COLORED)

    def textured(self) -> Tensor:
        """How much of the photo's texture is taken along to the next scale, of the same shape."""
        lowered = replace(self, map=self._lowered, kept=None)
        return 1 - lowered._painted(PAINTED)

    def shown(self, width: int, height: int) -> Tensor:
        """How much of the painting shows at a size, of the same shape."""
        return self.at(width, height)._share(FADED)

    @property
    def _lowered(self) -> Tensor | None:
        """What the strength is multiplied by where lines are concerned: what is kept comes down to FADED, and no further, as it is to be painted too. Colours
        stay the styles' there."""
        if self.kept is None or self.value <= FADED:
            return self.map
        return (1 - (1 - FADED / self.value) * self.kept) * (1 if self.map is None else self.map)

    def _painted(self, full: float) -> Tensor:
        """The share of what is painted, which below FADED is FADED's."""
        return self._share(full).clamp(min=FADED / full)

    def _share(self, full: float) -> Tensor:
        found = torch.full((1, 1, 1, 1), self.value) if self.map is None else self.value * self.map
        return (found / full).clamp(max=1)


def strength_of(task: Task, device: torch.device) -> Strength:
    """A task's, at the work's size."""
    return Strength(task.parameters.strength, *(None if one is None else tensor(one, device) for one in (task.strength_map, task.kept)))


def _reach(strength: float) -> float:
    known = sorted(REACHES)
    if strength <= known[0]:
        return REACHES[known[0]]
    upper = min(bisect_right(known, strength), len(known) - 1)
    low, high = known[upper - 1], known[upper]
    share = min(1.0, (strength - low) / (high - low))
    return math.exp(math.log(REACHES[low]) * (1 - share) + math.log(REACHES[high]) * share)


def weight(levels_above: int) -> float:
    """The content's weight at its reach beside a style of 1. levels_above: how many finer scales follow."""
    return EVEN * COARSER**levels_above


def felt(content: Tensor, reach: float) -> Tensor:
    """What a content's loss (a scalar) costs at a weight of 1: the integral of the slope."""
    steepest = STEEPEST * reach
    near = content ** (POWER + 1) / ((POWER + 1) * reach**POWER)
    far = STEEPEST**POWER * (content - steepest * POWER / (POWER + 1))
    return torch.where(content < steepest, near, far)


def slope(content: float, reach: float) -> float:
    """How much a content's loss is felt, beside one at the reach."""
    return (min(content, STEEPEST * reach) / reach) ** POWER
