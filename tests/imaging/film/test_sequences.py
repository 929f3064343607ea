"""Frames in files of their own: which are meant, in what order, and what is said about those that are missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from restyle_imaging.errors import FilmError
from restyle_imaging.film import sequences
from restyle_imaging.io import files
from restyle_imaging.io.pictures import plane_of


def frames(folder: Path, numbers: list[int], form: str = "shot-{:04d}.png", side: int = 16) -> Path:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        path = folder / form.format(number)
        path.write_bytes(files.encode_picture(plane_of(np.full((side, side, 3), number, np.uint8), None), path.suffix).data)
    return folder


def numbers(*given: Path) -> tuple[int, ...]:
    return sequences.numbers_of(sequences.find(given))


def test_a_folder_a_pattern_a_star_and_the_files_mean_the_same(tmp_path: Path) -> None:
    folder = frames(tmp_path / "frames", [8, 9, 10, 11])
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_text("no picture")
    wanted = (8, 9, 10, 11)
    for given in ([folder], [folder / "shot-%04d.png"], [folder / "shot-*.png"], list(folder.glob("shot*"))):
        assert sequences.is_sequence(given)
        assert numbers(*given) == wanted
    assert not sequences.is_sequence([folder / "shot-0008.png"])


def test_9_comes_before_10_whatever_the_names_are_padded_with(tmp_path: Path) -> None:
    assert numbers(frames(tmp_path / "frames", [9, 10, 11], "{}.png")) == (9, 10, 11)


def test_every_second_frame_is_whole(tmp_path: Path) -> None:
    assert sequences.look(sequences.find([frames(tmp_path / "frames", [2, 4, 6])])).numbers == (2, 4, 6)


def test_missing_frames_are_named_by_their_numbers(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match=r"Frames are missing in .*: 3, 6–8; add them"):
        sequences.look(sequences.find([frames(tmp_path / "frames", [1, 2, 4, 5, 9])]))


def test_names_without_numbers_are_counted(tmp_path: Path) -> None:
    folder = frames(tmp_path / "frames", [1])
    (folder / "shot-0001.png").rename(folder / "a.png")
    frames(folder, [2], "b.png")
    assert numbers(folder) == (0, 1)


@pytest.mark.parametrize(("given", "words"), [("empty", "There are no pictures in"), ("empty/%d.png", "There are no files like"), ("none/*", "no files like")])
def test_nothing_is_said(tmp_path: Path, given: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FilmError, match=words):
        sequences.find([tmp_path / given])


def test_a_frame_of_another_size_is_said(tmp_path: Path) -> None:
    frames(tmp_path / "frames", [1])
    frames(tmp_path / "frames", [2], side=20)
    found = sequences.look(sequences.find([tmp_path / "frames"]))
    with pytest.raises(FilmError, match=r"shot-0002\.png has 20×20 px, but the first frame has 16×16"):
        list(found.planes([0, 1]))


def test_results_have_the_frames_numbers(tmp_path: Path) -> None:
    assert sequences.named(tmp_path / "out-%05d.exr", 12).name == "out-00012.exr"
    assert sequences.named(tmp_path / "%d.png", 7).name == "7.png"
