"""Owns the promises of `restyle film --live`: every frame in order, by the look alone, with all that films have, and the same film after any interruption."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli import films
from cli.pictures import picture
from cli.running import PATIENCE, Restyle, wait_for
from fake_engine import live_pixels
from look_files import look_file
from PIL import Image
from restyle_imaging.film import reading

FRAMES = 8
STRENGTH = 80.0
Bytes = np.ndarray[Any, np.dtype[np.uint8]]


@pytest.fixture(scope="module")
def look(served: Restyle) -> str:
    with served.session() as session:
        return session.add_look(look_file("Film look", strength=STRENGTH)).id


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return films.film(tmp_path_factory.mktemp("content") / "in.mkv", FRAMES)


def expected(frames: list[Bytes], strength: float = STRENGTH, scenes: tuple[int, ...] = (0,)) -> list[Bytes]:
    """What the fake engine makes of frames, each following those of its scene."""
    found = []
    for at, frame in enumerate(frames):
        followed = at - max(begin for begin in scenes if begin <= at)
        rgb = live_pixels((frame / np.float32(255)).astype(np.float32), strength, followed, 2 * followed)
        found.append(np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8))
    return found


def same(found: list[Bytes], wanted: list[Bytes]) -> bool:
    """But for rounding."""
    return len(found) == len(wanted) and all(np.abs(a.astype(int) - b).max() <= 1 for a, b in zip(found, wanted, strict=True))


def frames_in(folder: Path) -> list[Bytes]:
    return [np.asarray(Image.open(path)) for path in sorted(folder.iterdir())]


def paint(restyle: Restyle, look: str, *arguments: object) -> dict[str, Any]:
    done = restyle("film", *arguments, "--live", look, "--json")
    assert done.exit_code == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_every_frame_is_painted_by_the_look_and_follows_its_scene(restyle: Restyle, look: str, content: Path, tmp_path: Path) -> None:
    told = paint(restyle, look, content, "-o", tmp_path / "out" / "%02d.png")
    assert (told["frames"], told["painted"], told["look"], told["device"], told["warnings"]) == (8, 8, look, None, [])
    assert same(frames_in(tmp_path / "out"), expected(films.frames_of(content)))
    done = restyle("film", content, "--live", look.upper(), "--strength", 30, "-o", tmp_path / "weak" / "%02d.png")
    assert "with the look film-look" in done.stdout
    assert same(frames_in(tmp_path / "weak"), expected(films.frames_of(content), 30.0))


def test_parts_become_the_film_that_is_painted_in_one_go(restyle: Restyle, look: str, content: Path, tmp_path: Path) -> None:
    options = ("--cut", "3", "--codec", "ffv1")
    paint(restyle, look, content, *options, "-o", tmp_path / "whole.mkv")
    for part, frames in (("3-7", 5), ("0-2", 3), ("3-7", 0)):
        assert paint(restyle, look, content, *options, "-o", tmp_path / "out.mkv", "--range", part)["painted"] == frames
    paint(restyle, look, content, *options, "-o", tmp_path / "out.mkv", "--join")
    assert (tmp_path / "out.mkv").read_bytes() == (tmp_path / "whole.mkv").read_bytes()
    paint(restyle, look, content, "--cut", "3", "-o", tmp_path / "out" / "%02d.png")
    assert same(frames_in(tmp_path / "out"), expected(films.frames_of(content), scenes=(0, 3)))


def test_a_film_keeps_its_times_and_its_sound(restyle: Restyle, look: str, tmp_path: Path) -> None:
    content = films.with_sound(tmp_path / "in.mp4", films.film(tmp_path / "picture.mp4", codec="h264"))
    told = paint(restyle, look, content, "-o", tmp_path / "out.mp4")
    assert (told["codec"], told["frames"]) == ("h264", 6)
    assert films.packets(tmp_path / "out.mp4", "audio") == films.packets(content, "audio")
    assert [float(start) for start in reading.look(tmp_path / "out.mp4").starts] == pytest.approx(
        [float(one) for one in reading.look(content).starts], abs=1e-3
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4", "out.mp4", "picture.mp4"]


def test_a_stretch_and_another_rate_follow_what_is_shown(restyle: Restyle, look: str, content: Path, tmp_path: Path) -> None:
    frames = films.frames_of(content)
    paint(restyle, look, content, "--from", "2f", "--to", "4f", "-o", tmp_path / "part" / "%02d.png")
    assert same(frames_in(tmp_path / "part"), expected(frames[2:5]))
    paint(restyle, look, content, "--fps", "5", "-o", tmp_path / "fewer" / "%02d.png")
    assert same(frames_in(tmp_path / "fewer"), expected(frames[::2]))


@pytest.mark.parametrize(("suffix", "codec"), [(".mov", "prores"), (".mkv", "ffv1")])
def test_transparency_stays_as_it_was(restyle: Restyle, look: str, tmp_path: Path, suffix: str, codec: str) -> None:
    content = films.film(tmp_path / f"in{suffix}", 3, codec=codec, alpha=True)
    paint(restyle, look, content, "-o", tmp_path / "out" / "%02d.png")
    found, wanted = frames_in(tmp_path / "out"), films.frames_of(content)
    if wanted[0].dtype == np.uint8:
        assert all(np.array_equal(a[..., 3], b[..., 3]) for a, b in zip(found, wanted, strict=True))
    paint(restyle, look, content, "-o", tmp_path / f"out{suffix}")
    assert reading.look(tmp_path / f"out{suffix}").alpha


def test_deep_frames_stay_deep(restyle: Restyle, look: str, tmp_path: Path) -> None:
    content = films.film(tmp_path / "in.mkv", 2, deep=True)
    paint(restyle, look, content, "-o", tmp_path / "out.mkv", "--codec", "ffv1")
    assert films.frames_of(tmp_path / "out.mkv")[0].dtype == np.uint16


def test_frames_in_files_are_a_film_and_a_cut_begins_anew(restyle: Restyle, look: str, tmp_path: Path) -> None:
    for number in range(6):
        Image.fromarray(films.scene(number) if number < 3 else 255 - films.scene(number) // 8).save(_made(tmp_path / "frames") / f"{number}.png")
    paint(restyle, look, tmp_path / "frames", "-o", f"{tmp_path / 'out'}/")
    assert same(frames_in(tmp_path / "out"), expected(frames_in(tmp_path / "frames"), scenes=(0, 3)))


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def test_a_frame_of_another_size_ends_the_film_and_keeps_what_is_painted(restyle: Restyle, look: str, tmp_path: Path) -> None:
    for number, size in enumerate([(32, 24), (32, 24), (48, 40)]):
        picture(tmp_path / "frames" / f"{number}.png", *size, seed=1)
    said = refused(restyle, tmp_path / "frames", "--live", look, "-o", tmp_path / "out" / "%d.png")
    assert "2.png has 48×40 px, but the first frame has 32×24" in said
    assert "2 of 3 frames are painted and kept; the same command goes on there." in said
    picture(tmp_path / "frames" / "2.png", 32, 24, seed=1)
    assert paint(restyle, look, tmp_path / "frames", "-o", tmp_path / "out" / "%d.png")["painted"] == 1


def test_a_still_film_has_equal_frames(restyle: Restyle, look: str, tmp_path: Path) -> None:
    for number in range(4):
        picture(tmp_path / "frames" / f"{number}.png", 32, 24, seed=1)
    paint(restyle, look, tmp_path / "frames", "-o", tmp_path / "out" / "%d.png")
    assert len({frame.tobytes() for frame in frames_in(tmp_path / "out")}) == 1


# ---- broken off


def work(out: Path) -> Path:
    return out.with_name(out.name + ".painting")


def kept(out: Path) -> list[Path]:
    return sorted(work(out).glob("*.png"))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frames with a cut, enough of them to be in time for an interruption."""
    folder = tmp_path_factory.mktemp("long")
    for number in range(160):
        Image.fromarray(films.scene(number % 40 + 1) if number < 80 else 255 - films.scene(number % 40) // 8).save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture(scope="module")
def undisturbed(served: Restyle, look: str, long: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("undisturbed") / "out.mkv"
    assert served("film", long, "--live", look, "--codec", "ffv1", "-o", out).exit_code == 0
    return out.read_bytes()


@pytest.mark.parametrize("frames", [1, 40, 100])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_film_that_was_broken_off_goes_on_to_the_very_same_bytes(
    restyle: Restyle, look: str, long: Path, undisturbed: bytes, tmp_path: Path, frames: int, how: signal.Signals
) -> None:
    out, command = tmp_path / "out.mkv", ("film", long, "--live", look, "--codec", "ffv1", "-o", tmp_path / "out.mkv")
    with restyle.start(*command) as running:
        wait_for(lambda: len(kept(out)) >= frames or running.poll() is not None)
        running.send_signal(how)
        _, said = running.communicate(timeout=PATIENCE)
    assert not out.exists()
    before = len(kept(out))
    assert frames <= before < 160
    if how == signal.SIGINT:
        assert running.returncode == 130
        assert "of 160 frames are painted and kept; the same command goes on there" in said
        assert said.splitlines()[-1] == "restyle: cancelled"
    done = restyle(*command, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["painted"] == 160 - before
    assert out.read_bytes() == undisturbed
    assert not work(out).exists()


def test_a_frame_that_is_lost_in_the_middle_is_painted_again_as_it_was(restyle: Restyle, look: str, long: Path, undisturbed: bytes, tmp_path: Path) -> None:
    out, command = tmp_path / "out.mkv", ("film", long, "--live", look, "--codec", "ffv1", "-o", tmp_path / "out.mkv")
    with restyle.start(*command) as running:
        wait_for(lambda: len(kept(out)) >= 120 or running.poll() is not None)
        running.kill()
    for position in (7, 95):
        (work(out) / f"{position:06d}.png").unlink()
    (work(out) / "scenes.txt").write_text((work(out) / "scenes.txt").read_text() + "11")  # cut short while it was written
    assert restyle(*command).exit_code == 0
    assert out.read_bytes() == undisturbed


def test_another_look_or_a_style_is_named_and_nothing_is_lost_until_it_is_asked_for(restyle: Restyle, look: str, long: Path, tmp_path: Path) -> None:
    out, film = tmp_path / "out.mkv", ("film", long, "--codec", "ffv1", "-o", tmp_path / "out.mkv")
    with restyle.start(*film, "--live", look) as running:
        wait_for(lambda: len(kept(out)) >= 3 or running.poll() is not None)
        running.kill()
    with restyle.session() as session:
        other = session.add_look(look_file("Other film look")).id
    for options, words in ((("--live", other), "look: film-look, now other-film-look"), (("--live", look, "--strength", 10), "strength: 80.0, now 10.0")):
        done = restyle(*film, *options)
        assert (done.exit_code, words in done.stderr, "--restart" in done.stderr) == (1, True, True)
    assert "look: film-look, now not given" in restyle(*film, "-s", "woodcut").stderr
    assert len(kept(out)) >= 3
    assert json.loads(restyle(*film, "--live", other, "--restart", "--json").stdout)["painted"] == 160


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Restyle]:
    """A command line whose server is started by whoever needs it, and may be killed; its look holds a film until there is a `going`."""
    restyle = Restyle(tmp_path / "state", tmp_path / "data")
    restyle.launches()
    (restyle.data / "looks").mkdir(mode=0o700)
    look = look_file("Film look", strength=STRENGTH, credit=f"hold until {tmp_path / 'going'}")
    (restyle.data / "looks/film-look.safetensors").write_bytes(look)
    yield restyle
    for process in restyle.processes():
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("whom", ["worker", "server"])
def test_a_film_survives_whoever_paints_it(own: Restyle, look: str, long: Path, undisturbed: bytes, tmp_path: Path, whom: str) -> None:
    out, frames, held = tmp_path / "out.mkv", tmp_path / "going.frames", tmp_path / "going.held"
    frames.write_text("3")
    with own.start("film", long, "--live", look, "--codec", "ffv1", "-o", out) as command:
        for follows in ("60", None):
            wait_for(lambda: held.exists() or command.poll() is not None)
            assert command.poll() is None
            family = own.processes()
            hit = family if whom == "server" else family[1:]
            for process in hit:
                process.suspend()
            held.unlink()
            if follows:
                frames.write_text(follows)
            else:
                (tmp_path / "going").touch()
            for process in hit:
                process.kill()
        _, said = command.communicate(timeout=PATIENCE)
    assert command.returncode == 0, said
    assert said.count("going on after: ") == 2
    assert out.read_bytes() == undisturbed


# ---- what it would cost, and what makes no sense


def test_an_estimate_tells_frames_time_and_disk_and_leaves_nothing(restyle: Restyle, look: str, content: Path, tmp_path: Path) -> None:
    told = json.loads(restyle("film", content, "--live", look, "--estimate", "--json").stdout)
    assert (told["frames"], told["paintings"], told["look"], told["fits"], told["memory"], told["codec"]) == (8, 8, look, True, None, "h264")
    assert told["seconds"] >= 0
    assert told["disk"] == pytest.approx(8 * 32 * 24 * 3, rel=0.05)
    said = restyle("film", content, "--live", look, "--estimate", "-o", tmp_path / "out.webm").stdout
    assert "in.mkv: 8 frames, about" in said
    assert "at 32×24 px with the look film-look; at most" in said
    assert not list(tmp_path.iterdir())


def refused(restyle: Restyle, *arguments: object) -> str:
    """What is said, on one line, and nothing is painted."""
    done = restyle("film", *arguments)
    assert done.exit_code in (1, 2), done.stdout
    assert "Something went wrong" not in done.stderr
    said = " ".join(done.stderr.replace("│", " ").split())
    assert done.exit_code == 2 or said.count("restyle: ") == 1
    return said


OTHERS = ["--style", "--style-scale", "--size", "--preset", "--color", "--steps", "--seed", "--weights", "--device", "--memory", "--key"]
VALUES = ["woodcut", "1.5", "64", "draft", "content", "5", "1", "vgg16", "cpu", "1G", "1=a.png"]


@pytest.mark.parametrize(("option", "value"), list(zip(OTHERS, VALUES, strict=True)))
def test_what_a_look_has_no_ear_for_is_named(restyle: Restyle, look: str, content: Path, tmp_path: Path, option: str, value: str) -> None:
    said = refused(restyle, content, "--live", look, option, value, "-o", tmp_path / "out.mp4")
    assert f"leave out {option}, or --live" in said
    assert not list(tmp_path.iterdir())


def test_neither_a_style_nor_a_look_is_told(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    assert "a style with --style NAME, or a look with --live LOOK" in refused(restyle, content, "-o", tmp_path / "out.mp4")


def test_a_look_that_is_not_there_is_told_with_what_is_most_alike(restyle: Restyle, look: str, content: Path, tmp_path: Path) -> None:
    for more in ((), ("--estimate",)):
        said = refused(restyle, content, "--live", "filmlook", "-o", tmp_path / "out.mp4", *more)
        assert said == 'restyle: There is no look "filmlook"; did you mean "film-look"?'
    assert not list(tmp_path.iterdir())


def test_a_film_of_one_pixel_is_told(restyle: Restyle, look: str, tmp_path: Path) -> None:
    dot = films.film(tmp_path / "dot.mkv", 2, size=(1, 1))
    assert "dot.mkv has 1×1 px; a film needs at least 16 px on each side" in refused(restyle, dot, "--live", look, "-o", tmp_path / "out.mp4")


def test_a_film_of_one_frame_and_of_uneven_times_is_painted(restyle: Restyle, look: str, tmp_path: Path) -> None:
    one = films.film(tmp_path / "one.mkv", 1)
    assert paint(restyle, look, one, "-o", tmp_path / "one.mp4")["frames"] == 1
    times = [Fraction(0), Fraction(1, 10), Fraction(4, 10), Fraction(2)]
    uneven = films.film(tmp_path / "uneven.mkv", 3, times=times)
    paint(restyle, look, uneven, "-o", tmp_path / "uneven.mp4")
    assert [float(start) for start in reading.look(tmp_path / "uneven.mp4").starts][:3] == pytest.approx([0, 0.1, 0.4], abs=1e-3)


def test_a_look_that_is_removed_meanwhile_keeps_what_is_painted(restyle: Restyle, long: Path, tmp_path: Path) -> None:
    with restyle.session() as session:
        gone = session.add_look(look_file("Going")).id
        out = tmp_path / "out.mkv"
        with restyle.start("film", long, "--live", gone, "--codec", "ffv1", "-o", out) as running:
            wait_for(lambda: len(kept(out)) >= 3 or running.poll() is not None)
            session.delete_look(gone)
            _, said = running.communicate(timeout=PATIENCE)
    assert (running.returncode == 0 and out.exists()) or "frames are painted and kept" in said  # a look that is loaded paints on
    assert "Traceback" not in said


def test_progress_and_end_are_told_in_lines(restyle: Restyle, look: str, content: Path, tmp_path: Path) -> None:
    done = restyle("film", content, "--live", look, "-o", tmp_path / "out.mp4", "--preview", tmp_path / "last.png")
    assert "8 of 8 frames" in done.stderr
    assert "out.mp4: 8 frames, 8 painted now, in " in done.stdout
    assert same([np.asarray(Image.open(tmp_path / "last.png"))], expected(films.frames_of(content))[-1:])
