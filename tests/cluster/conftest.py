"""Owns the folder that all machines of a cluster have in a test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster.held_engine import FOLDER


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """With a short name, for Ray's sockets; `held` in it is the held engine's."""
    folder = Path(tempfile.mkdtemp(prefix="rr", dir="/tmp"))
    held = folder / "held"
    held.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("RESTYLE_STATE_DIR", str(folder / "head"))
    monkeypatch.setenv(FOLDER, str(held))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
