"""Owns what the command line's tests share: a real server with the fake engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.pictures import picture
from cli.running import Restyle


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restyle]:
    restyle = Restyle(tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("data"))
    with restyle.server():
        yield restyle


@pytest.fixture
def restyle(served: Restyle) -> Restyle:
    """The command line beside a server that runs, its engine back to normal."""
    served.script()
    return served


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return picture(tmp_path / "photo.png", 64, 48)
