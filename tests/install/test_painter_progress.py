"""What the program behind the editors' button promises of its progress, whichever pip there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from restyle_install import making
from restyle_install.making import Machine
from restyle_install.painter import Listening


@pytest.mark.parametrize("raw", [True, False], ids=["a new pip", "an old pip"])
def test_how_far_it_is_and_what_pip_says_is_told_once(tmp_path: Path, raw: bool) -> None:
    """By what pip 25.0 and pip 23.2 write."""
    exact = ["Progress 60 of 600000", "Progress 600000 of 600000"] if raw else []
    said = ["Collecting torch", "  Downloading torch-2.13.0-cp311.whl (0.6 MB)", *exact, "Installing collected packages: torch"]
    told: list[tuple[str, object]] = []
    ran: list[list[str]] = []

    def run(command: Sequence[str | Path], on_line: Callable[[str], None], *, environment: object = None) -> int:
        ran.append([str(word) for word in command])
        if "--help" in command:
            return 0 if raw else 2
        for line in said:
            on_line(line)
        return 0

    listening = Listening(Machine(run=run), tmp_path / "log", lambda kind, value: told.append((kind, value)), 1_200_000)
    folder = tmp_path / "environment"
    folder.mkdir()
    making.fill([[["python", "-m", "pip", "install", "torch"]]], folder, listening.machine(), listening.say)
    assert [value for kind, value in told if kind == "line"].count("Downloading torch-2.13.0-cp311.whl (0.6 MB)") == 1
    assert [value for kind, value in told if kind == "share"] == ([60 / 1_200_000, 0.5] if raw else [0.5])
    assert ran[-1][4:6] == ["--progress-bar", "raw" if raw else "off"]
