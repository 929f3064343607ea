"""What is painted beyond the size that is painted whole passes every meter at its own size. That tiles show no border, test_finish.py proves."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
from pictures.crisp import crisp
from pictures.photos import painting
from pictures.readings import defects, readings
from restyle_engine.large import memory
from restyle_engine.optim import plan
from restyle_engine.parameters import Parameters, Precision, resolve
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Pixels, StylePicture, Task
from restyle_engine.verdict import Verdict
from restyle_imaging.resample.resize import resize
from restyle_server.weights.catalogue import SHIPPED

SIDE, WHOLE, TILE = 512, 128, 64
LOST = ("grain", "sharpness", "edges")  # what was painted at a quarter of the size has no outlines as fine as the content's
SHARPER = 1.5  # than the same painting without its details


@functools.cache
def content() -> Pixels:
    """A part of a sharp picture, with outlines and two kinds of ground."""
    return np.ascontiguousarray(crisp(1024)[80 : 80 + SIDE, 280 : 280 + SIDE])


def native(style: str) -> Pixels:
    """As large as the content, at the style's own size: detail scales never enlarge it."""
    return painting(style, 1152)[320 : 320 + SIDE, 320 : 320 + SIDE]


@pytest.mark.slow
@pytest.mark.parametrize("style", ["impasto", "woodcut", "night", "wave"])
def test_a_large_painting_has_no_defect_at_its_own_size(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.setattr(plan, "LARGEST_WHOLE", WHOLE)
    monkeypatch.setattr(memory, "DETAIL_SIDE", {"cpu": TILE})
    monkeypatch.setattr(memory, "SIDES", (TILE,))
    parameters = resolve(Parameters(native_size=True, precision=Precision.BF16), SIDE, SIDE, "cpu", bf16=True)
    job = Task(content(), (StylePicture(painting(style, 1152), key=style),), parameters, SHIPPED)
    found = Stylizer().paint(job, lambda _: Verdict.GO_ON)
    result = np.clip(found.rgb, 0, 1)
    used = native(style)
    assert [word for word in defects(result, content(), used) if not word.startswith(LOST)] == []
    enlarged = resize(resize(result, WHOLE, WHOLE), SIDE, SIDE, "bicubic")
    sharp, blurred = (readings(one, content(), used)["sharpness"] for one in (result, enlarged))
    assert sharp > SHARPER * blurred
