"""Owns what strength means: how far from the content a painting may go for its style.

Both losses come in units of their own size (scene.py: the style's in parts of the loss of an empty picture; the content's in activations of mean 1), so that
one weight fits most styles, photos and weights files once a painting has settled. A draft stops halfway, where a plain term leaves distances a factor of two
apart. There a content loss C enters the objective as weight·C²/(2·reach): at C = reach it holds as a plain term of that weight would, nearer to the content it
gives way, beyond it resists. tests/pictures/strength_proof.py measures both.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

EVEN = 0.01  # content weight at strength 50: lines and faces stay, the style can be named
SETTLED = 1.5  # times that weight where there is time to settle: outlines stay, the border gets no more texture than the rest
EVEN_REACH = 0.8  # content loss at strength 50, where a plain term of that weight would end after many evaluations
REACH_POWER = 0.65  # by which the reach grows with the ratio, as it would with a plain term: strength 25 to 100, four styles × two photos
DECADES = 2.0  # by which the ratio grows from strength 0 to 50, and again to 100
LATE = 0.8  # decades of the upper two that come with the cube of the way: from 50 to 75 painters still want the photo
LARGEST_HOLD = 1e4  # times that the content weighs more where the strength map is nearly 0


@dataclass(frozen=True, slots=True)
class Holding:
    """How the content holds. weight: beside a style weight of 1; reach: the content loss at which it is felt as such; None: everywhere."""

    weight: float
    reach: float | None


def ratio(strength: Tensor) -> Tensor:
    """Style over content for strengths of 0–100: 1 at 50, a hundredth at 0, a hundred at 100."""
    way = (strength - 50) / 50
    above = way.clamp(min=0)
    decades: Tensor = DECADES * way + LATE * (above**3 - above)
    return 10**decades


def holding(strength: float, strength_map: Tensor | None, *, settles: bool) -> Holding:
    """How the content holds at a strength. strength_map: (1, 1, h, w) in 0–1; the reach is the mean of what it makes of the strength. settles: whether there
    are evaluations enough."""
    everywhere = torch.tensor(strength)
    if settles:
        return Holding(SETTLED * EVEN / float(ratio(everywhere)), None)
    local = everywhere if strength_map is None else strength * strength_map
    return Holding(EVEN / float(ratio(everywhere)), EVEN_REACH * float((ratio(local) ** REACH_POWER).mean()))


def content_hold(strength: float, strength_map: Tensor) -> Tensor:
    """How many times more the content weighs where the map (0–1) lowers the strength, by its weight and its reach there; 1 where it does not."""
    hold = (ratio(torch.tensor(strength)) / ratio(strength * strength_map)) ** (1 + REACH_POWER)
    return hold.clamp(max=LARGEST_HOLD)


def frozen(gradient: Tensor, free: Tensor | None) -> Tensor:
    """The gradient where pixels may change, 0 elsewhere."""
    return gradient if free is None else gradient * free
