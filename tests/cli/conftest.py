"""Owns what the command line's tests share: a real server with the fake engine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.pictures import picture
from cli.running import PATIENCE, Restyle, wait_for

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restyle]:
    restyle = Restyle(tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("data"))
    command = [sys.executable, str(TESTS / "fake_server.py")]
    with subprocess.Popen(command, env={**os.environ, **restyle.environment}, stdout=subprocess.DEVNULL) as server:
        wait_for(lambda: (restyle.state / "server.json").exists() or server.poll() is not None)
        yield restyle
        server.terminate()
        assert server.wait(PATIENCE) == 0


@pytest.fixture
def restyle(served: Restyle) -> Restyle:
    """The command line beside a server that runs, its engine back to normal."""
    served.script()
    return served


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return picture(tmp_path / "photo.png", 64, 48)
