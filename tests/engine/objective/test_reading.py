"""Faces and lettering are found where they are, and nowhere else; there a painting keeps its lines, and all others stay as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from engine.scenes import photo, task, waves
from numpy.typing import NDArray
from pictures import photos
from PIL import Image, ImageDraw, ImageFont
from restyle_engine.network.calibration import network
from restyle_engine.objective.reading import read
from restyle_engine.objective.strength import FADED, Strength
from restyle_engine.parameters import DEFAULT_LEGIBILITY, Pooling
from restyle_engine.resizing import tensor
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Task
from restyle_engine.verdict import Verdict
from restyle_imaging.resample.resize import resize
from restyle_server.weights.catalogue import SHIPPED

Picture = NDArray[np.float32]
SIDE = 96
FACE = (slice(60, 252), slice(128, 320))  # of the astronaut at 512 px
EYES = (slice(15, 26), slice(30, 69))  # of that at SIDE


@pytest.fixture(scope="module")
def painter() -> Stylizer:
    return Stylizer("cpu")


def face() -> Picture:
    return resize(photos.photo("astronaut", 512)[FACE], SIDE, SIDE)


def word() -> tuple[Picture, NDArray[np.bool_]]:
    """A word on a plain ground, and where it is."""
    image = Image.new("RGB", (SIDE, SIDE), (190, 180, 160))
    font = ImageFont.load_default(22)
    place = (8, 34)
    ImageDraw.Draw(image).text(place, "PAINT", fill=(30, 30, 60), font=font)
    left, top, right, bottom = map(round, font.getbbox("PAINT"))
    there = np.zeros((SIDE, SIDE), bool)
    there[place[1] + top : place[1] + bottom, place[0] + left : place[0] + right] = True
    return np.asarray(image, np.float32) / np.float32(255), there


def test_a_face_is_read_and_what_lies_around_it_is_not(painter: Stylizer) -> None:
    read = painter.read(face(), SHIPPED)
    assert read.shape == (SIDE, SIDE)
    assert read[EYES].mean() > 0.8
    assert read[:8].mean() < 0.1


def test_a_word_is_read_and_its_ground_is_not(painter: Stylizer) -> None:
    picture, there = word()
    read = painter.read(picture, SHIPPED)
    assert read[there].mean() > 0.5
    assert read[:10].max() < 0.2
    assert read[-10:].max() < 0.2


@pytest.mark.parametrize("name", ["flat", "noise", "stripes", "grass", "gravel", "brick", "coffee"])
def test_nothing_is_read_in_flats_noise_and_textures(painter: Stylizer, name: str) -> None:
    if name == "flat":
        picture = np.full((SIDE, SIDE, 3), 0.4, np.float32)
    elif name == "noise":
        picture = np.random.default_rng(0).random((SIDE, SIDE, 3), np.float32)
    else:
        picture = waves(SIDE, SIDE) if name == "stripes" else photos.photo(name, SIDE)
    picture = np.repeat(picture, 3, -1) if picture.shape[-1] == 1 else picture
    assert painter.read(picture, SHIPPED).max() == 0


def test_the_map_is_of_the_pictures_size_whatever_that_is_and_the_same_every_time(painter: Stylizer) -> None:
    for width, height in ((16, 16), (97, 33), (33, 121), (16, 4500), (4500, 16)):
        assert painter.read(photo(width, height), SHIPPED).shape == (height, width)
    assert painter.read(face(), SHIPPED).tobytes() == Stylizer("cpu").read(face(), SHIPPED).tobytes()


def test_where_it_is_asked_a_face_is_read_as_ever_and_nothing_is_looked_for_far_from_there(painter: Stylizer) -> None:
    scene = np.full((128, 320, 3), 0.6, np.float32)
    scene[16 : 16 + SIDE, 200 : 200 + SIDE] = face()
    picture, vgg = tensor(scene, torch.device("cpu")), network(SHIPPED, Pooling.AVERAGE)
    whole = read(vgg, picture)
    for columns, met in ((slice(210, 280), True), (slice(0, 40), False)):
        there = torch.zeros_like(whole)
        there[..., 40:60, columns] = 1
        near = read(vgg, picture, there)
        assert (float(near.max()) > 0.8) == met
        assert torch.allclose(near[there > 0], whole[there > 0], atol=0.05)
        assert near[..., 0:180].max() == 0


def asked(content: Picture, **changes: Any) -> Task:
    return replace(task(content, strength=75.0, evaluations=6, **changes), reader=SHIPPED)


def painted(painter: Stylizer, job: Task) -> Picture:
    return painter.paint(job, lambda _: Verdict.GO_ON).rgb


def test_off_and_where_nothing_is_read_paintings_are_the_same_bytes_as_without(painter: Stylizer) -> None:
    for job in (asked(face(), legibility=0.0), asked(photo(SIDE, 64))):
        assert painter.paint(job, lambda _: Verdict.GO_ON).kept is None
        assert painted(painter, job).tobytes() == painted(painter, replace(job, reader=None)).tobytes()


def test_a_face_is_nearer_to_its_lines_where_it_is_to_stay_legible_and_is_painted_all_the_same(painter: Stylizer) -> None:
    content = face()
    off, full = (painted(painter, asked(content, legibility=share)) for share in (0.0, 100.0))
    likeness = [np.corrcoef(found[EYES].mean(-1).ravel(), content[EYES].mean(-1).ravel())[0, 1] for found in (off, full)]
    assert likeness[1] > max(0.9, likeness[0])
    assert np.abs(full - content)[EYES].mean() > 0.02


def test_strength_0_is_still_the_content(painter: Stylizer) -> None:
    content = face()
    assert painted(painter, replace(task(content, strength=0.0), reader=SHIPPED)).tobytes() == content.tobytes()


def test_what_is_to_stay_legible_is_held_as_at_the_faded_strength_and_keeps_the_styles_colours() -> None:
    kept = torch.tensor([[[[0.0, 1.0]]]])
    plain, lowered = Strength(75.0), Strength(75.0, kept=kept)
    held = lowered.hold()
    assert held is not None
    assert float(held[..., 0]) == 1.0
    assert float(held[..., 1]) == pytest.approx(plain.reach / Strength(FADED).reach, rel=0.05)
    assert torch.equal(lowered.colored(), plain.colored())
    assert torch.equal(lowered.shown(2, 1), plain.shown(2, 1))
    assert lowered.textured().flatten().tolist() == pytest.approx([0.0, 0.5])


def test_by_default_a_face_in_a_strong_painting_is_held_as_in_a_weak_one_of_33_where_mouths_were_seen_to_keep_their_lines() -> None:
    strong = Strength(75.0, kept=torch.full((1, 1, 1, 1), DEFAULT_LEGIBILITY / 100))
    held = strong.hold()
    assert held is not None
    assert float(held) >= strong.reach / Strength(33.0).reach
    assert strong.reach / float(held) > Strength(FADED).reach  # and it is painted still


def test_a_map_of_the_strength_still_counts_where_something_is_read() -> None:
    both = Strength(75.0, map=torch.tensor([[[[0.0, 1.0]]]]), kept=torch.ones(1, 1, 1, 2))
    free = both.free(torch.zeros(1, 3, 1, 2))
    assert free is not None
    assert free.flatten().tolist() == [0.0, 1.0]
    weak = Strength(FADED / 2, kept=torch.ones(1, 1, 1, 2))
    assert weak.hold() is None  # below FADED every line is there anyway
