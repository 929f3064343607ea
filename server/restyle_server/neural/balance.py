"""Owns what strength means: the ratio of style gradient to content gradient at the start of each scale.

The content's gradient vanishes where the picture still is the content, and grows about linearly with the distance from it. So it is measured at the state at
the start of the scale, or, nearer to the content than PROBE, at a probe that a step along the style's gradient leads to, and is brought to the distance PROBE.
"""

from __future__ import annotations

import torch
from torch import Tensor

PROBE = 0.1  # root mean square distance from the content, in parts of the range: what a moderate style changes
NEAR = 0.03  # nearer than this the content's error is rounding noise, above all in bf16
DECADE = 25.0  # points of strength for a factor of ten of the ratio
LARGEST_HOLD = 1e3  # content weight where the strength map is nearly 0
CONTENT_DECAY = 1.0  # by which the content's weight falls from one scale to the next finer


def ratio(strength: float) -> float:
    """Style gradient over content gradient for a strength above 0 and up to 100: 1 at 50, ten times more per DECADE."""
    return float(10 ** ((strength - 50) / DECADE))


def content_hold(strength: float, strength_map: Tensor) -> Tensor:
    """How many times more the content weighs where the map (0–1) lowers the strength."""
    local = strength * strength_map
    return (10 ** ((strength - local) / DECADE)).clamp(max=LARGEST_HOLD)


def rms(x: Tensor) -> float:
    """Root mean square of all values."""
    return float(x.square().mean().sqrt())


def probe(base: Tensor, image: Tensor, style_gradient: Tensor) -> Tensor:
    """A picture at the distance PROBE from the content: where the image leads, or, when it is the content itself, down the style's gradient."""
    moved = image - base
    if rms(moved) < NEAR / 10:
        moved = -style_gradient
    size = rms(moved)
    return base if size == 0 else (base + moved * (PROBE / size)).clamp(0, 1)


def content_weight(strength: float, levels_above: int, style_gradient: Tensor, content_gradient: Tensor, distance: float) -> float:
    """The content's weight beside a style weight of 1. levels_above: how many finer scales follow; distance: RMS from the content where its gradient was
    taken. 0 when there is no content gradient at all."""
    stiffness = rms(content_gradient) / distance * PROBE if distance > 0 else 0.0
    if not stiffness > 0:
        return 0.0
    return rms(style_gradient) / (ratio(strength) * stiffness) * CONTENT_DECAY**levels_above


def frozen(gradient: Tensor, free: Tensor | None) -> Tensor:
    """The gradient where pixels may change, 0 elsewhere."""
    return gradient if free is None else gradient * free


def all_finite(*tensors: Tensor) -> bool:
    """Whether no value is infinite or not a number."""
    return all(bool(torch.isfinite(t).all()) for t in tensors)
