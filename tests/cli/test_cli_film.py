"""Owns the promises of `restyle film`: what goes in comes out, frame by frame, at its time and with its sound."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli import films
from cli.pictures import picture, pixels
from cli.running import Restyle
from fake_engine import following_bytes, painted_bytes
from restyle_client import JobClass, Lifetime
from restyle_imaging.film import reading
from restyle_imaging.io import files
from restyle_imaging.io.pictures import plane_of
from restyle_imaging.planes.samples import samples_of


def paint(restyle: Restyle, *arguments: object) -> dict[str, Any]:
    done = restyle("film", *arguments, "--style", "woodcut", "--json")
    assert done.exit_code == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def contents(path: Path) -> list[bytes]:
    return [samples.tobytes() for samples in films.frames_of(path)]


def painted(folder: Path) -> list[bytes]:
    """The frames of a folder, by name."""
    return [pixels(path) for path in sorted(folder.iterdir())]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return films.film(tmp_path / "in.mkv")


def test_every_frame_follows_the_one_before(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    told = paint(restyle, content, "-o", tmp_path / "painted" / "%04d.png")
    assert (told["frames"], told["painted"], told["size"]) == (6, 6, [32, 24])
    assert [path.name for path in sorted((tmp_path / "painted").iterdir())] == [f"{at:04d}.png" for at in range(6)]
    assert painted(tmp_path / "painted") == films.painted(contents(content))


def test_a_film_becomes_a_film_at_the_same_times(restyle: Restyle, tmp_path: Path) -> None:
    times = [Fraction(0), Fraction(1, 10), Fraction(4, 10), Fraction(45, 100), Fraction(2)]
    content = films.film(tmp_path / "in.mkv", 4, times=times)
    told = paint(restyle, content, "-o", tmp_path / "out.mp4")
    before, after = reading.look(content), reading.look(tmp_path / "out.mp4")
    assert (told["codec"], told["frames"]) == ("h264", 4)
    assert [float(start) for start in after.starts] == pytest.approx([float(start) for start in before.starts], abs=0.001)
    assert (after.width, after.height, after.tags, after.codec) == (32, 24, before.tags, "h264")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["in.mkv", "out.mp4"]


def test_what_is_painted_is_what_the_film_shows(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    paint(restyle, content, "-o", tmp_path / "out.mkv", "--codec", "ffv1")
    shown = films.frames_of(tmp_path / "out.mkv")
    for samples, wanted in zip(shown, films.painted(contents(content)), strict=True):
        assert np.abs(samples.astype(int).ravel() - np.frombuffer(wanted, np.uint8)).max() <= 2  # of the rounding to luma and two differences


def test_sound_is_copied(restyle: Restyle, tmp_path: Path) -> None:
    content = films.with_sound(tmp_path / "in.mp4", films.film(tmp_path / "picture.mp4", codec="h264"))
    paint(restyle, content, "-o", tmp_path / "out.mp4")
    assert films.packets(tmp_path / "out.mp4", "audio") == films.packets(content, "audio")
    paint(restyle, content, "-o", tmp_path / "cut.mp4", "--from", "0.2")
    cut = films.packets(tmp_path / "cut.mp4", "audio")
    assert 0 < len(cut) < len(films.packets(content, "audio"))
    assert reading.look(tmp_path / "cut.mp4").times[0] == 0


def test_the_frames_jobs_yield_to_people_and_are_gone_when_the_film_is_there(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    before = {job.id for job in restyle.jobs()}
    seen: dict[str, Any] = {}
    restyle.script(step_ms=30)
    with restyle.start("film", content, "-s", "woodcut", "-o", tmp_path / "out.mp4") as command:
        while command.poll() is None:
            seen |= {job.id: job for job in restyle.jobs() if job.id not in before}
    assert {(job.lifetime, job.job_class, job.label) for job in seen.values()} == {(Lifetime.DETACHED, JobClass.BATCH, "in.mkv")}
    assert {job.id for job in restyle.jobs()} == before


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--from", "0.2", "--to", "0.4"], [2, 3]),
        (["--from", "2f", "--to", "4f"], [2, 3, 4]),
        (["--to", "0:00.25"], [0, 1, 2]),
        (["--from", "5f"], [5]),
    ],
)
def test_a_stretch_is_painted_from_its_first_frame_on(restyle: Restyle, content: Path, tmp_path: Path, options: list[str], numbers: list[int]) -> None:
    told = paint(restyle, content, "-o", tmp_path / "out" / "%03d.png", *options)
    assert told["frames"] == len(numbers)
    assert [path.stem for path in sorted((tmp_path / "out").iterdir())] == [f"{number:03d}" for number in numbers]
    before = contents(content)
    assert painted(tmp_path / "out") == films.painted([before[number] for number in numbers])


def test_another_rate_shows_what_is_seen_at_its_moments(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    told = paint(restyle, content, "-o", tmp_path / "out.mp4", "--fps", "5")
    film = reading.look(tmp_path / "out.mp4")
    assert (told["frames"], told["painted"]) == (3, 3)
    assert [float(start) for start in film.starts] == pytest.approx([0, 0.2, 0.4, 0.6])
    told = paint(restyle, content, "-o", tmp_path / "twice.mp4", "--fps", "20")
    assert (told["frames"], told["painted"]) == (12, 6)


def test_frames_in_files_become_frames_and_a_film(restyle: Restyle, tmp_path: Path) -> None:
    for number in range(7, 11):
        picture(tmp_path / "frames" / f"{number}.png", 32, 24, seed=number)
    wanted = films.painted([pixels(tmp_path / "frames" / f"{number}.png") for number in range(7, 11)])
    paint(restyle, tmp_path / "frames", "-o", f"{tmp_path / 'out'}/")
    assert [pixels(tmp_path / "out" / f"{number}.png") for number in range(7, 11)] == wanted
    told = paint(restyle, tmp_path / "frames" / "%d.png", "-o", tmp_path / "out.mp4", "--fps", "25")
    film = reading.look(tmp_path / "out.mp4")
    assert (told["rate"], len(film.times), float(film.rate)) == (25.0, 4, 25.0)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_deep_frames_stay_deep(restyle: Restyle, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "frames").mkdir()
    for at in range(2):
        (tmp_path / "frames" / f"{at}{suffix}").write_bytes(files.encode_picture(plane_of(films.scene(at, deep=True), None), suffix).data)
    paint(restyle, tmp_path / "frames", "-o", f"{tmp_path / 'out'}/")
    found = [samples_of(files.read_picture(tmp_path / "out" / f"{at}{suffix}").plane) for at in range(2)]
    assert [each.dtype for each in found] == [np.uint16] * 2
    assert found[0].tobytes() == painted_bytes(films.scene(0, deep=True).tobytes(), 0)


def test_light_beyond_white_stays_as_bright(restyle: Restyle, tmp_path: Path) -> None:
    """By frames that a person painted, which are their own results."""
    keys = []
    for at in range(2):
        frame, mine = (np.random.default_rng(at + seed).random((24, 32, 3)).astype(np.float32) * 3 for seed in (0, 10))
        for place, samples in (("frames", frame), ("mine", mine)):
            (tmp_path / place).mkdir(exist_ok=True)
            (tmp_path / place / f"{at}.exr").write_bytes(files.encode_picture(plane_of(samples, None), ".exr").data)
        keys += ["--key", f"{at}={tmp_path / 'mine' / f'{at}.exr'}"]
    paint(restyle, tmp_path / "frames", "-o", f"{tmp_path / 'out'}/", *keys)
    for at in range(2):
        wanted, found = (samples_of(files.read_picture(tmp_path / place / f"{at}.exr").plane) for place in ("mine", "out"))
        assert wanted.max() > 2
        assert found == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(("suffix", "codec"), [(".mov", "prores"), (".webm", "vp9")])
def test_transparency_stays_as_it_was(restyle: Restyle, tmp_path: Path, suffix: str, codec: str) -> None:
    content = films.film(tmp_path / f"in{suffix}", 2, codec=codec, alpha=True)
    paint(restyle, content, "-o", tmp_path / f"out{suffix}")
    film = reading.look(tmp_path / f"out{suffix}")
    assert film.alpha


# ---- frames that a person has painted ----


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return picture(tmp_path / "mine.png", 32, 24, seed=3)


def test_a_film_follows_a_painted_frame_both_ways(restyle: Restyle, content: Path, key: Path, tmp_path: Path) -> None:
    paint(restyle, content, "-o", tmp_path / "out" / "%d.png", "--key", f"2={key}")
    frames, mine = contents(content), pixels(key)
    wanted = {2: mine}
    for at in (1, 0):
        wanted[at] = following_bytes(frames[at], 0, [wanted[at + 1]])
    for at in (3, 4, 5):
        wanted[at] = following_bytes(frames[at], 0, [wanted[at - 1]])
    assert painted(tmp_path / "out") == [wanted[at] for at in range(6)]


def test_between_two_painted_frames_both_directions_meet(restyle: Restyle, content: Path, key: Path, tmp_path: Path) -> None:
    other = picture(tmp_path / "other.png", 32, 24, seed=4)
    told = paint(restyle, content, "-o", tmp_path / "out" / "%d.png", "--key", f"1={key}", "--key", f"4={other}")
    frames = contents(content)
    aside = {4: pixels(other)}
    for at in (3, 2):
        aside[at] = following_bytes(frames[at], 0, [aside[at + 1]])
    wanted = {1: pixels(key), 4: pixels(other)}
    wanted[0] = following_bytes(frames[0], 0, [wanted[1]])
    for at in (2, 3):
        wanted[at] = following_bytes(frames[at], 0, [wanted[at - 1], aside[at]])
    wanted[5] = following_bytes(frames[5], 0, [wanted[4]])
    assert painted(tmp_path / "out") == [wanted[at] for at in range(6)]
    assert (told["frames"], told["painted"]) == (6, 8)


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("nine.png", 2, "is no painted frame"),
        ("9=KEY", 1, "--key 9: that frame isn't painted; frames are numbered from 0 to 5 here."),
        ("1=none.png", 1, "There is no file none.png"),
        ("1=WIDE", 1, "that picture has 64×24 px, and the film 32×24"),
    ],
)
def test_a_painted_frame_that_makes_no_sense_is_said(restyle: Restyle, content: Path, key: Path, tmp_path: Path, text: str, status: int, words: str) -> None:
    text = text.replace("KEY", str(key)).replace("WIDE", str(picture(tmp_path / "wide.png", 64, 24)))
    done = restyle("film", content, "-s", "woodcut", "-o", tmp_path / "out.mp4", "--key", text)
    assert (done.exit_code, words in " ".join(done.stderr.split())) == (status, True), done.stderr
    assert not (tmp_path / "out.mp4").exists()


# ---- what it would cost, and how it goes ----


def test_an_estimate_tells_frames_time_and_disk_and_paints_nothing(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    before = len(restyle.jobs())
    told = json.loads(restyle("film", content, "-s", "woodcut", "--estimate", "--json").stdout)
    assert (told["frames"], told["paintings"], told["fits"]) == (6, 6, True)
    assert told["disk"] == pytest.approx(6 * 32 * 24 * 3, rel=0.05)
    assert told["disk_free"] > 0
    assert len(restyle.jobs()) == before
    assert "in.mkv: 6 frames, " in restyle("film", content, "-s", "woodcut", "--estimate").stdout
    assert [path.name for path in tmp_path.iterdir()] == ["in.mkv"]


def test_an_estimate_counts_frames_that_follow_by_their_own_plan(restyle: Restyle, content: Path, key: Path, tmp_path: Path) -> None:
    paint(restyle, content, "-o", tmp_path / "out.mp4")  # so that the time is known
    one, two, few, keyed = (
        json.loads(restyle("film", content, "-s", "woodcut", "--estimate", "--json", *more).stdout)
        for more in (("--to", "0f"), ("--to", "1f"), ("--to", "2f"), ("--key", f"0={key}", "--key", f"5={key}"))
    )
    following = two["seconds"] - one["seconds"]
    assert 0 <= following <= one["seconds"] + 0.11  # each is rounded
    assert few["seconds"] == pytest.approx(one["seconds"] + 2 * following, abs=0.11)
    assert keyed["paintings"] == 8  # four frames between two that are painted, in both directions


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--codec", "mpeg2"], "There is no codec mpeg2"),
        (["-o", "out.avi"], "Films can't be written as .avi"),
        (["-o", "out.webm", "--codec", "h264"], "h264 does not go into .webm"),
        (["-o", "frames/", "--crf", "20"], "frames in files of their own have no --codec and no --crf"),
        (["--codec", "h264", "--crf", "52"], "h264 has a --crf from 0 to 51"),
        (["-o", "out.mp4"], "The film has transparency, which h264 can't hold"),
    ],
)
def test_an_estimate_refuses_what_the_film_would_be_refused_for(restyle: Restyle, tmp_path: Path, options: list[str], words: str) -> None:
    glass = films.film(tmp_path / "glass.mkv", 2, alpha=True)
    done = restyle("film", glass, "-s", "woodcut", "--estimate", *options)
    assert done.exit_code != 0
    assert words in " ".join(done.stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == ["glass.mkv"]


def test_an_estimate_tells_about_how_large_the_film_gets(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    def film(*options: str) -> int | None:
        found: int | None = json.loads(restyle("film", content, "-s", "woodcut", "--estimate", "--json", *options).stdout)["film"]
        return found

    usual, coarse, fine = (film("--codec", "h264", "--crf", crf) or 0 for crf in ("18", "30", "0"))
    assert coarse < usual / 3 < 3 * usual < fine
    assert film() == usual
    assert film("-o", str(tmp_path / "%04d.png")) is None
    assert "and about " in restyle("film", content, "-s", "woodcut", "--estimate", "-o", tmp_path / "out.webm").stdout


def test_the_last_frame_can_be_looked_at(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    paint(restyle, content, "-o", tmp_path / "out.mp4", "--preview", tmp_path / "last.png")
    assert pixels(tmp_path / "last.png") == films.painted(contents(content))[-1]


def test_progress_and_end_are_told_in_lines(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    done = restyle("film", content, "-s", "woodcut", "-o", tmp_path / "out.mp4")
    assert "6 of 6 frames" in done.stderr
    assert "out.mp4: 6 frames, 6 painted now, in " in done.stdout
