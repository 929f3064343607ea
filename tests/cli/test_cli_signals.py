"""Owns the promises about Ctrl-C and about a server that dies, with real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli.pictures import picture
from cli.running import PATIENCE, Restyle, wait_for
from restyle_client import JobState

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals to a process are a Unix thing")


def running(restyle: Restyle, before: set[str]) -> bool:
    return any(job.id not in before for job in restyle.jobs(JobState.RUNNING))


def test_ctrl_c_cancels_the_job_and_exits_with_130(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    before = {job.id for job in restyle.jobs()}
    restyle.script(steps=1000, step_ms=50)
    with restyle.start("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png") as command:
        wait_for(lambda: running(restyle, before))
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 130
    assert err.splitlines()[-1] == "restyle: cancelled"
    assert "Traceback" not in out + err
    assert [job.state for job in restyle.jobs() if job.id not in before] == [JobState.CANCELLED]
    assert not (tmp_path / "out.png").exists()


def test_a_second_ctrl_c_leaves_without_waiting_for_a_server_that_hangs(photo: Path, tmp_path: Path) -> None:
    restyle = Restyle(tmp_path / "state", tmp_path / "data")
    restyle.script(steps=1000, step_ms=50)
    with restyle.server() as server, restyle.start("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png") as command:
        wait_for(lambda: running(restyle, set()))
        server.send_signal(signal.SIGSTOP)
        while command.poll() is None:  # until the second one falls on open ears
            command.send_signal(signal.SIGINT)
            try:
                command.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
        out, err = command.communicate(timeout=PATIENCE)
        server.kill()
    assert command.returncode == 130
    assert "Traceback" not in out + err


def test_ctrl_c_while_a_server_starts_leaves_at_once(photo: Path, tmp_path: Path) -> None:
    restyle = Restyle(tmp_path / "state", tmp_path / "data")
    restyle.data.mkdir()
    never = {"command": [sys.executable, "-c", "import time; time.sleep(20)"], "state_dir": str(restyle.state), "version": "0.1.0"}
    (restyle.data / "launcher.json").write_text(json.dumps(never))
    with restyle.start("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png") as command:
        wait_for(lambda: (restyle.state / "start.log").exists())
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=PATIENCE)
    assert (command.returncode, err) == (130, "restyle: cancelled\n")
    assert "Traceback" not in out + err


def test_waiting_for_a_result_ends_without_cancelling_the_job(restyle: Restyle, tmp_path: Path) -> None:
    before = {job.id for job in restyle.jobs()}
    for number in range(2):
        picture(tmp_path / "photos" / f"{number}.png", 32, 24, seed=number)
    restyle.script(steps=1000, step_ms=50)
    with restyle.start("image", tmp_path / "photos", "--style", "woodcut", "-o", tmp_path / "out") as command:
        wait_for(lambda: running(restyle, before))
        command.kill()
    job = next(job for job in restyle.jobs(JobState.RUNNING) if job.id not in before)
    with restyle.start("jobs", "result", job.id, "-o", tmp_path / "out.png") as command:
        assert command.stderr is not None
        assert "scale 1 of 1" in "".join(command.stderr.readline() for _ in range(2))
        command.send_signal(signal.SIGINT)
        command.communicate(timeout=PATIENCE)
    assert command.returncode == 130
    assert next(each for each in restyle.jobs() if each.id == job.id).state is JobState.RUNNING
    for each in restyle.jobs(JobState.RUNNING, JobState.QUEUED):
        assert restyle("jobs", "cancel", each.id).exit_code == 0


@pytest.mark.slow
def test_a_server_that_dies_is_one_sentence_and_exit_status_1(photo: Path, tmp_path: Path) -> None:
    restyle = Restyle(tmp_path / "state", tmp_path / "data")
    restyle.script(steps=1000, step_ms=50)
    with restyle.server() as server, restyle.start("image", photo, "--style", "woodcut", "-o", tmp_path / "out.png") as command:
        wait_for(lambda: running(restyle, set()))
        server.kill()
        out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 1
    assert err.splitlines()[-1].startswith("restyle: The server went away")
    assert "Traceback" not in out + err
    assert not (tmp_path / "out.png").exists()
