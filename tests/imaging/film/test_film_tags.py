"""What a film says about its colours is believed, and said again."""

from __future__ import annotations

import av
import numpy as np
import pytest
from restyle_imaging.color import srgb
from restyle_imaging.film import planar, tags
from restyle_imaging.film.tags import Tags, from_srgb, to_srgb

FORMS = [("yuv444p", 8), ("yuv444p10le", 10), ("yuv444p16le", 16)]
COARSE = 3.3  # steps of RGB that the rounding of luma and of two differences makes at most: (1 + 1.8) / 219 · 255
MATRICES = {"BT.601": tags.SMPTE170M, "BT.709": tags.BT709, "BT.2020": tags.BT2020}
BLUE = {  # luma and the two differences of pure blue, 8 bits, limited range; from the tables of the three recommendations
    tags.SMPTE170M: (41, 240, 110),
    tags.BT709: (32, 240, 118),
    tags.BT2020: (29, 240, 119),
}


def colors() -> np.ndarray:
    return np.random.default_rng(3).random((16, 24, 3)).astype(np.float32)


def codes(frame: av.VideoFrame, bits: int) -> list[int]:
    return [int(planar._samples(frame, plane, bits)[0, 0]) for plane in range(3)]


@pytest.mark.parametrize("matrix", MATRICES.values(), ids=MATRICES.keys())
@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize(("form", "bits"), FORMS)
def test_colours_come_back_within_the_rounding_of_their_codes(matrix: int, full: bool, form: str, bits: int) -> None:
    said = Tags(matrix, tags.PRIMARIES_BT709, tags.BT709, full)
    frame = planar.from_rgb(colors(), said, form, bits)
    found = planar.to_rgb(frame, said, alpha=False, width=24, height=16)
    assert np.abs(found - colors()).max() * (2**bits - 1) <= COARSE / 2 + 0.1


@pytest.mark.parametrize("matrix", MATRICES.values(), ids=MATRICES.keys())
def test_blue_has_the_codes_of_the_recommendation(matrix: int) -> None:
    blue = np.broadcast_to(np.array((0, 0, 1), np.float32), (16, 16, 3))
    assert tuple(codes(planar.from_rgb(blue, Tags(matrix), "yuv420p", 8), 8)) == BLUE[matrix]


@pytest.mark.parametrize(("form", "bits"), FORMS)
@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
def test_white_is_white_at_every_depth(form: str, bits: int, full: bool) -> None:
    """The scaler's own matrix takes the white of 10 bits for 99.6 % of it."""
    frame = planar.from_rgb(np.ones((16, 16, 3), np.float32), Tags(tags.BT709, full=full), form, bits)
    assert codes(frame, bits)[0] == (2**bits - 1 if full else 235 << bits - 8)
    assert planar.to_rgb(frame, Tags(tags.BT709, full=full), alpha=False, width=16, height=16).min() == pytest.approx(1, abs=2e-6)


@pytest.mark.parametrize("transfer", [tags.PQ, tags.HLG, tags.LINEAR, 14], ids=["PQ", "HLG", "linear", "BT.2020"])
@pytest.mark.parametrize("primaries", [tags.PRIMARIES_BT2020, tags.PRIMARIES_P3], ids=["BT.2020", "P3"])
def test_wide_colours_come_back(transfer: int, primaries: int) -> None:
    said = Tags(tags.BT2020, primaries, transfer)
    assert not said.plain
    assert np.abs(from_srgb(to_srgb(colors(), said), said) - colors()).max() < 2e-3


def test_reference_white_is_white() -> None:
    """BT.2408: 58 % of PQ's range, 75 % of HLG's."""
    for transfer, signal in ((tags.PQ, 0.5807), (tags.HLG, 0.75)):
        white = np.full((1, 1, 3), signal, np.float32)
        assert srgb.decode(to_srgb(white, Tags(tags.BT2020, tags.PRIMARIES_BT2020, transfer))) == pytest.approx(np.ones((1, 1, 3)), abs=0.01)


def test_a_colour_of_bt2020_lies_outside_srgb() -> None:
    green = to_srgb(np.array([[[0, 1, 0]]], np.float32), Tags(tags.BT2020, tags.PRIMARIES_BT2020, 14))
    assert green[0, 0, 0] < -0.5
    assert green[0, 0, 1] > 1


@pytest.mark.parametrize("said", [Tags(tags.BT709), Tags(tags.SMPTE170M, 6, 6), Tags(tags.BT470BG, 5, 4), Tags(tags.BT709, 1, 13)])
def test_values_of_a_usual_film_are_taken_as_they_are(said: Tags) -> None:
    assert said.plain


@pytest.mark.parametrize(("height", "matrix"), [(576, tags.SMPTE170M), (720, tags.BT709)])
def test_a_film_that_says_nothing_is_taken_as_players_take_it(height: int, matrix: int) -> None:
    assert tags.known(tags.UNSPECIFIED, 2, 2, False, height).matrix == matrix
