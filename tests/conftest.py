"""Owns what holds for every test: none of them touches the user's own folders, and none takes more than one core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything imports torch: tests run side by side

import pytest
from promise_table import Table, full_size, promised, pytest_addoption, sized

__all__ = ["full_size", "promised", "pytest_addoption", "sized"]


@pytest.fixture(autouse=True, scope="session")
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """RESTYLE_STATE_DIR, RESTYLE_DATA_DIR and RESTYLE_CONFIG_DIR of this run."""
    root = tmp_path_factory.mktemp("restyle")
    patch = pytest.MonkeyPatch()
    patch.setenv("RESTYLE_STATE_DIR", str(root / "state"))
    patch.setenv("RESTYLE_DATA_DIR", str(root / "data"))
    patch.setenv("RESTYLE_CONFIG_DIR", str(root / "config"))
    yield root
    patch.undo()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table(config), "promise table")
