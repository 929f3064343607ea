"""Owns style transfer as people write it: VGG19 in fp32 and PyTorch's usual layout, one module per layer, autograd, and torch.optim.LBFGS at the full size.

It is what the engine is measured against, and shares none of its code but the filters. The loss is the common unit of the field, J = 1000·Σ_l C_l⁻⁴·Σ(ΔA_l)²
+ mean(ΔF²): what Gatys' own later code minimises with its weights of 10³/C² on the mean squared error of A = F·Fᵀ/M, here on weights normalised to mean
activation 1. Borders repeat and average pooling keeps its level, as the filters were trained with, so that both minimise the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

STYLE = ("1_1", "2_1", "3_1", "4_1", "5_1")
CONTENT = "4_2"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
STEP = 20  # iterations in one call of the optimiser: PyTorch's default


class Features(nn.Module):
    """The convolutions as a chain of modules; gives the activations of the layers that the losses look at."""

    mean: Tensor
    std: Tensor

    def __init__(self, filters: Mapping[str, tuple[Tensor, Tensor]], pool_gain: Mapping[int, float]) -> None:
        """filters: {"1_1": (weight, bias), …} in running order. pool_gain: by block, what activations are multiplied by after its pooling."""
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1))
        self.convolutions = nn.ModuleDict()
        self.gain = pool_gain
        for name, (weight, bias) in filters.items():
            convolution = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1, padding_mode="replicate")
            convolution.weight = nn.Parameter(weight.clone(), requires_grad=False)
            convolution.bias = nn.Parameter(bias.clone(), requires_grad=False)
            self.convolutions[name] = convolution
            if name == STYLE[-1]:
                break
        self.relu = nn.ReLU(inplace=False)
        self.pool = nn.AvgPool2d(2, ceil_mode=True)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """{"1_1": (1, C, h, w), …} of an image (1, 3, h, w) in 0–1."""
        x = (image - self.mean) / self.std
        found = {}
        for name, convolution in self.convolutions.items():
            if name.endswith("_1") and name != "1_1":
                x = self.pool(x) * self.gain.get(int(name[0]) - 1, 1.0)
            x = self.relu(convolution(x))
            if name in STYLE or name == CONTENT:
                found[name] = x
        return found


def gram(features: Tensor) -> Tensor:
    """A = F·Fᵀ/M of activations (1, C, h, w)."""
    rows = features.view(features.shape[1], -1)
    return rows @ rows.t() / rows.shape[1]


class Textbook:
    """One painting by the textbook. content, style: float32 (1, 3, h, w) in 0–1."""

    def __init__(self, features: Features, content: Tensor, style: Tensor) -> None:
        self._features = features
        with torch.no_grad():
            self._grams = {layer: gram(values) for layer, values in features(style).items() if layer in STYLE}
            self._content = features(content)[CONTENT]
        self.image = content.clone().requires_grad_(True)

    def loss(self, image: Tensor) -> Tensor:
        """J at an image, a scalar with gradient."""
        found = self._features(image)
        style = sum((1000 / found[layer].shape[1] ** 2 * nn.functional.mse_loss(gram(found[layer]), target) for layer, target in self._grams.items()), 0)
        total: Tensor = style + nn.functional.mse_loss(found[CONTENT], self._content)
        return total

    def optimise(self, iterations: int, told: Callable[[float], None]) -> None:
        """That many iterations of L-BFGS, with PyTorch's defaults but for the tolerances, which would end it at once on losses as small as these.
        told: J at each evaluation."""
        optimizer = torch.optim.LBFGS([self.image], max_iter=STEP, tolerance_grad=-1.0, tolerance_change=-1.0)

        def closure() -> float:
            optimizer.zero_grad()
            loss = self.loss(self.image)
            loss.backward()  # type: ignore[no-untyped-call]
            value = float(loss.detach())
            told(value)
            return value

        done = 0
        while done < iterations:
            optimizer.param_groups[0]["max_iter"] = min(STEP, iterations - done)
            optimizer.step(closure)  # type: ignore[no-untyped-call]
            done += STEP
