"""Owns the folder of this user that commands write into, what they remember and what nobody foresaw; and which file a path means."""

from __future__ import annotations

import os
from pathlib import Path


def state_dir() -> Path:
    """The state folder, mode 0700, made if missing. OSError when it can't be made, or is another user's."""
    from restyle_client import discovery
    from restyle_contract.folders import made_private

    folder = discovery.state_dir()
    made_private(folder)
    return folder


def real(path: Path) -> Path:
    """The file that a path leads to, as far as its links can be followed. Path.resolve ends where they lead in a circle, or where no name can be."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return path.absolute()
