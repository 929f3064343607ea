"""Owns a textbook implementation of Gatys, Ecker & Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks", in fp64 and plain autograd.

It shares no code with the engine: it is what the engine is checked against. Symbols as in the paper: F are activations (N_l × M_l), G = F·Fᵀ their Gram
matrix, E_l the error of a layer, a the style picture and p the photograph.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

ORDER = ["1_1", "1_2", "P1", "2_1", "2_2", "P2", "3_1", "3_2", "3_3", "3_4", "P3", "4_1", "4_2", "4_3", "4_4", "P4", "5_1"]
VGG19_ALONE = {"3_4", "4_4"}
MEAN = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64)
STD = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64)


def activations(image: Tensor, weights: Mapping[str, tuple[Tensor, Tensor]], pool_gain: Mapping[int, float]) -> dict[str, Tensor]:
    """{"1_1": F (N_l, M_l), …} of an image (3, h, w) in 0–1. weights: {"1_1": (weight, bias), …}. pool_gain: {block: factor after its pooling}.
    Average pooling as in section 2 of the paper; borders repeat."""
    x = (image.double() - MEAN[:, None, None]) / STD[:, None, None]
    found = {}
    for name in ORDER:
        if name in VGG19_ALONE and name not in weights:
            continue
        if name.startswith("P"):
            x = torch.nn.AvgPool2d(2, ceil_mode=True)(x[None])[0] * pool_gain.get(int(name[1]), 1.0)
            continue
        weight, bias = (tensor.double() for tensor in weights[name])
        x = torch.nn.ReplicationPad2d(1)(x[None])[0]
        height, width = x.shape[1] - 2, x.shape[2] - 2
        patches = torch.nn.functional.unfold(x[None], 3)[0]  # (9·inputs, positions)
        x = torch.relu(weight.reshape(weight.shape[0], -1) @ patches + bias[:, None]).reshape(-1, height, width)
        found[name] = x.reshape(x.shape[0], -1)
    return found


def content_loss(now: Tensor, photograph: Tensor) -> Tensor:
    """Eq. 1: ½·Σ(F − P)²."""
    return 0.5 * ((now - photograph) ** 2).sum()


def style_loss(now: Tensor, style: Tensor) -> Tensor:
    """Eq. 4: 1/(4·N²·M²)·Σ(G − A)², with G over its own M and A over its own, so that pictures of different sizes can be compared."""
    channels = now.shape[0]
    gram, target = (f @ f.T / f.shape[1] for f in (now, style))
    return ((gram - target) ** 2).sum() / (4 * channels**2)


def common_unit(now: Mapping[str, Tensor], style: Mapping[str, Tensor], content_layer: str, photograph: Tensor) -> Tensor:
    """J = 1000·Σ_l N_l⁻⁴·Σ(ΔA_l)² + mean(ΔF²)."""
    total = torch.zeros((), dtype=torch.float64)
    for layer, target in style.items():
        f = now[layer]
        total = total + 1000 * ((f @ f.T / f.shape[1] - target @ target.T / target.shape[1]) ** 2).sum() / f.shape[0] ** 4
    return total + ((now[content_layer] - photograph) ** 2).mean()


def wasserstein_loss(now: Tensor, style: Tensor, ridge: float) -> Tensor:
    """Squared Wasserstein-2 distance of two Gaussians per channel, through the singular values of S^½·Σ^½. ridge: added to both diagonals."""
    channels = now.shape[0]
    mean = ((now.mean(1) - style.mean(1)) ** 2).mean()
    sigma, goal = (torch.cov(f, correction=0) + ridge * torch.eye(channels, dtype=torch.float64) for f in (now, style))
    factor = torch.linalg.cholesky(goal)
    product = factor.T @ sigma @ factor  # has the eigenvalues of S^½·Σ·S^½
    distance: Tensor = mean + (torch.trace(sigma) + torch.trace(goal) - 2 * torch.linalg.eigvalsh(product).clamp(min=1e-30).sqrt().sum()) / channels
    return distance
