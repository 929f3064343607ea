"""Owns what strength means: how much a style's gradient weighs against the content's.

Both losses come in units of their own size (scene.py: the style's in parts of the loss of an empty picture; the content's in activations of mean 1), which
alone makes one ratio fit most styles, photos and weights files. Around that, the two gradients are measured at the start of each scale and correct the
ratio, within bounds: where the picture still is the content, the content's gradient is zero, and the style's lies on the steep wall of a quartic, so that it
says little about where the two will meet. Measured on the compact weights, four styles × two photos: content weights by gradients at the start alone spread
over a factor of 60 for one and the same balance, and one fixed weight by size gave content losses within a factor of about 2.

A draft stops long before the two meet, and would end at distances from the content that say more about the style than about the strength. So there the content
holds by distance: a loss C is felt with weight·(C/reach)³, next to nothing near the content, like a plain term of that weight at C = reach, and soon far more
beyond. All styles then end near the reach (tests/pictures/strength_proof.py measures it). From STEEPEST reaches on it is felt no more than there: a picture
that begins far out, in the style's colours, would spend half of its evaluations on the way back before any style shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

EVEN = 0.01  # content weight at strength 50: lines and faces stay, the style can be named
DECADE = 25.0  # points of strength for a factor of ten of the ratio
PROBE = 0.1  # root mean square distance from the content, in parts of the range, to which the content's gradient is brought
NEAR = 0.03  # nearer than this the content's error is rounding noise, above all in bf16
LEEWAY = 1.5  # largest factor by which the gradients may correct the ratio
LARGEST_HOLD = 1e4  # content weight where the strength map is nearly 0
CONTENT_DECAY = 1.0  # by which the content's weight falls from one scale to the next finer
REACHES = {0.0: 0.1, 25.0: 0.3, 50.0: 1.0, 75.0: 2.4, 100.0: 14.0}  # content loss near which drafts end, by strength; the last is out of their reach
POWER = 3  # of the loss over the reach: the square lets styles end farther apart
STEEPEST = 2.0  # reaches, of at least that of strength 50: a weaker one begins nearer, and its style must not pull it out there
DRAFT_POWER = 0.35  # by which a draft's content weight falls with the ratio; the reach does the rest


@dataclass(frozen=True, slots=True)
class Holding:
    """How the content holds. weight: beside a style weight of 1; reach: the content loss at which it is felt as such, None: everywhere."""

    weight: float
    reach: float | None = None


def ratio(strength: float) -> float:
    """Style over content for a strength above 0 and up to 100: 1 at 50, ten times more per DECADE."""
    return float(10 ** ((strength - 50) / DECADE))


def content_hold(strength: float, strength_map: Tensor) -> Tensor:
    """How many times more the content weighs where the map (0–1) lowers the strength."""
    local = strength * strength_map
    hold: Tensor = 10 ** ((strength - local) / DECADE)
    return hold.clamp(max=LARGEST_HOLD)


def draft_holding(strength: float, strength_map: Tensor | None) -> Holding:
    """How the content holds in a draft. strength_map: (1, 1, h, w) in 0–1: the reach is then where the loss ends if each place ends at its own."""
    weight = EVEN / ratio(strength) ** DRAFT_POWER
    if strength_map is None:
        return Holding(weight, float(_reach(strength)))
    local: NDArray[np.float32] = strength_map.cpu().numpy()
    hold: NDArray[np.float32] = content_hold(strength, strength_map).cpu().numpy()
    places = np.where(local > 0, _reach(strength * local) * hold, 0)  # where the map is 0 nothing moves
    return Holding(weight, max(float(places.mean()), REACHES[0.0]))


def _reach(strength: float | NDArray[np.float32]) -> NDArray[np.float64]:
    """Straight between REACHES in its logarithm."""
    return np.asarray(np.exp(np.interp(strength, list(REACHES), np.log(list(REACHES.values())))))


def slope(content: float, reach: float) -> float:
    """How much a content's loss is felt beside one at the reach: (C/reach)³, up to STEEPEST."""
    return (min(content, _steepest(reach)) / reach) ** POWER


def held(content: Tensor, reach: float) -> Tensor:
    """What a content's loss (a scalar) costs at a weight of 1: the integral of the slope."""
    steepest = _steepest(reach)
    near = content ** (POWER + 1) / ((POWER + 1) * reach**POWER)
    far = slope(steepest, reach) * (content - steepest * POWER / (POWER + 1))
    return torch.where(content < steepest, near, far)


def _steepest(reach: float) -> float:
    return STEEPEST * max(reach, REACHES[50.0])


def rms(x: Tensor) -> float:
    """Root mean square of all values."""
    return float(x.square().mean().sqrt())


def content_weight(strength: float, levels_above: int, style_gradient: Tensor, content_gradient: Tensor, distance: float) -> float:
    """The content's weight beside a style weight of 1. levels_above: how many finer scales follow; distance: RMS from the content, where the gradients were
    taken."""
    return EVEN * _correction(style_gradient, content_gradient, distance) / ratio(strength) * CONTENT_DECAY**levels_above


def _correction(style_gradient: Tensor, content_gradient: Tensor, distance: float) -> float:
    if distance < NEAR:
        return 1.0
    stiffness = rms(content_gradient) * PROBE / distance
    wanted = rms(style_gradient) / stiffness if stiffness > 0 else math.nan
    return min(LEEWAY, max(1 / LEEWAY, wanted / EVEN)) if math.isfinite(wanted) else 1.0


def frozen(gradient: Tensor, free: Tensor | None) -> Tensor:
    """The gradient where pixels may change, 0 elsewhere."""
    return gradient if free is None else gradient * free


def all_finite(*tensors: Tensor) -> bool:
    """Whether no value is infinite or not a number."""
    return all(bool(torch.isfinite(t).all()) for t in tensors)
