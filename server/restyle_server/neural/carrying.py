"""Owns what a picture takes along from one scale of the painting to the next, larger one."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .resizing import resized, resized_map

PAINTED = 50.0  # strength from which on no texture of the photo is left under the paint
EDGE = 0.88  # quantile of the squared gradient from which on a place counts as an edge
FLAT = 1e-6  # squared gradient that is never an edge
SAMPLES = 100_000  # pixels among which the quantile is sought


def texture_kept(strength: float, strength_map: Tensor | None) -> Tensor:
    """Share, 0–1, of the content's texture that stays where there is no edge; (1, 1, h, w) as the map, or (1, 1, 1, 1): all at strength 0, none from PAINTED.
    What the photo's own texture says in the top octave the optimiser hardly touches, as deep layers don't see it: it would stand under the paint for ever."""
    local = torch.full((1, 1, 1, 1), strength) if strength_map is None else strength * strength_map
    return (1 - local / PAINTED).clamp(min=0)


def carried(state: Tensor, reference: Tensor, width: int, height: int, kept: Tensor | None) -> Tensor:
    """A state (1, 3, h, w) at another size: its change from the reference enlarged, and the reference's own details there. kept: the share of them that
    stays off the edges, as texture_kept gives it; None: all of it."""
    small = resized(reference, *state.shape[:1:-1])
    full = resized(reference, width, height)
    change = resized(state - small, width, height)
    if kept is None or full.shape == state.shape:
        return (full + change).clamp(0, 1)
    soft = resized(small, width, height)
    calm = kept.to(full) if kept.shape[-1] == 1 and kept.shape[-2] == 1 else resized_map(kept.to(full), width, height)
    share = calm + (1 - calm) * _edges(soft)
    return (soft + share * (full - soft) + change).clamp(0, 1)


def _edges(image: Tensor) -> Tensor:
    """(1, 1, h, w) in 0–1: 0 on even ground and in texture, towards 1 on the strongest edges."""
    light = image.mean(1, keepdim=True)
    for _ in range(2):
        light = F.avg_pool2d(F.pad(light, (1, 1, 1, 1), mode="replicate"), 3, 1)
    around = F.pad(light, (1, 1, 1, 1), mode="replicate")
    across, down = around[..., 1:-1, 2:] - around[..., 1:-1, :-2], around[..., 2:, 1:-1] - around[..., :-2, 1:-1]
    slope = F.max_pool2d(across.square() + down.square(), 3, 1, 1)
    sample = slope.flatten()[:: max(1, slope.numel() // SAMPLES)]
    relative = (slope / torch.quantile(sample, EDGE).clamp(min=FLAT)).square()
    return relative / (relative + 1)
