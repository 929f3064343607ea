"""Owns what a look is judged by while it learns: how far a batch of paintings is from the style's statistics, and from what was painted.

The terms are the stylizer's own, with two changes. A layer's Gram error e counts as log(1 + e): crops differ more than pictures do, a flat one's is 20, and
the furthest away would rule. The moments are those of the batch as one picture: each crop by itself can't have all that a style has.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..network.vgg import Vgg
from ..objective import strength as law
from ..objective.content_loss import SMALLEST_VARIANCE
from ..objective.gamut import gamut
from ..objective.moments import Measured, Moments, blended, moments
from ..objective.variation import variation
from .aims import LAYERS

HELD = "relu4_2"  # layer whose activations hold a painting to what is painted
BLOCK = 16  # px, over which tones are taken
TONE = 5.0  # of the squared difference of tones, beside a style of 1, up to the strength TONED
TONED = 50.0
VARIATION = 0.3
GAMUT = 20.0


@dataclass(frozen=True, slots=True)
class Terms:
    """Parts of the loss, scalars. loss: their weighted sum, with gradient. style: the mean relative error of the layers' moments, as the stylizer has it."""

    loss: Tensor
    style: Tensor
    content: Tensor


def terms(vgg: Vgg, paintings: Tensor, models: Tensor, aim: Measured, strength: float, halving: int, hold: float) -> Terms:
    """Of a batch of paintings (n, 3, h, w) beside what they shall be like in form and tone. strength: 0–100. halving: of the size at which both are looked at,
    and which the aim was measured at. hold: how many times the content counts."""
    small, like = (F.avg_pool2d(one, 1 << halving) for one in (paintings, models))
    seen = [vgg.features(one[None], {*LAYERS, HELD}) for one in small]
    with torch.no_grad():
        wanted = torch.cat([vgg.features(one[None], [HELD])[HELD] for one in like]).float()
    style, felt = _style(seen, aim)
    spread = (wanted - wanted.mean((0, 2, 3), keepdim=True)).square().mean().clamp(min=SMALLEST_VARIANCE)
    content = (torch.cat([one[HELD] for one in seen]).float() - wanted).square().mean() / spread
    tone = (_tones(small) - _tones(like)).square().mean()
    loss = (
        felt
        + hold * law.weight(halving) * law.felt(content, law.Strength(strength).reach)
        + TONE * min(1.0, TONED / strength) * tone
        + VARIATION * variation(small)
        + GAMUT * gamut(paintings)
    )
    return Terms(loss, style, content)


def _style(seen: list[dict[str, Tensor]], aim: Measured) -> tuple[Tensor, Tensor]:
    """The mean relative error of all layers, and how it counts."""
    errors = []
    for layer in LAYERS:
        now = blended([moments(one[layer]) for one in seen], [1.0] * len(seen))
        errors.append(_error(now, aim[layer]))
    found = torch.stack(errors)
    return found.detach().mean(), found.log1p().mean()


def _error(now: Moments, target: Moments) -> Tensor:
    return (now.second - target.second).square().sum() / target.second.square().sum().clamp(min=1e-12)


def _tones(pictures: Tensor) -> Tensor:
    return F.avg_pool2d(pictures, BLOCK, ceil_mode=True)
