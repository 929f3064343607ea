"""Owns where in a photo people read: faces and lettering, 0–1 at each place, by a linear reading of vgg16's relu4_3, which was learned on both.

Activations are taken as their roots. A reading is averaged over about the size of a feature, so that a chance likeness of one position marks nothing, and is 0
below UNSURE: photos without faces and lettering have an empty map. `tests/engine/reading.py --write` learns it.
"""

from __future__ import annotations

import functools
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from ..network.vgg import Vgg
from ..resizing import resized, resized_map

LAYER = "relu4_3"
STRIDE = 8  # px, from one of its positions to the next
LEARNED = Path(__file__).with_name("reading.safetensors")
LONGEST = 512  # px, side at which a photo is looked at: what is smaller than its strokes there is read by nobody
HALVINGS = {"faces": 3, "lettering": 2}  # sizes at which each is looked for, the finest first: faces of 20 to 300 px
SMALLEST = 96  # px, longest side below which nothing is looked for: a position there would be half a face
UNSURE, SURE = 0.0, 2.0  # readings, as logits, that mark nothing and all
REACH = 64  # px, as far as a place is felt in a reading: what relu4_3 sees, and what it is averaged over
SPREAD = 1.1  # positions, standard deviation of what a reading is averaged over


@torch.no_grad()
def read(vgg: Vgg, photo: Tensor, asked: Tensor | None = None) -> Tensor:
    """Where people read in a photo (1, 3, h, w) in 0–1: (1, 1, h, w) in 0–1. vgg: that which the reading was learned on, average pooling. asked: (1, 1, h, w),
    > 0 where it is asked, and far from it nothing is looked for; None: everywhere. Costs less than one loss evaluation at LONGEST."""
    height, width = photo.shape[-2:]
    weight, bias = (one.to(photo.device) for one in _learned())
    found = photo.new_zeros((1, 1, height, width))
    factor = min(1.0, LONGEST / max(width, height))
    for halving in range(max(HALVINGS.values())):
        size = [max(1, round(side * factor / 2**halving)) for side in (width, height)]
        if halving and max(size) < SMALLEST:
            break
        rows, columns = (slice(0, None), slice(0, None)) if asked is None else _near(resized_map(asked, *size))
        seen = resized(photo, *size).clamp(0, 1)[..., rows, columns]
        logits = F.conv2d(vgg.features(seen, [LAYER])[LAYER].float().clamp(min=0).sqrt(), weight, bias)
        sure = ((averaged(logits) - UNSURE) / (SURE - UNSURE)).clamp(0, 1)
        sought = [index for index, sizes in enumerate(HALVINGS.values()) if halving < sizes]
        placed = F.pad(sure[:, sought].amax(1, keepdim=True), (0, 1, 0, 1), mode="replicate")
        placed = resized_map(placed, placed.shape[-1] * STRIDE, placed.shape[-2] * STRIDE)  # where the positions lie
        level = photo.new_zeros((1, 1, size[1], size[0]))
        level[..., rows, columns] = placed[..., : seen.shape[-2], : seen.shape[-1]]
        found = torch.maximum(found, resized_map(level, width, height))
    return found


def _near(asked: Tensor) -> tuple[slice, slice]:
    """The rows and columns within REACH of a place that is asked, beginning where a position does."""
    return _span(asked[0, 0].amax(1)), _span(asked[0, 0].amax(0))


def _span(asked: Tensor) -> slice:
    places = (asked > 0).nonzero()[:, 0].tolist() or [0]
    return slice(max(0, places[0] - REACH) // STRIDE * STRIDE, places[-1] + 1 + REACH)


def averaged(logits: Tensor) -> Tensor:
    """Readings (1, n, h, w), each with those around it."""
    steps = torch.arange(-2, 3, device=logits.device, dtype=logits.dtype)
    kernel = torch.exp(-(steps**2) / (2 * SPREAD**2))
    kernel = (kernel[:, None] * kernel / kernel.sum() ** 2)[None, None].expand(logits.shape[1], 1, 5, 5)
    return F.conv2d(F.pad(logits, (2, 2, 2, 2), mode="replicate"), kernel, groups=logits.shape[1])


@functools.cache
def _learned() -> tuple[Tensor, Tensor]:
    """weight (n, C, 1, 1) and bias (n,), in the order of HALVINGS."""
    known = load_file(LEARNED)
    return known["weight"][..., None, None], known["bias"]
