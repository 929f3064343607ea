"""Owns the promises about what a person at a terminal sees, on a real pseudo-terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli.pictures import picture
from cli.running import PATIENCE, Restyle

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a Unix thing", allow_module_level=True)

import pty


def at_terminal(restyle: Restyle, *arguments: object, stdout: bool) -> tuple[int, str, str]:
    """Exit status, what came through a pipe on stdout (nothing when stdout is the terminal), and what the terminal showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from restyle_cli.main import main; main()", *(str(argument) for argument in arguments)]
    environment = {**os.environ, **restyle.environment, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs if stdout else subprocess.PIPE, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:  # the terminal's other end has closed
            pass
        finally:
            os.close(ours)
        out = process.stdout.read() if process.stdout else b""
        return process.wait(PATIENCE), out.decode(), shown.decode(errors="replace")


def test_a_live_bar_shows_scale_step_loss_and_device(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle.script(steps=10, step_ms=60)
    status, _, shown = at_terminal(restyle, "image", photo, "--style", "woodcut", "-o", tmp_path / "out.png", stdout=True)
    assert status == 0
    for word in ("scale 1/1 64×48", "step ", "/10", "loss ", " left", "cpu: fake", "weights vgg16", "painted at full size, 64 px"):
        assert word in shown


def test_json_goes_to_stdout_while_the_terminal_shows_the_bars(restyle: Restyle, tmp_path: Path) -> None:
    for number in range(2):
        picture(tmp_path / "photos" / f"{number}.png", 32, 24, seed=number)
    status, out, shown = at_terminal(restyle, "image", tmp_path / "photos", "--style", "woodcut", "-o", tmp_path / "out", "--json", stdout=False)
    assert status == 0
    assert sorted(json.loads(line)["status"] for line in out.splitlines()) == ["painted", "painted"]
    assert "2 of 2 pictures" in shown
    assert '"status"' not in shown
