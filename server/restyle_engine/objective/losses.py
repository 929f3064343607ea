"""Owns the terms of the objective: style by Gram and by Wasserstein-2; content; 9-point total variation; gamut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..parameters import Objective
from .moments import Moments

CHROMA = 8.0  # weight of the chroma's variation beside the whole image's
MARGIN = 0.02  # of the range: where its soft walls begin, so that what leans on them is not clipped; at 0.01, dark ink leant over by a little
RIDGE = 1e-4  # added to covariances, in parts of the target's mean variance: bounds the inverse root on pictures with fewer positions than channels


def gram(now: Moments, target: Moments) -> Tensor:
    """Σ(ΔA)²/(4C²), Gatys et al. 2015, eq. 4, with A = F·Fᵀ/M."""
    count = now.mean.shape[0]
    error: Tensor = (now.second - target.second).square().sum()
    return error / (4 * count**2)


def wasserstein(now: Moments, target: Moments) -> Tensor:
    """Squared Wasserstein-2 distance of the two Gaussians, per channel: mean(Δμ²) + tr(S + Σ − 2·(S^½·Σ·S^½)^½)/C."""
    mean = (now.mean - target.mean).square().mean()
    bures: Tensor = _Bures.apply(now.covariance, target.covariance)
    total: Tensor = mean + bures
    return total


class _Bures(torch.autograd.Function):
    """tr(S + Σ − 2·(S^½ΣS^½)^½)/C with its closed form gradient (I − S^½·(S^½ΣS^½)^−½·S^½)/C, by two symmetric eigendecompositions, without gradients
    through them. Matrices in fp64 on the CPU: single precision leaves the small eigenvalues to chance, and MPS has no eigh."""

    @staticmethod
    def forward(ctx: Any, now: Tensor, target: Tensor) -> Tensor:
        count = now.shape[0]
        home = torch.float64
        sigma, goal = (matrix.detach().to("cpu", home) for matrix in (now, target))
        ridge = RIDGE * float(goal.diagonal().mean().clamp(min=1e-6)) * torch.eye(count, dtype=home)
        sigma, goal = sigma + ridge, goal + ridge
        root = _power(goal, 0.5)
        values, vectors = torch.linalg.eigh(root @ sigma @ root)
        values = values.clamp(min=0)
        distance = (sigma.diagonal().sum() + goal.diagonal().sum() - 2 * values.sqrt().sum()) / count
        smallest = float(ridge[0, 0]) ** 2
        inverse = (vectors / values.clamp(min=smallest).sqrt()) @ vectors.t()
        slope = (torch.eye(count, dtype=home) - root @ inverse @ root) / count
        ctx.save_for_backward(slope.to(now.device, now.dtype))
        result: Tensor = distance.to(now.device, now.dtype)
        return result

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (slope,) = ctx.saved_tensors
        return grads[0] * slope, None


def _power(matrix: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    power: Tensor = (vectors * values.clamp(min=0) ** exponent) @ vectors.t()
    return power


StyleLoss = Callable[[Moments, Moments], Tensor]
STYLE_LOSSES: Mapping[Objective, StyleLoss] = {Objective.GRAM: gram, Objective.WASSERSTEIN: wasserstein}


def content(now: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean squared difference of activations (1, C, h, w), in fp32 (fp64 stays). weight: (1, 1, h, w), multiplies each position's error."""
    exact = torch.float64 if now.dtype == torch.float64 else torch.float32
    error = (now - target).to(exact).square()
    return error.mean() if weight is None else (error * weight).mean()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a picture: rows and columns that are its own, from the top left, of an image that shows one more of each where the picture goes on; height
    and width of the picture. The terms of all pieces add up to the whole picture's."""

    rows: int
    columns: int
    height: int
    width: int


def total_variation(image: Tensor, part: Part | None = None) -> Tensor:
    """Mean squared difference of each pixel to its eight neighbours, diagonal ones at half weight as they lie √2 away. image: (1, 3, h, w)."""
    part = part or Part(image.shape[-2], image.shape[-1], image.shape[-2], image.shape[-1])
    rows, columns = part.rows, part.columns
    height, width = part.height, part.width
    channels = image.shape[0] * image.shape[1]
    across = (image[..., :rows, 1:] - image[..., :rows, :-1]).square().sum() / (channels * height * (width - 1))
    down = (image[..., 1:, :columns] - image[..., :-1, :columns]).square().sum() / (channels * (height - 1) * width)
    falling = (image[..., 1:, 1:] - image[..., :-1, :-1]).square().sum()
    rising = (image[..., 1:, :-1] - image[..., :-1, 1:]).square().sum()
    return (across + down) / 3 + (falling + rising) / (6 * channels * (height - 1) * (width - 1))


def variation(image: Tensor, part: Part | None = None) -> Tensor:
    """Total variation of the image and, CHROMA times, of its chroma (each channel less their mean): hues that change from pixel to pixel are never paint."""
    return total_variation(image, part) + CHROMA * total_variation(image - image.mean(1, keepdim=True), part)


def gamut(image: Tensor) -> Tensor:
    """Mean squared distance to the range 0–1, less a MARGIN at either end."""
    return (image - image.clamp(MARGIN, 1 - MARGIN)).square().mean()


def common_unit(now: Mapping[str, Moments], target: Mapping[str, Moments], content_now: Tensor, content_target: Tensor) -> Tensor:
    """J = 1000·Σ_l C_l⁻⁴·Σ(ΔA_l)² + mean(ΔF²): what Gatys' own later code minimises, to compare systems whose weights differ."""
    style = sum(((now[layer].second - target[layer].second).square().sum() / now[layer].mean.shape[0] ** 4 for layer in target), torch.zeros(()))
    return 1000 * style + content(content_now, content_target)
