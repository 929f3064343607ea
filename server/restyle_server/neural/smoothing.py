"""Owns the filter that favours large forms, and light over colour, in a gradient."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

LEVELS = 5  # halvings: forms up to about 32 px
GAIN = 1.8  # how much more each level counts than the finer one before: 1 leaves grain, 2 leaves strokes blurred
CHROMA = 0.6  # what differs between the channels, beside what they share: 1 takes a sixth more evaluations, 0.5 left a frame in one of six paintings


def smoothed(gradient: Tensor, chroma: float = CHROMA) -> Tensor:
    """A fixed, nearly symmetric and positive filter that favours large forms and light, of a gradient (1, c, h, w): the first guess of the inverse Hessian.
    The loss is far steeper in fine detail than in large forms, so that plain steps are grain, and in chroma than in light. chroma: how much what differs
    between the channels counts beside what they share."""
    result, small = gradient, gradient
    height, width = gradient.shape[-2:]
    for level in range(1, LEVELS + 1):
        if min(small.shape[-2:]) < 4:
            break
        small = F.avg_pool2d(small, 2, ceil_mode=True)
        result = result + GAIN**level * F.interpolate(small, size=(height, width), mode="bilinear", align_corners=False)
    return chroma * result + (1 - chroma) * result.mean(1, keepdim=True)
