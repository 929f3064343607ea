"""Owns running the promises of inside/ under PyQt5 and PyQt6: each in a process of its own, because one process can't hold both."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "plugin" / "krita" / "restyle"
INSIDE = Path(__file__).resolve().parent / "inside"
SECONDS = 240  # for a hundred promises that take milliseconds each


def test_it_is_written_for_the_oldest_python_that_a_krita_brings() -> None:
    for path in PLUGIN.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=(3, 10))


@pytest.mark.parametrize("qt", [5, 6])
def test_every_promise_holds_under_pyqt(qt: int, tmp_path: Path) -> None:
    pytest.importorskip(f"PyQt{qt}.QtWidgets")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "python_files=promises_*.py", str(INSIDE)]
    environment = {**os.environ, "RESTYLE_TEST_QT": str(qt), "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path)}
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS"):
        environment.pop(name, None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
