"""What a look paints has the contrast of the paintings that it learned from, whatever it came to by itself, and nothing else of it changes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from engine.feedforward.looks import look
from engine.scenes import photo, waves
from restyle_engine.feedforward.canvas_noise import canvas_noise
from restyle_engine.feedforward.crops import Pair
from restyle_engine.feedforward.live_painter import LivePainter
from restyle_engine.feedforward.look import Look, look_bytes, read_look
from restyle_engine.feedforward.small_network import painted
from restyle_engine.feedforward.tones import toned
from restyle_engine.parameters import Precision
from restyle_engine.resizing import pixels, tensor
from torch import Tensor

CPU = torch.device("cpu")
SIDE = 64  # px


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair(tensor(photo(SIDE, SIDE), CPU), tensor(0.2 + 0.5 * waves(SIDE, SIDE), CPU), 50.0)


@pytest.fixture(scope="module")
def pale() -> dict[str, Tensor]:
    """A network that paints paler than it should."""
    tensors = {name: values.float() for name, values in look().tensors.items()}
    grey = torch.full((3, 3), 1 / 3)
    fade = 0.5 * torch.eye(3) + 0.5 * grey
    for name in ("palette", "fine"):
        tensors[f"{name}.weight"] = torch.einsum("ij,jkhw->ikhw", fade, tensors[f"{name}.weight"])
    return tensors


def shown(tensors: dict[str, Tensor], pair: Pair) -> Tensor:
    noise = [torch.from_numpy(one)[None] for one in canvas_noise(0, 0, SIDE, SIDE)]
    return painted(tensors, pair.content, noise, torch.tensor([pair.strength / 100]))


def test_colours_spread_as_the_paintings_and_their_mean_stays(pale: dict[str, Tensor], pair: Pair) -> None:
    wanted = pair.painting.flatten(2)[0]
    before, after = (shown(tensors, pair).clamp(0, 1).flatten(2)[0] for tensors in (pale, toned(pale, [pair], torch.float32)))
    assert float((after.cov() - wanted.cov()).norm()) < 0.2 * float((before.cov() - wanted.cov()).norm())
    assert float((after.mean(1) - before.mean(1)).abs().max()) < 0.02


def test_what_is_painted_is_moved_by_one_matrix_and_nothing_else(pale: dict[str, Tensor], pair: Pair) -> None:
    before, after = (shown(tensors, pair).flatten(2)[0] for tensors in (pale, toned(pale, [pair], torch.float32)))
    known = torch.cat((before, torch.ones(1, before.shape[1])))
    move = torch.linalg.lstsq(known.t(), after.t()).solution
    assert torch.allclose(move.t() @ known, after, atol=1e-4)


def test_a_contrast_that_is_right_stays(pale: dict[str, Tensor], pair: Pair) -> None:
    once = toned(pale, [pair], torch.float32)
    twice = toned(once, [pair], torch.float32)
    assert float((shown(once, pair) - shown(twice, pair)).abs().mean()) < 0.01


def test_without_anything_to_learn_from_or_with_numbers_that_are_none_all_stays(pale: dict[str, Tensor], pair: Pair) -> None:
    broken = Pair(pair.content, pair.painting * float("nan"), pair.strength)
    for pairs in ([], [broken]):
        found = toned(pale, pairs, torch.float32)
        assert all(torch.equal(values, pale[name]) for name, values in found.items())


def test_at_no_strength_the_picture_is_exact_and_the_file_has_the_contrast(pale: dict[str, Tensor], pair: Pair) -> None:
    found = toned(pale, [pair], torch.float32)
    whole = Look("Pale", "waves", "Nobody", 50.0, SIDE, 1, {name: values.half() for name, values in found.items()})
    painter, content = LivePainter(precision=Precision.FP32), photo(SIDE, SIDE)
    painter.place(read_look(look_bytes(whole)))
    assert np.array_equal(painter.paint(content, 0, 0, 0), content)
    spread, wanted = (np.cov(one.reshape(-1, 3).T) for one in (painter.paint(content, 0, 0, 50), pixels(pair.painting)))
    assert np.linalg.norm(spread - wanted) < 0.2 * np.linalg.norm(wanted)
