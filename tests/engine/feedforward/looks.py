"""Owns what the looks' tests paint with: a look of random numbers that changes every picture, and lessons of a few steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from engine.scenes import photo, waves
from restyle_engine.feedforward.layout import LAYOUT
from restyle_engine.feedforward.learning import Learner, Lesson
from restyle_engine.feedforward.look import Look
from restyle_engine.feedforward.small_network import begun
from restyle_engine.parameters import Precision
from restyle_engine.task import StylePicture
from restyle_server.weights.catalogue import SHIPPED

LESSON = Lesson(
    styles=(StylePicture(waves(64, 64)),),
    photographs=(photo(72, 56),),
    painting=None,
    strength=50.0,
    side=48,
    steps=6,
    weights=SHIPPED,
    precision=Precision.FP32,
    seed=3,
    name="Waves",
    style="waves",
    credit="Nobody",
)


def look(seed: int = 0) -> Look:
    """Random strokes, plainly seen: about a tenth of the range."""
    generator = torch.Generator().manual_seed(seed)
    tensors = begun(generator)
    tensors["exit.weight"] = 5 * tensors["exit.weight"]
    tensors = {name: values + 0.02 * torch.randn(values.shape, generator=generator) if name.endswith("bias") else values for name, values in tensors.items()}
    assert tensors.keys() == LAYOUT.shapes.keys()
    return Look("Test “✓”", "waves", "Nobody, 2020", 62.5, 384, 1200, {name: values.half() for name, values in tensors.items()})


def lesson(**changes: Any) -> Lesson:
    return replace(LESSON, **changes)


def learned(learner: Learner, steps: int | None = None) -> Learner:
    """After so many steps; None: after all of them."""
    while not learner.done and learner.step().step != steps:
        pass
    return learner
