"""Owns what a look is judged by while it learns: how far its crops are from the same crops of the painting (after Texler et al. 2020).

Where strokes lie is chance, so no pixel is compared. Each crop's Gram matrices are held to those of its own crop of the painting, which say how a sky is
painted and how an eyebrow is; its forms to the painting's; its tones to the painting's over blocks. A layer's relative error e counts as log(1 + e): a flat
crop's is 20, and the furthest away would rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..network.vgg import Vgg
from ..objective.gamut import gamut

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")  # relu5_1 looks 156 px far: more than the crops
FORMS = "relu3_3"  # layer whose activations are the forms
WANTED = {*LAYERS, FORMS}
FORMED = 0.1  # weight of the forms, in parts of their variance: more of it takes contrast away
BLOCK = 16  # px, over which tones are taken
TONED = 10.0  # weight of the squared difference of tones; at 50 contrast fades, because where a stroke lies is chance
GAMUT = 20.0
SMALLEST = 1e-6  # variance, or square of a Gram matrix: what is less is none


@dataclass(frozen=True, slots=True)
class Terms:
    """Parts of the loss, scalars. loss: their weighted sum, with gradient. style: the mean relative error of the Gram matrices; content: the forms' squared
    difference, in parts of their variance."""

    loss: Tensor
    style: Tensor
    content: Tensor


def terms(vgg: Vgg, pictures: Tensor, contents: Tensor, paintings: Tensor, shares: Sequence[float], halving: int = 0) -> Terms:
    """Of crops (n, 3, h, w) beside the same crops of what is painted and of its paintings. shares: of each, how far on the way from the one to the other it is
    to be, 0–1, in Gram matrices, forms and tones. halving: of the size that all are looked at in: at half of it, large strokes are as large as what the layers
    see."""
    beyond = gamut(pictures)
    pictures, contents, paintings = (F.avg_pool2d(one, 1 << halving) for one in (pictures, contents, paintings))
    felt, styles, forms = [], [], []
    for picture, content, painting, share in zip(pictures, contents, paintings, shares, strict=True):
        now = vgg.features(picture[None], WANTED)
        with torch.no_grad():
            aim = _seen(vgg, painting)
            if share < 1:
                aim = {name: torch.lerp(from_, aim[name], share) for name, from_ in _seen(vgg, content).items()}
        errors = torch.stack([_error(_gram(now[layer]), aim[layer]) for layer in LAYERS])
        felt.append(errors.log1p().sum())
        styles.append(errors.detach().mean())
        forms.append((now[FORMS].float() - aim[FORMS]).square().mean() / aim[FORMS].var().clamp(min=SMALLEST))
    way = torch.tensor(shares, device=pictures.device).view(-1, 1, 1, 1)
    tone = (_tones(pictures) - torch.lerp(_tones(contents), _tones(paintings), way)).square().mean()
    content_loss = torch.stack(forms).mean()
    loss = torch.stack(felt).mean() + FORMED * content_loss + TONED * tone + GAMUT * beyond
    return Terms(loss, torch.stack(styles).mean(), content_loss)


def _seen(vgg: Vgg, crop: Tensor) -> dict[str, Tensor]:
    """Gram matrices of the layers, and the forms, float32."""
    found = vgg.features(crop[None], WANTED)
    return {**{layer: _gram(found[layer]) for layer in LAYERS}, FORMS: found[FORMS].float()}


def _error(now: Tensor, wanted: Tensor) -> Tensor:
    return (now - wanted).square().sum() / wanted.square().sum().clamp(min=SMALLEST)


def _gram(activations: Tensor) -> Tensor:
    flat = activations[0].flatten(1)
    return (flat @ flat.t()).float() / flat.shape[1]


def _tones(pictures: Tensor) -> Tensor:
    return F.avg_pool2d(pictures, BLOCK)
