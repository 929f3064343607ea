"""Owns the promises about films that are broken off: nothing that is painted is lost, the same command goes on, and the film becomes the very same."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli import films
from cli.pictures import picture
from cli.running import PATIENCE, Restyle, wait_for
from restyle_client import JobState

FRAMES = 8
FILM = ("-s", "woodcut", "--codec", "ffv1")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return films.film(tmp_path_factory.mktemp("content") / "in.mkv", FRAMES)


@pytest.fixture(scope="module")
def undisturbed(served: Restyle, content: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The film that nothing got in the way of."""
    served.script()
    out = tmp_path_factory.mktemp("undisturbed") / "out.mkv"
    assert served("film", content, *FILM, "-o", out).exit_code == 0
    return out.read_bytes()


def work(out: Path) -> Path:
    return out.with_name(out.name + ".painting")


def painted(out: Path) -> list[Path]:
    return sorted(work(out).glob("*.png"))


def broken_off(restyle: Restyle, content: Path, out: Path, frames: int, how: signal.Signals, *options: object) -> tuple[int, str]:
    """A command that is ended after some frames; its exit status and what it said last."""
    restyle.script(step_ms=40)
    with restyle.start("film", content, *FILM, "-o", out, *options) as command:
        wait_for(lambda: len(painted(out)) >= frames or command.poll() is not None)
        command.send_signal(how)
        _, err = command.communicate(timeout=PATIENCE)
    restyle.script()
    assert not out.exists()
    return command.returncode, err


@pytest.mark.parametrize("frames", [0, 1, 3, 6])
def test_a_killed_command_goes_on_to_the_same_film(restyle: Restyle, content: Path, undisturbed: bytes, tmp_path: Path, frames: int) -> None:
    out = tmp_path / "out.mkv"
    broken_off(restyle, content, out, frames, signal.SIGKILL)
    before = {path.name: path.stat().st_mtime_ns for path in painted(out)}
    assert len(before) >= frames
    done = restyle("film", content, *FILM, "-o", out, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["painted"] == FRAMES - len(before)
    assert out.read_bytes() == undisturbed
    assert not work(out).exists()


def test_ctrl_c_keeps_what_is_painted_and_cancels_the_rest(restyle: Restyle, content: Path, undisturbed: bytes, tmp_path: Path) -> None:
    out, before = tmp_path / "out.mkv", {job.id for job in restyle.jobs()}
    status, err = broken_off(restyle, content, out, 2, signal.SIGINT)
    assert status == 130
    assert "of 8 frames are painted and kept; the same command goes on there" in err
    assert err.splitlines()[-1] == "restyle: cancelled"
    wait_for(lambda: all(job.done for job in restyle.jobs() if job.id not in before))
    assert len(painted(out)) >= 2
    assert restyle("film", content, *FILM, "-o", out).exit_code == 0
    assert out.read_bytes() == undisturbed


def test_a_half_written_frame_and_a_half_written_note_are_no_matter(restyle: Restyle, content: Path, undisturbed: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    broken_off(restyle, content, out, 3, signal.SIGKILL)
    last = painted(out)[-1]
    (work(out) / "000007.png.part").write_bytes(b"half")
    with (work(out) / "jobs.txt").open("a") as notes:
        notes.write("7 sho")
    assert restyle("film", content, *FILM, "-o", out).exit_code == 0
    assert out.read_bytes() == undisturbed
    assert not last.exists()


def test_jobs_that_the_server_has_lost_are_handed_in_again(restyle: Restyle, content: Path, undisturbed: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    before = {job.id for job in restyle.jobs()}
    broken_off(restyle, content, out, 3, signal.SIGKILL)
    with restyle.session() as session:
        for job in session.list():
            if job.id not in before:
                session.delete(job.id)
    assert restyle("film", content, *FILM, "-o", out).exit_code == 0
    assert out.read_bytes() == undisturbed


@pytest.mark.parametrize("keys", [("2",), ("1", "6")])
def test_a_film_with_painted_frames_goes_on_too(restyle: Restyle, content: Path, tmp_path: Path, keys: tuple[str, ...]) -> None:
    options = [word for number in keys for word in ("--key", f"{number}={picture(tmp_path / f'{number}.png', 32, 24, seed=int(number))}")]
    assert restyle("film", content, *FILM, "-o", tmp_path / "whole.mkv", *options).exit_code == 0
    for frames in (1, 5):
        out = tmp_path / f"{frames}.mkv"
        broken_off(restyle, content, out, frames, signal.SIGKILL, *options)
        assert restyle("film", content, *FILM, "-o", out, *options).exit_code == 0
        assert out.read_bytes() == (tmp_path / "whole.mkv").read_bytes()


def test_other_settings_are_named_and_nothing_is_lost_until_it_is_asked_for(restyle: Restyle, content: Path, undisturbed: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    broken_off(restyle, content, out, 3, signal.SIGKILL)
    kept = len(painted(out))
    done = restyle("film", content, *FILM, "-o", out, "--strength", "70")
    assert (done.exit_code, len(painted(out))) == (1, kept)
    assert "was painted" in done.stderr or "painted with other settings (strength: not given, now 70.0)" in done.stderr
    assert "--restart" in done.stderr
    done = restyle("film", content, *FILM, "-o", out, "--strength", "70", "--restart", "--json")
    assert json.loads(done.stdout)["painted"] == FRAMES
    assert out.read_bytes() == undisturbed, "the fake engine knows no strength"


def test_another_coding_paints_nothing_anew(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    broken_off(restyle, content, out, 3, signal.SIGKILL)
    kept = len(painted(out))
    done = restyle("film", content, "-s", "woodcut", "-o", out, "--codec", "h264", "--crf", "30", "--json")
    assert json.loads(done.stdout)["painted"] == FRAMES - kept


def test_a_film_may_be_written_as_far_as_it_is_painted(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    broken_off(restyle, content, out, 3, signal.SIGKILL)
    done = restyle("film", content, *FILM, "-o", out, "--to", "1f", "--json")
    assert (json.loads(done.stdout)["frames"], json.loads(done.stdout)["painted"]) == (2, 0)


def test_two_commands_do_not_paint_one_film(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    restyle.script(step_ms=40)
    with restyle.start("film", content, *FILM, "-o", out):
        wait_for(lambda: len(painted(out)) >= 1)
        done = restyle("film", content, *FILM, "-o", out)
        assert (done.exit_code, "Another command is painting into" in done.stderr) == (1, True)


# ---- what fails ----


@pytest.mark.parametrize("fault", [{"oom_at": 1}, {"fail_at": 1}])
def test_a_frame_that_fails_ends_the_film_and_loses_nothing(restyle: Restyle, content: Path, undisturbed: bytes, tmp_path: Path, fault: dict[str, int]) -> None:
    out = tmp_path / "out.mkv"
    broken_off(restyle, content, out, 2, signal.SIGKILL)
    restyle.script(**fault)
    done = restyle("film", content, *FILM, "-o", out)
    assert done.exit_code == 1
    assert " of 8 frames are painted and kept; the same command goes on there." in done.stderr
    restyle.script()
    assert restyle("film", content, *FILM, "-o", out).exit_code == 0
    assert out.read_bytes() == undisturbed


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Restyle]:
    """A command line whose server is started by whoever needs it, and may be killed."""
    restyle = Restyle(tmp_path / "state", tmp_path / "data")
    restyle.launches()
    yield restyle
    for process in restyle.processes():
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("whom", ["worker", "server"])
def test_a_film_survives_whoever_paints_it(own: Restyle, content: Path, undisturbed: bytes, tmp_path: Path, whom: str) -> None:
    out = tmp_path / "out.mkv"
    own.script(step_ms=60)
    with own.start("film", content, *FILM, "-o", out) as command:
        for frames in (1, 3, 5):
            wait_for(lambda least=frames: len(painted(out)) >= least or command.poll() is not None)  # type: ignore[misc]
            family = own.processes()
            for process in family if whom == "server" else family[1:]:
                process.kill()
        _, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 0, err
    assert out.read_bytes() == undisturbed


def _can_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _can_mount(), reason="needs root and a mount namespace")
@pytest.mark.parametrize(("room", "kept"), [(24, True), (96, False)], ids=["while painting", "while writing"])
def test_a_full_disk_keeps_what_is_painted(restyle: Restyle, tmp_path: Path, room: int, kept: bool) -> None:
    """room: KiB. The frames take about 8 KiB each, the film about as much as they."""
    content = films.film(tmp_path / "in.mkv", FRAMES, size=(64, 48))
    place, saved = tmp_path / "small", tmp_path / "saved"
    place.mkdir()
    script = f'mount -t tmpfs -o size={room}k tmpfs "{place}" && "$@"; status=$?; cp -r "{place}" "{saved}"; exit $status'
    command = [sys.executable, "-c", "from restyle_cli.main import main; main()", "film", content, *FILM, "-o", place / "out.mkv"]
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", *map(str, command)], env={**os.environ, **restyle.environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert f"The disk of {place} is full; make room." in done.stderr
    frames = len(list((saved / "out.mkv.painting").glob("*.png")))
    assert 0 < frames < FRAMES if kept else frames == FRAMES
    assert f"{frames} of 8 frames are painted and kept; the same command goes on there." in done.stderr if kept else "All frames are painted" in done.stderr
    assert not (saved / "out.mkv").exists()
    shutil.move(saved / "out.mkv.painting", tmp_path / "out.mkv.painting")
    rest = restyle("film", content, *FILM, "-o", tmp_path / "out.mkv", "--json")
    assert json.loads(rest.stdout)["painted"] == FRAMES - frames


def test_no_job_of_a_broken_film_runs_on(restyle: Restyle, content: Path, tmp_path: Path) -> None:
    broken_off(restyle, content, tmp_path / "out.mkv", 1, signal.SIGINT)
    assert restyle.jobs(JobState.RUNNING, JobState.QUEUED) == []
