"""Owns what a plug-in that comes into a root alone finds there: a wheel that stands in for the painter's, with the host's server behind it, and uv."""

from __future__ import annotations

from pathlib import Path

import small_wheels
from editors.servers import LAUNCHER_INSIDE


def painter(folder: Path, port: int) -> Path:
    """The wheel; its server is asked for at this port of the host."""
    return small_wheels.painter(folder, f"import sys\nsys.argv[1:] = ['{port}']\n{LAUNCHER_INSIDE}")


def put_uv(home: Path) -> None:
    """Where its own installer puts it."""
    small_wheels.uv(home / ".local/bin", "/usr/bin/python3")
