"""Owns the promises of `restyle weights`, which needs no server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.running import Restyle


@pytest.fixture
def alone(tmp_path: Path) -> Restyle:
    """The command line on a machine where nothing was ever installed."""
    return Restyle(tmp_path / "state", tmp_path / "data")


def test_weights_are_listed_with_the_one_in_use(alone: Restyle) -> None:
    listed = {each["id"]: each for each in map(json.loads, alone("weights", "list", "--json").stdout.splitlines())}
    assert (listed["vgg16"]["installed"], listed["vgg16"]["in_use"]) == (True, True)
    assert (listed["vgg19"]["installed"], listed["vgg19"]["in_use"]) == (False, False)


def test_people_are_told_how_to_get_vgg19(alone: Restyle) -> None:
    assert "restyle weights install vgg19" in alone("weights", "list").stdout


def test_a_wrong_file_is_one_sentence_and_nothing_is_installed(alone: Restyle, tmp_path: Path) -> None:
    wrong = tmp_path / "vgg19-dcbb9e9d.pth"
    wrong.write_bytes(b"x" * 1000)
    done = alone("weights", "install", "vgg19", "--from", wrong)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "1000 bytes" in done.stderr
    assert json.loads(alone("weights", "list", "--json").stdout.splitlines()[0])["installed"] is False


@pytest.mark.parametrize(
    "arguments",
    [("other",), ("vgg19", "--url", "ftp://x/y"), ("vgg19", "--url", "file:///etc/passwd"), ("vgg19", "--from", "x", "--url", "https://x/")],
)
def test_what_cannot_be_installed_is_a_usage_error(alone: Restyle, arguments: tuple[str, ...]) -> None:
    assert alone("weights", "install", *arguments).exit_code == 2


def test_steps_are_lines_without_a_terminal(alone: Restyle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from collections.abc import Callable

    from restyle_server.weights import install

    def pretend(data_dir: Path, source: str | Path | None, progress: Callable[[int, int, str], None]) -> Path:
        for done, step in ((0, "downloading"), (500, "downloading"), (1000, "checking"), (0, "converting"), (1000, "installed")):
            progress(done, 1000, step)
        return data_dir / "weights.safetensors"

    monkeypatch.setattr(install, "install_vgg19", pretend)
    done = alone("weights", "install", "vgg19")
    assert done.stderr.splitlines() == ["downloading 1.0 kB", "checking 1.0 kB", "converting", "installed"]
    assert done.stdout.startswith("installed ")
    assert json.loads(alone("weights", "install", "vgg19", "--json").stdout)["installed"] is True
