"""Owns where the plug-in's own modules are found by tests that need no GIMP, and how they are imported with nothing of GIMP behind them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import MagicMock

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "plugin" / "gimp" / "restyle"
sys.path.insert(0, str(PLUGIN))


@pytest.fixture
def gi(monkeypatch: pytest.MonkeyPatch) -> Iterator[MagicMock]:
    """Stands for GIMP's own modules; the plug-in's are imported anew by who asks for it, and forgotten after the test."""
    _forget()
    made = MagicMock()
    monkeypatch.setitem(sys.modules, "gi", made)
    monkeypatch.setitem(sys.modules, "gi.repository", made.repository)
    yield made
    _forget()


def _forget() -> None:
    for name in [each for each in sys.modules if each.startswith("restyle_gimp.")]:
        del sys.modules[name]
