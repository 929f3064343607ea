"""Owns what the engine's tests paint: small pictures, random weights, tasks of few evaluations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from restyle_engine.network.topology import CHANNELS
from restyle_engine.network.vgg import Filters, convolutions
from restyle_engine.parameters import Parameters, Precision, Preset, resolve
from restyle_engine.task import LiveStep, StepObserver, StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_server.weights.catalogue import SHIPPED


def random_filters(seed: int = 0, until: str = "5_1") -> dict[str, Filters]:
    """He-initialised convolutions, for tests only."""
    generator = torch.Generator().manual_seed(seed)
    inputs, filters = 3, {}
    for name in convolutions():
        outputs = CHANNELS[int(name[0]) - 1]
        weight = torch.randn(outputs, inputs, 3, 3, generator=generator) * (2 / (9 * inputs)) ** 0.5
        filters[name] = Filters(weight, 0.1 * torch.randn(outputs, generator=generator))
        inputs = outputs
        if name == until:
            break
    return filters


def photo(width: int, height: int) -> NDArray[np.float32]:
    """A sky, a sun, a hill and a house: flats, an edge, a gradient."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(width, height)
    picture = np.stack([0.5 + 0.3 * y, 0.6 + 0.2 * y, 0.9 - 0.3 * y], -1)
    picture[(x - 0.7) ** 2 + (y - 0.2) ** 2 < 0.01] = (1.0, 0.9, 0.5)
    picture[y > 0.55 + 0.1 * np.sin(6 * x)] = (0.2, 0.45, 0.2)
    picture[(abs(x - 0.3) < 0.1) & (abs(y - 0.5) < 0.1)] = (0.7, 0.3, 0.25)
    return picture.astype(np.float32)


def waves(width: int, height: int, period: float = 6.0, hue: tuple[float, float, float] = (0.9, 0.5, 0.1)) -> NDArray[np.float32]:
    """Slanted stripes of two colours: a style that can be told from any photo."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    stripe = (0.5 + 0.5 * np.sin(2 * np.pi * (x + 0.6 * y) / period))[..., None]
    return np.asarray(stripe * np.array(hue) + (1 - stripe) * np.array([0.05, 0.1, 0.3]), np.float32)


def noting(note: Callable[[LiveStep], object]) -> StepObserver:
    """Notes every step and lets the painting go on."""

    def observe(step: LiveStep) -> Verdict:
        note(step)
        return Verdict.GO_ON

    return observe


def task(content: np.ndarray | None = None, *styles: StylePicture, preset: Preset = Preset.DRAFT, **changes: Any) -> Task:
    """A task in fp32 on vgg16; `changes` go to the parameters, or to the task."""
    content = photo(48, 36) if content is None else content
    own = {name: changes.pop(name) for name in ("weight", "start", "noise", "strength_map", "weights", "previous", "sequence", "settings") if name in changes}
    asked = replace(Parameters(preset=preset, native_size=True, precision=Precision.FP32), **changes)
    resolved = resolve(asked, content.shape[1], content.shape[0], "cpu", bf16=False)
    return Task(content=content, styles=styles or (StylePicture(waves(48, 48), key="waves"),), parameters=resolved, **{"weights": SHIPPED, **own})
