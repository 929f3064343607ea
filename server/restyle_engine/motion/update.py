"""Owns what an update takes over from the painting before: all of it, but for what changed and its surroundings."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..repeating import taken
from ..resizing import tensor
from ..task import Basis, Pixels, Task
from .prior import Prior

GROWTH = 6  # px around what changed that are painted with it, at strokes of size 1: a stroke that ended there has nothing to end at any more
FADE = 12  # px beyond, over which paint moves less and less, so that no border is seen
LARGEST_STROKES = 2.0  # times that, at most
MOST = 0.5  # of the picture that is painted anew: beyond it, a whole painting takes little longer and knows more
LEAST_SHOWN = 0.1  # share of the paint that shows, below which it can't be told from the picture any more


def touched(changed: Pixels, task: Task) -> Pixels:
    """How far each place may move, float32 (h, w) in 0–1, 0 where it stays as it was. changed: float32 (h, w), > 0 where the content is another, at the work's
    size."""
    strokes = min(LARGEST_STROKES, max(1.0, *(style.scale for style in task.styles)))
    growth, fade = round(GROWTH * strokes), round(FADE * strokes)
    (height, width), seamless, reach = changed.shape, task.parameters.seamless, growth + fade
    down, across = reach * seamless.down, reach * seamless.across  # a stroke goes on round the border
    wider = taken(taken(tensor(changed, torch.device("cpu")), -1, -across, width + across), -2, -down, height + down)
    moves = _grown((wider > 0).float(), growth)
    ring = moves
    for _ in range(fade):  # a step of distance after the other
        ring = _grown(ring, 1)
        moves = moves + ring
    soft = (moves / (fade + 1))[0, 0, down : down + height, across : across + width]
    return (soft * soft * (3 - 2 * soft)).numpy()


def taken_over(content: Pixels, basis: Basis, shown: Tensor, device: torch.device) -> Prior:
    """The painting before, as what stands still but where it may move. content: at the work's size. shown: how much of the paint is seen, (1, 1, h, w) or
    (1, 1, 1, 1) in 0–1."""
    moves = tensor(basis.moves, device)
    photo, shown = tensor(content, device).clamp(0, 1), shown.to(device)
    painting = tensor(basis.painting, device).clamp(0, 1)
    if not bool((shown == 1).all()):  # what was faded out, and will be again
        painting = torch.where(shown > LEAST_SHOWN, photo + (painting - photo) / shown.clamp(min=LEAST_SHOWN), photo).clamp(0, 1)
    still = 1 - moves
    return Prior(painting, (moves == 0).float(), still, still, photo)


def _grown(values: Tensor, px: int) -> Tensor:
    rows = F.max_pool2d(values, (2 * px + 1, 1), stride=1, padding=(px, 0)) if px else values
    return F.max_pool2d(rows, (1, 2 * px + 1), stride=1, padding=(0, px)) if px else rows
