"""Owns the promises about films that can't be painted or written: one sentence, before anything is painted where that is known, and nothing half-written."""

from __future__ import annotations

import builtins
import os
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from cli import films
from cli.pictures import picture
from cli.running import Restyle
from PIL import Image
from restyle_imaging.film import reading


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return films.film(tmp_path / "in.mkv", 3)


def refused(restyle: Restyle, *arguments: object) -> str:
    """What is said, on one line; the exit status is that of a failure or of wrong usage."""
    done = restyle("film", *arguments, "-s", "woodcut")
    assert done.exit_code in (1, 2), done.stdout
    assert "Something went wrong" not in done.stderr
    said = " ".join(done.stderr.replace("│", " ").split())
    assert done.exit_code == 2 or said.count("restyle: ") == 1
    return said


def song(path: Path) -> Path:
    with av.open(str(path), "w", format="mp4") as target:
        stream: Any = target.add_stream("aac", rate=48_000)
        stream.layout = "mono"
        block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        block.sample_rate = 48_000
        target.mux(stream.encode(block))
        target.mux(stream.encode(None))
    return path


def test_what_is_no_film_is_said_and_nothing_is_left(restyle: Restyle, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film" * 100)
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out.mp4"
    for given, words in (
        (tmp_path / "none.mp4", "There is no file"),
        (tmp_path / "text.mp4", "text.mp4 can't be opened as a film"),
        (song(tmp_path / "song.m4a"), "song.m4a holds no moving pictures; choose another file."),
        (films.film(tmp_path / "dot.mkv", 2, size=(1, 1)), "dot.mkv has 1×1 px; a film needs at least 16 px on each side"),
        (tmp_path / "empty", "There are no pictures in"),
        (tmp_path / "%04d.png", "There are no files like"),
    ):
        assert words in refused(restyle, given, "-o", out)
        assert not out.exists()
        assert not list(tmp_path.glob("*.painting"))


def test_a_film_that_is_cut_short_is_painted_as_far_as_it_goes(restyle: Restyle, tmp_path: Path) -> None:
    whole = films.film(tmp_path / "whole.mkv", 20)
    (tmp_path / "cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    done = restyle("film", tmp_path / "cut.mkv", "-s", "woodcut", "-o", tmp_path / "out.mp4")
    assert done.exit_code == 0
    assert "cut.mkv breaks off after" in done.stderr
    assert 1 < len(reading.look(tmp_path / "out.mp4").times) < 20


def test_a_cut_animation_is_painted_as_far_as_it_goes_and_that_is_told(restyle: Restyle, tmp_path: Path) -> None:
    frames = [Image.fromarray(films.scene(at)) for at in range(8)]
    frames[0].save(tmp_path / "whole.gif", save_all=True, append_images=frames[1:], duration=100)
    whole = (tmp_path / "whole.gif").read_bytes()
    (tmp_path / "cut.gif").write_bytes(whole[: len(whole) // 2])
    done = restyle("film", tmp_path / "cut.gif", "-s", "woodcut", "-o", tmp_path / "out.mkv", "--codec", "ffv1")
    painted = len(reading.look(tmp_path / "out.mkv").times)
    assert (done.exit_code, 1 < painted < 8) == (0, True)
    assert f"cut.gif breaks off after {painted} frames: it is damaged or cut short; what is there is painted." in done.stdout
    picture(tmp_path / "frames" / "1.gif", 32, 24)
    (tmp_path / "frames" / "1.gif").write_bytes(whole)
    done = restyle("film", tmp_path / "frames", "-s", "woodcut", "-o", tmp_path / "one.mkv")
    assert "1.gif holds 8 pictures; the first is used." in done.stdout


def test_a_film_of_one_frame_is_painted(restyle: Restyle, tmp_path: Path) -> None:
    content = films.film(tmp_path / "one.mkv", 1)
    assert restyle("film", content, "-s", "woodcut", "-o", tmp_path / "out.mp4").exit_code == 0
    assert len(reading.look(tmp_path / "out.mp4").times) == 1


def test_missing_frames_are_named(restyle: Restyle, tmp_path: Path) -> None:
    for number in (1, 2, 4, 5):
        picture(tmp_path / "frames" / f"{number}.png", 32, 24, seed=number)
    assert "Frames are missing in" in (said := refused(restyle, tmp_path / "frames", "-o", tmp_path / "out.mp4"))
    assert ": 3; add them, or choose a whole stretch with --from and --to." in said
    assert restyle("film", tmp_path / "frames", "-s", "woodcut", "--from", "4f", "-o", tmp_path / "out.mp4").exit_code == 0


def test_a_frame_of_another_size_is_said_and_the_rest_is_kept(restyle: Restyle, tmp_path: Path) -> None:
    for number, side in ((1, 32), (2, 32), (3, 48)):
        picture(tmp_path / "frames" / f"{number}.png", side, 24, seed=number)
    said = refused(restyle, tmp_path / "frames", "-o", tmp_path / "out.mp4")
    assert "3.png has 48×24 px, but the first frame has 32×24; give all frames one size" in said
    picture(tmp_path / "frames" / "3.png", 32, 24, seed=3)
    assert restyle("film", tmp_path / "frames", "-s", "woodcut", "-o", tmp_path / "out.mp4").exit_code == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-o", "OUT/out.avi"], "Films can't be written as .avi"),
        (["-o", "OUT/none/out.mp4"], "does not exist; make it first"),
        (["-o", "-"], "a film can't be written into a stream"),
        (["-o", "OUT/out.webm", "--codec", "h264"], "h264 does not go into .webm"),
        (["-o", "OUT/out.mp4", "--codec", "xvid"], "There is no codec xvid"),
        (["-o", "OUT/out.mp4", "--crf", "77"], "h264 has a --crf from 0 to 51"),
        (["-o", "OUT/%d.png", "--crf", "7"], "have no --codec and no --crf"),
        (["-o", "OUT/%d.gif"], "pictures can't be written as .gif"),
        (["-o", "OUT/out.mp4", "--from", "9"], "There is nothing between --from and --to"),
        (["-o", "OUT/out.mp4", "--from", "soon"], "is no moment of a film"),
        (["-o", "OUT/out.mp4", "--fps", "0"], "is no rate"),
        (["-o", "OUT/out.mp4", "--preview", "OUT/last.gif"], "a picture can't be written as .gif"),
        ([], "say where the film goes with -o OUT"),
    ],
)
def test_what_can_not_be_done_is_said_first(restyle: Restyle, content: Path, tmp_path: Path, options: list[str], words: str) -> None:
    before = len(restyle.jobs())
    assert words in refused(restyle, content, *(option.replace("OUT", str(tmp_path)) for option in options))
    assert len(restyle.jobs()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["in.mkv"]


def test_a_size_that_can_not_be_written_is_said_first(restyle: Restyle, tmp_path: Path) -> None:
    content = films.film(tmp_path / "in.mkv", 1, size=(16_400, 16))
    picture(tmp_path / "frames" / "1.png", 16_400, 16)
    before = len(restyle.jobs())
    for given, out, words in (
        (content, "out.webp", "A film of 16,400×16 px can't be written as webp"),
        (content, "out.mp4", "A film of 16,400×16 px can't be written as h264"),
        (content, "%d.webp", "WebP holds at most 16,383 px per side, but the picture has 16,400×16"),
        (tmp_path / "frames", "%d.avif", "AVIF holds at most 16,384 px per side"),
    ):
        assert words in refused(restyle, given, "-o", tmp_path / out)
    assert len(restyle.jobs()) == before
    assert {path.name for path in tmp_path.iterdir()} == {"in.mkv", "frames"}


def test_two_frames_do_not_go_into_one_file(restyle: Restyle, tmp_path: Path) -> None:
    for name in ("1.gif", "1.bmp"):
        picture(tmp_path / "frames" / name, 32, 24)
    assert "1.png would be two frames in one file; name a pattern" in refused(restyle, tmp_path / "frames", "-o", f"{tmp_path / 'out'}/")
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_sound_that_does_not_go_along_is_told_before_anything_is_painted(restyle: Restyle, tmp_path: Path) -> None:
    content = films.with_sound(tmp_path / "in.mkv", films.film(tmp_path / "picture.mkv", 2))
    done = restyle("film", content, "-s", "woodcut", "-o", tmp_path / "out.webm")
    words = "The sound of in.mkv (aac) don't go into .webm; write .mkv to keep them."
    assert (done.exit_code, done.stdout.count(words)) == (0, 1)
    assert words in done.stderr


def test_transparency_is_not_lost_without_a_word(restyle: Restyle, tmp_path: Path) -> None:
    content = films.film(tmp_path / "in.mov", 2, codec="prores", alpha=True)
    assert "The film has transparency, which h264 can't hold; write .webm or .mov" in refused(restyle, content, "-o", tmp_path / "out.mp4")
    done = restyle("film", content, "-s", "woodcut", "-o", tmp_path / "out.mp4", "--codec", "h264")
    assert (done.exit_code, "h264 holds no transparency: the film is laid on black." in done.stdout) == (0, True)


def test_no_film_replaces_what_restyle_did_not_write(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"mine")
    assert "it isn't as Restyle wrote it" in refused(restyle, content, "-o", out)
    assert "is the film itself" in refused(restyle, content, "-o", content)
    assert out.read_bytes() == b"mine"
    assert restyle("film", content, "-s", "woodcut", "-o", out, "--overwrite").exit_code == 0
    assert restyle("film", content, "-s", "woodcut", "-o", out).exit_code == 0
    for number in (1, 2):
        picture(tmp_path / "frames" / f"{number}.png", 32, 24, seed=number)
    assert "is a frame of the film itself" in refused(restyle, tmp_path / "frames", "-o", f"{tmp_path / 'frames'}/")


def test_what_somebody_keeps_in_the_place_of_the_painted_frames_stays(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    out, place = tmp_path / "out.mp4", tmp_path / "out.mp4.painting"
    place.write_text("mine")
    assert "out.mp4.painting is no folder, and painted frames would lie in one of that name" in refused(restyle, content, "-o", out)
    assert place.read_text() == "mine"
    place.unlink()
    (place / "sketches").mkdir(parents=True)
    (place / "notes.txt").write_text("mine")
    assert "notes.txt is nothing that Restyle wrote" in refused(restyle, content, "-o", out)
    assert sorted(path.name for path in place.iterdir()) == ["notes.txt", "sketches"]
    (place / "notes.txt").rename(tmp_path / "notes.txt")
    assert "sketches is nothing that Restyle wrote" in refused(restyle, content, "-o", out)
    (place / "sketches").rmdir()
    assert restyle("film", content, "-s", "woodcut", "-o", out).exit_code == 0
    assert not place.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such folder")
def test_a_place_that_can_not_be_written_is_said(restyle: Restyle, content: Path) -> None:
    assert "can't be written to" in refused(restyle, content, "-o", "/proc/out.mp4")


def test_missing_packages_are_named_with_what_installs_them(restyle: Restyle, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "av":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    said = refused(restyle, content, "-o", tmp_path / "out.mp4")
    assert f"Films need packages that are not installed yet; install them with: {sys.executable} -m pip install" in said
