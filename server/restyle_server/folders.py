"""Owns where files of the user live: state (server.json, journal, logs, results) and data (weights, styles, presets)."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def state_dir() -> Path:
    """The state folder, made if missing, mode 0700. RESTYLE_STATE_DIR overrides it. OSError when it can't be made."""
    return _made("RESTYLE_STATE_DIR", platformdirs.user_state_path("restyle", appauthor=False))


def data_dir() -> Path:
    """The data folder, made if missing, mode 0700. RESTYLE_DATA_DIR overrides it. OSError when it can't be made."""
    return _made("RESTYLE_DATA_DIR", platformdirs.user_data_path("restyle", appauthor=False))


def _made(variable: str, default: Path) -> Path:
    folder = Path(os.environ.get(variable) or default).expanduser().absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
