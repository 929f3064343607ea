"""Owns what strength means, for every preset: how far a painting may go from its content, 0–100.

What decides is the content's loss C: the squared difference of its activations, in parts of their own variance, so that a calm photo and a busy one are held
alike. The content is felt with weight · (C / reach)^POWER: little where the painting is nearer than the reach that belongs to its strength, and soon more than
any style beyond. So all styles end near the reach; with a plain weight they end at distances that say more about the style than about the strength.

Below FADED the painting is that of FADED, over which the content comes back: 0 is the content itself, exactly.
"""

from __future__ import annotations

import math
from bisect import bisect_right

import torch
from torch import Tensor

FADED = 25.0  # strength under which a painting fades out: there every line of the content is kept
REACHES = {25.0: 0.25, 50.0: 0.65, 75.0: 1.1, 100.0: 3.0}  # content's loss near which paintings end, by strength
EVEN = 0.3  # content's weight at its reach beside a style of 1: what a style still gains there
POWER = 3  # of the loss over the reach
STEEPEST = 2.0  # reaches beyond which the content pulls no harder: a start far away would spend its evaluations on the way back
COARSER = 0.4  # of its weight, for each halving of the size: large strokes form while the picture is small, lines hold when it is fine
FINISH = 0.1  # of its weight at the reach, in the finish
LARGEST_HOLD = 1e3  # times that a place may be held more than the rest, where the strength map is low
COLORED = 50.0  # strength from which on the content counts in the styles' colours
PAINTED = 50.0  # strength from which on no texture of the photo is taken along to the next scale


def reach(strength: float) -> float:
    """The content's loss that belongs to a strength, straight between REACHES in its logarithm; that of FADED below it."""
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


def finish_weight(strength: float, content: float) -> float:
    """The content's weight in the finish, where its loss is that."""
    return EVEN * FINISH * slope(content, reach(strength))


def hold(strength: float, local: Tensor) -> Tensor:
    """How many times more the content's error counts at each place of a strength map (1, 1, h, w) in 0–1, so that each ends near its own reach."""
    highest = reach(strength)
    flat = [highest / reach(strength * step / 100) for step in range(101)]  # by hundredths of the map
    table = torch.tensor(flat, device=local.device, dtype=local.dtype)
    return table[(local * 100).round().long()].clamp(max=LARGEST_HOLD)


def share(strength: float, local: Tensor | None, full: float) -> Tensor:
    """Strength over `full`, at most 1: (1, 1, h, w) as the map, (1, 1, 1, 1) without one."""
    found = torch.full((1, 1, 1, 1), strength) if local is None else strength * local
    return (found / full).clamp(max=1)


def painted_share(strength: float, local: Tensor | None, full: float) -> Tensor:
    """The same of what is painted, which below FADED is FADED's."""
    return share(strength, local, full).clamp(min=FADED / full)


def faded(strength: float, local: Tensor | None) -> Tensor:
    """How much of the painting shows."""
    return share(strength, local, FADED)
