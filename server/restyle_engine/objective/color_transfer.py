"""Owns the colours in which a content is painted: its own, moved to the style's mean and covariance by the least change of any pixel.

x' = T·(x − μ_c) + μ_s with T = Σ_c^−½·(Σ_c^½·Σ_s·Σ_c^½)^½·Σ_c^−½, the optimal map between two Gaussians (Pitié & Kokaram 2007, "The linear Monge-Kantorovitch
linear colour mapping"). Held to its own colours and contrasts, a content would fight a muted style: what is small is lost, what is left is too hard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..repeating import framed
from ..resizing import tensor
from ..task import StylePicture, Task
from .gamut import MARGIN
from .moments import Moments, blended, moments, product
from .regions import regions_of

SPREAD = 0.25  # of the colours that a texture begins with: at 1, and with noise from pixel to pixel, a weave stays in what is painted
RIDGE = 4e-3  # variance added to both covariances, (0.063)²: what hardly differs in the content is not stretched into noise
Region = tuple[Tensor | None, Sequence[StylePicture]]
"""Where styles paint, (1, 1, h, w) in 0–1, None: everywhere; and the styles, whose colours are mixed by their weights."""


def counted_content(task: Task, photo: Tensor) -> Tensor:
    """The content of a task as it counts, of its photo (1, 3, h, w) in 0–1: in the styles' colours, as far as the strength lets it."""
    height, width = photo.shape[-2:]
    regions = regions_of(task, width, height, photo.device)
    colored = color_transferred(photo, regions.weight, [(one.map, one.styles) for one in regions.all])
    return photo + regions.strength.colored().to(photo) * (colored - photo)


@torch.no_grad()
def color_transferred(image: Tensor, weight: Tensor | None, regions: Sequence[Region]) -> Tensor:
    """A picture (1, 3, h, w) in 0–1 in the styles' colours, region by region. weight: (1, 1, h, w) in 0–1, how much each pixel counts, and changes; None: all
    alike."""
    result = image.clone()
    for region, styles in regions:
        say = _say(weight, region, image)
        if float(say.sum()) <= 0:
            continue
        mapped = color_map(moments(image, (say / say.sum()).flatten()), style_colors(styles, image.device))(image)
        result += (mapped.clamp(MARGIN, 1 - MARGIN) - image) * say  # what begins at an end of the range would stay there
    return result.clamp(0, 1)


def style_noise(task: Task, noise: Tensor) -> Tensor:
    """What a texture begins with, (1, 3, h, w) in 0–1: noise of mean 0 and variance 1, softened, around the mean of the task's styles' colours, with a SPREAD
    of their covariance."""
    colors = style_colors(task.styles, noise.device)
    spread = SPREAD * _power(colors.covariance.cpu().double(), 0.5).to(noise)
    soft = F.avg_pool2d(framed(noise, task.parameters.seamless), 3, stride=1) * 3  # of variance 1 again
    return (torch.einsum("ij,bjhw->bihw", spread, soft) + colors.mean.to(noise).view(1, 3, 1, 1)).clamp(0, 1)


def _say(weight: Tensor | None, region: Tensor | None, image: Tensor) -> Tensor:
    both = product(weight, region)
    return torch.ones_like(image[:, :1]) if both is None else both


def style_colors(styles: Sequence[StylePicture], device: torch.device) -> Moments:
    """Mean and second moment of the styles' pixels, mixed by their weights."""
    found = []
    for style in styles:
        alpha = None if style.alpha is None else tensor(style.alpha, device)
        guide = None if alpha is None else (alpha / alpha.sum().clamp(min=torch.finfo(alpha.dtype).tiny)).flatten()
        found.append(moments(tensor(style.rgb, device).clamp(0, 1), guide))
    return blended(found, [style.weight for style in styles])


@dataclass(frozen=True, slots=True)
class ColorMap:
    """move: (3, 3), of colours less `mean`, (3,); wanted: (3,), the mean that they get. All fp32 on one device."""

    move: Tensor
    mean: Tensor
    wanted: Tensor

    def __call__(self, image: Tensor) -> Tensor:
        """A picture (n, 3, h, w) in the other colours, unclipped."""
        return torch.einsum("ij,bjhw->bihw", self.move, image - self.mean.view(1, 3, 1, 1)) + self.wanted.view(1, 3, 1, 1)


def color_map(source: Moments, target: Moments) -> ColorMap:
    """The least change of any colour that gives those of one set of moments the mean and covariance of another."""
    ridge = RIDGE * torch.eye(3, dtype=torch.float64)
    start, aim = (found.covariance.cpu().double() + ridge for found in (source, target))  # 3 × 3: no device is quicker
    root, back = _power(start, 0.5), _power(start, -0.5)
    move = (back @ _power(root @ aim @ root, 0.5) @ back).to(source.mean.device, torch.float32)
    return ColorMap(move, source.mean.float(), target.mean.to(move))


def _power(matrix: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    power: Tensor = (vectors * values.clamp(min=1e-12) ** exponent) @ vectors.t()
    return power
