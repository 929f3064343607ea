"""Owns the comparison of a device with the processor: one look through the network, its gradient, and a small painting. What differs by more than rounding is
a driver, a build of PyTorch or a device that is broken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .device import prefers_bf16
from .network.calibration import network
from .network.vgg import Vgg
from .parameters import Parameters, Pooling, Precision, Preset, resolve
from .resizing import tensor
from .step import Step
from .stylizer import DTYPES, Stylizer
from .task import Pixels, StylePicture, Task
from .verdict import Verdict

SIDE = 32  # px: every layer to relu5_1 has its border and its middle
EVALUATIONS = 6  # of the painting: beyond, one that differs in the last bit goes another way (12: mean 0.0014 after a noise of 1e-6)
WAVES = 6
# Bounds. Of eight pictures on a sound processor the largest were, in bf16 and with factors cut to 10 bits (TF32): features 0.0096, 0.0008; gradient 0.052,
# 0.041; painting 0.003. The smallest with eight channels of block 3 gone: 0.23 and 0.22; with sixteen gone in the gradient alone: 0 and 0.29
FEATURES = 0.03  # of the norm of a layer's activations
GRADIENT = 0.15  # of its norm
PAINTING = 0.01  # mean difference, of the range


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a device is from the processor. layer: the one that differs most. features: its distance, in parts of its norm; gradient: likewise, by the
    picture. painting: mean difference, of the range. inf: not finite."""

    layer: str
    features: float
    gradient: float
    painting: float

    @property
    def sound(self) -> bool:
        return self.features <= FEATURES and self.gradient <= GRADIENT and self.painting <= PAINTING


def agreement(device_id: str, weights: Path) -> Agreement:
    """Of a device, in the precision that it paints in, with the processor in fp32. RuntimeError when the device can't do it at all, UnusableWeights."""
    vgg = network(weights, Pooling.AVERAGE)
    precision = Precision.BF16 if prefers_bf16(device_id) else Precision.FP32
    exact = _seen(vgg.placed(torch.device("cpu"), torch.float32))
    found = _seen(vgg.placed(torch.device(device_id), DTYPES[precision]))
    apart = {layer: _apart(found[layer], exact[layer]) for layer in exact}
    gradient = apart.pop("gradient")
    layer = max(apart, key=lambda name: apart[name])
    pictures = [_painted(*how, weights) for how in ((device_id, precision), ("cpu", Precision.FP32))]
    return Agreement(layer, apart[layer], gradient, float(np.abs(pictures[0] - pictures[1]).mean()))


def _seen(vgg: Vgg) -> dict[str, Tensor]:
    """Activations of every layer, and "gradient": of their mean squares by the picture; all fp32 on the processor."""
    first = next(iter(vgg.filters.values())).weight
    image = tensor(waves(1), first.device).requires_grad_(True)
    features = vgg.features(image, vgg.layers)
    (gradient,) = torch.autograd.grad(torch.stack([values.float().square().mean() for values in features.values()]).sum(), image)
    return {name: values.detach().float().cpu() for name, values in {**features, "gradient": gradient}.items()}


def _apart(found: Tensor, exact: Tensor) -> float:
    distance = float((found - exact).norm() / exact.norm())
    return distance if np.isfinite(distance) else float("inf")


def _painted(device_id: str, precision: Precision, weights: Path) -> Pixels:
    asked = Parameters(preset=Preset.DRAFT, evaluations=EVALUATIONS, precision=precision, legibility=0.0)
    task = Task(waves(1), (StylePicture(waves(2)),), resolve(asked, SIDE, SIDE, "cpu", precision is Precision.BF16), weights)
    return Stylizer(device_id).paint(task, _on).rgb


def _on(_: Step) -> Verdict:
    return Verdict.GO_ON


def waves(seed: int) -> Pixels:
    """A picture (SIDE, SIDE, 3) in 0–1 of coloured waves."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    picture = np.full((SIDE, SIDE, 3), 0.5)
    for _ in range(WAVES):
        across, down = random.integers(1, 7, 2)
        picture += random.uniform(0, 0.125, 3) * np.sin(2 * np.pi * ((across * x + down * y)[..., None] + random.random(3)))
    clipped: Pixels = np.clip(picture, 0, 1).astype(np.float32)
    return clipped
