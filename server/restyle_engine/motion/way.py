"""Owns the way from a picture to an earlier one: the flow, where it leads to the same thing, and where it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from .consistency import alike, inside, sound, standing
from .flow import flows
from .warp import warped

LEAST = 0.25  # of what is seen: where less can be followed, the scene has been cut, and is begun anew


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """flow: (1, 2, h, w), px, x first. alike, sound: (1, 1, h, w) of 1 and 0, where it leads to the same thing, and where that is also the way back."""

    flow: Tensor
    alike: Tensor
    sound: Tensor


def way(here: Tensor, there: Tensor, weights: Path | None) -> Way:
    """From a picture (1, 3, h, w), in 0–1, to an earlier one of its size. weights: of RAFT. FlowMissing, UnusableFlow."""
    if torch.equal(here, there):  # nothing to look for, and no need of what looks for it
        everywhere = torch.ones_like(here[:, :1])
        return Way(torch.zeros_like(here[:, :2]), everywhere, everywhere)
    moves = 1 - standing(here, there)
    flow, back = (moves * one for one in flows(here, there, weights))
    same = alike(here, warped(there, flow)) * inside(flow)
    return Way(flow, same, sound(flow, back) * same)
