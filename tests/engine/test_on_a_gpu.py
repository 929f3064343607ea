"""What a GPU promises: it agrees with the processor, ends when it is told to, says when its memory ends, and gives it back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from restyle_engine.agreement import agreement, waves
from restyle_engine.parameters import Parameters, Preset, resolve
from restyle_engine.step import Step
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Painting, Pixels, StylePicture, Task
from restyle_engine.verdict import Cancelled, Verdict
from restyle_server.weights.catalogue import choose

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]

DEVICE = "cuda:0"
WEIGHTS = choose("vgg16", Path()).path
MIB = 2**20


def task(times: int, preset: Preset = Preset.DRAFT) -> Task:
    """Of a picture of so many times 32 px."""
    picture: Pixels = np.kron(waves(1), np.ones((times, times, 1), np.float32))
    side = len(picture)
    return Task(picture, (StylePicture(waves(2)),), resolve(Parameters(preset=preset, native_size=True), side, side, "cuda", bf16=False), WEIGHTS)


def painted(asked: Task, verdict: Verdict = Verdict.GO_ON) -> Painting:
    def told(_: Step) -> Verdict:
        return verdict

    return Stylizer(DEVICE).paint(asked, told)


def test_it_agrees_with_the_processor() -> None:
    found = agreement(DEVICE, WEIGHTS)
    assert found.sound, found


@pytest.mark.parametrize("preset", list(Preset))
def test_a_painting_is_finite_and_of_the_right_size(preset: Preset) -> None:
    found = painted(task(4, preset)).rgb
    assert found.shape == (128, 128, 3)
    assert np.isfinite(found).all()
    assert np.abs(found - task(4).content).mean() > 0.01


def test_a_picture_in_tiles_is_that_of_one_piece() -> None:
    whole, tiled = task(4), replace(task(4), memory=1)
    assert np.abs(painted(whole).rgb - painted(tiled).rgb).mean() < 0.02


def test_it_ends_when_it_is_told_to() -> None:
    with pytest.raises(Cancelled):
        painted(task(4), Verdict.CANCEL)


def test_memory_is_given_back() -> None:
    painted(task(2))
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    for _ in range(3):
        painted(task(4))
    assert torch.cuda.memory_allocated() < before + MIB
