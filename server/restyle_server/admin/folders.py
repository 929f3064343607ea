"""Owns where files of the user live: state (server.json, journal, logs, results) and data (weights, styles, presets)."""

from __future__ import annotations

import errno
import logging
import os
import stat
from pathlib import Path

import platformdirs
from restyle_contract import folders as agreed
from restyle_contract.paths import at_home

log = logging.getLogger(__name__)

OTHERS, WRITING, made_private = agreed.OTHERS, agreed.WRITING, agreed.made_private


def state_dir() -> Path:
    """The state folder, mode 0700, made if missing. RESTYLE_STATE_DIR overrides it. OSError when it can't be made, or is another user's."""
    return _made("RESTYLE_STATE_DIR", platformdirs.user_state_path("restyle", appauthor=False), OTHERS)


def data_dir() -> Path:
    """The data folder, made if missing, mode 0700, never writable by others. RESTYLE_DATA_DIR overrides it. OSError as above."""
    return _made("RESTYLE_DATA_DIR", platformdirs.user_data_path("restyle", appauthor=False), WRITING)


def without_links(folder: Path) -> None:
    """Removes the links and the others' files that were put into a folder that was not always private, so that nothing is written through them. A link to a
    folder is the user's to move. OSError."""
    if os.name != "posix":
        return
    for place in folder.iterdir():
        found = place.lstat()
        strange = stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid()
        if strange and place.is_dir():
            raise PermissionError(errno.EPERM, f"{place.name} in it is a link, or another user's; move it away", str(folder))
        if strange or not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)) or (stat.S_ISREG(found.st_mode) and found.st_nlink > 1):
            log.warning("%s: removed %s, which is no plain file of this user", folder, place.name)
            place.unlink()


def _made(variable: str, default: Path, others: int) -> Path:
    folder = at_home(os.environ.get(variable) or default).absolute()
    made_private(folder, others)
    return folder
