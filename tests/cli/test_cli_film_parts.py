"""Owns the promises about films that are painted in parts: whoever paints which part, in whatever order and however often, it becomes the very same film."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli import films
from cli.pictures import picture, pixels
from cli.running import PATIENCE, Restyle, wait_for
from restyle_cli.runs.film_locks import of, whole
from restyle_cli.terminal.failures import Failure

FRAMES = 9
FILM = ("-s", "woodcut", "--codec", "ffv1", "--cut", "3,6")
PARTS = ("0-2", "3-5", "6-8")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return films.film(tmp_path_factory.mktemp("content") / "in.mkv", FRAMES)


@pytest.fixture(scope="module")
def at_once(served: Restyle, content: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The film that was painted in one go."""
    served.script()
    out = tmp_path_factory.mktemp("whole") / "out.mkv"
    assert served("film", content, *FILM, "-o", out).exit_code == 0
    return out.read_bytes()


def told(restyle: Restyle, *arguments: object) -> dict[str, Any]:
    done = restyle("film", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def refused(restyle: Restyle, *arguments: object) -> str:
    done = restyle("film", *arguments)
    assert done.exit_code in (1, 2), done.stdout
    assert "Something went wrong" not in done.stderr
    return " ".join(done.stderr.replace("│", " ").split())


def work(out: Path) -> Path:
    return out.with_name(out.name + ".painting")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_parts_in_any_order_become_the_film_that_is_painted_in_one_go(
    restyle: Restyle, content: Path, at_once: bytes, tmp_path: Path, order: tuple[int, ...]
) -> None:
    out, jobs = tmp_path / "out.mkv", {job.id for job in restyle.jobs()}
    for number in order:
        part = told(restyle, content, *FILM, "-o", out, "--range", PARTS[number])
        assert (part["frames"], part["painted"], part["range"]) == (3, 3, [3 * number, 3 * number + 2])
        assert not out.exists()
    joined = told(restyle, content, *FILM, "-o", out, "--join")
    assert (joined["frames"], joined["painted"]) == (FRAMES, 0)
    assert out.read_bytes() == at_once
    assert not work(out).exists()
    assert {job.id for job in restyle.jobs()} == jobs, "each part's jobs go with it"


def test_a_cut_is_followed_by_nothing_before_it(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    told(restyle, content, *FILM[:2], "--cut", "3", "--cut", "6", "-o", tmp_path / "painted" / "%d.png")
    before = [samples.tobytes() for samples in films.frames_of(content)]
    wanted = [frame for first in (0, 3, 6) for frame in films.painted(before[first : first + 3])]
    assert [pixels(tmp_path / "painted" / f"{at}.png") for at in range(FRAMES)] == wanted


def test_what_is_done_is_not_done_again(restyle: Restyle, content: Path, at_once: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    for part in PARTS:
        told(restyle, content, *FILM, "-o", out, "--range", part)
    times = {path.name: path.stat().st_mtime_ns for path in work(out).glob("*.png")}
    assert [told(restyle, content, *FILM, "-o", out, "--range", part)["painted"] for part in PARTS] == [0, 0, 0]
    assert {path.name: path.stat().st_mtime_ns for path in work(out).glob("*.png")} == times
    told(restyle, content, *FILM, "-o", out, "--join")
    assert told(restyle, content, *FILM, "-o", out, "--range", PARTS[1])["painted"] == 0
    assert told(restyle, content, *FILM, "-o", out, "--join")["painted"] == 0
    assert (out.read_bytes(), work(out).exists()) == (at_once, False)


def test_the_whole_command_takes_up_what_parts_have_painted(restyle: Restyle, content: Path, at_once: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    told(restyle, content, *FILM, "-o", out, "--range", PARTS[1])
    assert told(restyle, content, *FILM, "-o", out)["painted"] == 6
    assert out.read_bytes() == at_once


def test_keyframes_part_a_film_too(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    keys = [word for number in (2, 5) for word in ("--key", f"{number}={picture(tmp_path / f'{number}.png', 32, 24, seed=number)}")]
    told(restyle, content, *FILM[:4], "-o", tmp_path / "whole.mkv", *keys)
    out = tmp_path / "out.mkv"
    assert "give whole stretches, here 2-4 to 5-8, or say with --cut" in refused(restyle, content, *FILM[:4], "-o", out, *keys, "--range", "3-8")
    for part in ("5-8", "0-1", "2-4"):
        told(restyle, content, *FILM[:4], "-o", out, *keys, "--range", part)
    told(restyle, content, *FILM[:4], "-o", out, *keys, "--join")
    assert out.read_bytes() == (tmp_path / "whole.mkv").read_bytes()


def test_a_task_that_is_killed_goes_on_and_the_others_are_none_the_worse(restyle: Restyle, content: Path, at_once: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    told(restyle, content, *FILM, "-o", out, "--range", PARTS[0])
    restyle.script(step_ms=60)
    with restyle.start("film", content, *FILM, "-o", out, "--range", PARTS[1]) as task:
        wait_for(lambda: (work(out) / "000003.png").exists() or task.poll() is not None)
        task.send_signal(signal.SIGKILL)
        task.wait(PATIENCE)
    restyle.script()
    left = len(list(work(out).glob("*.png"))) - 3
    assert told(restyle, content, *FILM, "-o", out, "--range", PARTS[1])["painted"] == 3 - left
    told(restyle, content, *FILM, "-o", out, "--range", PARTS[2])
    told(restyle, content, *FILM, "-o", out, "--join")
    assert out.read_bytes() == at_once


def test_two_tasks_do_not_paint_the_same_frames_and_others_paint_meanwhile(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    restyle.script(gate="go")
    try:
        with restyle.start("film", content, *FILM, "-o", out, "--range", PARTS[1]) as task:
            wait_for(lambda: (work(out) / "lock-3-5").exists() and bool(restyle.jobs()))
            wait_for(lambda: (work(out) / "settings.json").exists())
            assert "Another command is painting frames 3 to 5 into" in refused(restyle, content, *FILM, "-o", out, "--range", "3-5")
            assert "Another command is painting frames 3 to 5 into" in refused(restyle, content, *FILM, "-o", out, "--range", "0-8")
            assert "Another command is painting frames 3 to 5 into" in refused(restyle, content, *FILM, "-o", out)
            (restyle.state / "go").touch()
            assert told(restyle, content, *FILM, "-o", out, "--range", PARTS[0])["painted"] == 3
            task.communicate(timeout=PATIENCE)
            assert task.returncode == 0
    finally:
        (restyle.state / "go").unlink(missing_ok=True)


def test_stretches_that_share_no_frame_are_held_side_by_side(tmp_path: Path) -> None:
    with of(tmp_path, (0, 4)) as first:
        first.close()  # others may begin
        with of(tmp_path, (5, 9)) as second:
            second.close()
            with pytest.raises(Failure, match="painting frames"), of(tmp_path, (4, 5)):
                pass
            with pytest.raises(Failure, match="painting frames"), whole(tmp_path):
                pass
    with whole(tmp_path):
        pass


# ---- what can't be ----


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--range", "1-2"],
            "--range 1-2 parts frames that hold still with each other; give whole stretches, here 0-2, or say with --cut where a scene",
        ),
        (["--range", "0-4"], "give whole stretches, here 0-2 to 3-5,"),
        (["--range", "6-9"], "--range 6-9: that frame isn't painted; frames are numbered from 0 to 8 here."),
        (["--range", "5-3"], "--range 5-3 ends before it begins"),
        (["--range", "soon"], "'soon' are no frames; give the first and the last one, such as 48-119"),
        (["--range", "0-2", "--restart"], "--restart is about the whole film; leave it or --range out"),
        (["--range", "0-2", "--join"], "--join is about the whole film; leave it or --range out"),
        (["--join", "--estimate"], "--join only writes what is painted; leave --estimate out"),
        (["--cut", "3,x"], "'x' is no number of a frame; give such as 48,120"),
        (["--cut", "11"], "--cut 11: that frame isn't painted"),
        (["--join"], "out.mkv.painting with painted frames; paint all of them with --range first."),
    ],
)
def test_parts_that_make_no_sense_are_said(restyle: Restyle, content: Path, tmp_path: Path, options: list[str], words: str) -> None:
    before = len(restyle.jobs())
    assert words in refused(restyle, content, *FILM, "-o", tmp_path / "out.mkv", *options)
    assert (len(restyle.jobs()), list(tmp_path.iterdir())) == (before, [])


def test_joining_needs_every_frame(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    told(restyle, content, *FILM, "-o", out, "--range", PARTS[0])
    said = refused(restyle, content, *FILM, "-o", out, "--join")
    assert "6 of 9 frames are not painted yet, the first is 3; paint them with --range first." in said
    other = films.film(tmp_path / "other.mkv", 3)
    assert "holds frames of another film than this one" in refused(restyle, other, *FILM[:4], "-o", out, "--join")


def test_another_version_or_other_settings_are_noticed(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    told(restyle, content, *FILM, "-o", out, "--range", PARTS[0])
    said = refused(restyle, content, "-s", "woodcut", "--codec", "ffv1", "--cut", "3", "-o", out, "--range", "3-8")
    assert "painted with other settings (--cut: 3,6, now 3)" in said
    settings = work(out) / "settings.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "restyle": "9.9.9"}))
    said = refused(restyle, content, *FILM, "-o", out, "--range", PARTS[1])
    assert "holds frames that Restyle 9.9.9 painted, and this is " in said
    assert "bring all machines to one version, or remove the folder to begin anew." in said


@pytest.mark.skipif(sys.platform == "win32", reason="locks otherwise")
@pytest.mark.parametrize("says", [errno.ENOSYS, errno.ENOLCK])
def test_a_shared_folder_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: int) -> None:
    def flock(_file: int, _how: int) -> None:
        raise OSError(says, os.strerror(says))

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(Failure, match="has no locks, without which two commands could paint the same frames; write elsewhere"), whole(tmp_path):
        pass


def _can_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _can_mount(), reason="needs root and mounts of its own")
def test_a_shared_folder_that_can_not_be_written_is_said(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    place = tmp_path / "shared"
    place.mkdir()
    words = [sys.executable, "-c", "from restyle_cli.main import main; main()", "film", str(content), *FILM, "-o", str(place / "out.mkv"), "--range", "0-2"]
    mounted = 'mount -t tmpfs -o ro tmpfs "$0"; exec "$@"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", mounted, str(place), *words], env={**os.environ, **restyle.environment}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "can't be written to (Read-only file system); choose another place with -o." in done.stderr) == (1, True), done.stderr
