"""Owns the style's term: how far moments are from those of the style, by Gram and by Wasserstein-2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from ..parameters import Objective
from .moments import Moments

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
