"""A small face or word stays as a whole, of a large one the lines with a stroke around them; what lies between is left to the style."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pictures import photos
from restyle_engine.objective.lines import HELD, WIDTH, lines
from restyle_engine.resizing import tensor
from restyle_imaging.resample.resize import resize
from torch import Tensor

SIDE = 128
FACE = (slice(60, 252), slice(128, 320))  # of the astronaut at 512 px
HEAD = (slice(12, 80), slice(36, 100))
CHEEKS = ((slice(36, 46), slice(42, 52)), (slice(36, 46), slice(76, 86)))
EYES, MOUTH = (slice(22, 34), slice(40, 92)), (slice(50, 64), slice(48, 80))  # of that at SIDE
CPU = torch.device("cpu")


def everywhere(height: int = SIDE, width: int = SIDE) -> Tensor:
    return torch.ones(1, 1, height, width)


def drawn(*marks: tuple[slice, slice, float]) -> Tensor:
    """Bars of a lightness on gray."""
    picture = np.full((SIDE, SIDE, 3), 0.5, np.float32)
    for rows, columns, light in marks:
        picture[rows, columns] = light
    return tensor(picture, CPU)


def head(side: int) -> tuple[Tensor, Tensor]:
    """A face in a square of so many px, a third of a gray picture or all of it, and where it is read."""
    photo = np.full((SIDE, SIDE, 3), 0.6, np.float32)
    photo[:side, :side] = resize(photos.photo("astronaut", 512)[FACE], side, side)
    read = torch.zeros(1, 1, SIDE, SIDE)
    rows, columns = (slice(round(part.start * side / SIDE), round(part.stop * side / SIDE)) for part in HEAD)
    read[..., rows, columns] = 1
    return tensor(photo, CPU), read


def test_of_a_face_that_fills_the_picture_eyes_and_mouth_stay_and_cheeks_do_not() -> None:
    found = lines(*head(SIDE))[0, 0]
    assert float(found[HEAD].mean()) < 0.6
    cheek = max(float(found[part].mean()) for part in CHEEKS)
    assert float(found[EYES].mean()) > 1.3 * cheek
    assert float(found[MOUTH].mean()) > 1.3 * cheek


def test_a_small_face_stays_as_a_whole() -> None:
    photo, read = head(44)
    found = lines(photo, read)
    assert float(found[read > 0].mean()) > 0.9


def test_a_line_stays_with_a_stroke_around_it_and_nothing_far_from_it_does() -> None:
    found = lines(drawn((slice(62, 66), slice(20, 108), 0.1)), everywhere())[0, 0]
    assert float(found[60:68, 24:104].min()) == pytest.approx(HELD)
    assert float(found[: 62 - 2 * WIDTH].max()) == 0
    assert float(found[66 + 2 * WIDTH :].max()) == 0


def test_a_faint_line_stays_where_no_strong_one_is_near() -> None:
    found = lines(drawn((slice(40, 90), slice(8, 12), 0.0), (slice(40, 90), slice(116, 120), 0.45)), everywhere())[0, 0]
    assert float(found[60, 118]) == float(found[60, 10]) == pytest.approx(HELD)
    beside = lines(drawn((slice(40, 90), slice(8, 12), 0.0), (slice(40, 90), slice(24, 28), 0.47)), everywhere())[0, 0]
    assert float(beside[60, 26]) == 0


def test_what_nobody_reads_has_no_lines() -> None:
    picture = drawn((slice(62, 66), slice(20, 108), 0.1))
    half = everywhere()
    half[..., 64:] = 0
    found = lines(picture, half)
    assert float(found[..., 64:].max()) == 0
    assert float(found[..., :64].max()) == pytest.approx(HELD)
    assert float(lines(picture, 0 * everywhere()).max()) == 0
    assert float(lines(drawn(), everywhere()).max()) == 0


def test_a_picture_of_any_shape_has_its_lines_at_its_own_size() -> None:
    for height, width in ((16, 16), (16, 600), (600, 16), (301, 97)):
        found = lines(torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(1)), everywhere(height, width))
        assert found.shape == (1, 1, height, width)
        assert 0 <= float(found.min()) <= float(found.max()) <= 1
