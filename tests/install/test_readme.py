"""What the README promises: every command is one, every file is there, and its Python runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from restyle_cli.main import app
from typer.main import get_command

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands(program: str) -> list[list[str]]:
    return [shlex.split(line) for block in blocks("sh") for line in block.splitlines() if line.startswith(program)]


def called(words: list[str]) -> tuple[str, dict[str, Any]]:
    """Which command the words would run, and with what; every command's own work is taken out."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def disarm(command: Any, name: str) -> None:
        for key, inner in getattr(command, "commands", {}).items():
            disarm(inner, f"{name} {key}".strip())
        if not hasattr(command, "commands"):
            command.callback = lambda **given: calls.append((name, given))

    command = get_command(app)
    disarm(command, "")
    command.main(words, prog_name="restyle", standalone_mode=False)
    assert len(calls) == 1
    return calls[0]


@pytest.mark.parametrize("words", commands("restyle "), ids=" ".join)
def test_every_restyle_command_of_the_readme_is_understood(words: list[str]) -> None:
    name, _ = called(words[1:])
    assert words[1 : 1 + len(name.split())] == name.split()


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(Exception, match="nonsense"):
        called(["image", "photo.jpg", "--style", "night", "-o", "a.png", "--nonsense"])


def test_the_readme_names_the_two_commands_and_they_exist() -> None:
    scripts = {words[1] for words in commands("python3 ")}
    assert scripts == {"install/demo.py", "install/test.py"}
    assert all((ROOT / script).is_file() for script in scripts)


def test_every_file_that_the_readme_points_to_is_there() -> None:
    pointed = re.findall(r"\]\((?!http)([^)#]+)\)", README) + re.findall(r"`((?:protos|server|docs)/[\w./-]+)`", README)
    assert pointed
    assert [path for path in pointed if not (ROOT / path).exists()] == []


@pytest.mark.slow
def test_the_readmes_python_paints(tmp_path: Path) -> None:
    Image.effect_mandelbrot((64, 48), (-2, -1, 1, 1), 50).convert("RGB").save(tmp_path / "photo.jpg")
    variables = {**os.environ, "RESTYLE_STATE_DIR": str(tmp_path / "state"), "RESTYLE_DATA_DIR": str(tmp_path / "data")}
    [script] = blocks("python")
    try:
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr[-1000:]
    finally:
        stop = "from restyle_cli.main import main; main()"
        subprocess.run([sys.executable, "-c", stop, "stop", "--grace", "0"], cwd=tmp_path, env=variables, capture_output=True, timeout=60, check=False)
    with Image.open(tmp_path / "painted.png") as painted:
        assert painted.size == (64, 48)
