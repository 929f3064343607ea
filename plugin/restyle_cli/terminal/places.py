"""Owns the folder of this user that commands write into: what they remember, and what nobody foresaw."""

from __future__ import annotations

from pathlib import Path


def state_dir() -> Path:
    """The state folder, mode 0700, made if missing. OSError when it can't be made, or is another user's."""
    from restyle_client import discovery
    from restyle_contract.folders import made_private

    folder = discovery.state_dir()
    made_private(folder)
    return folder
