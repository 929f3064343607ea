"""Owns where the editors' log lies in these tests: not in the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
from restyle_editor import log


@pytest.fixture(autouse=True)
def logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_place", [lambda: tmp_path])
