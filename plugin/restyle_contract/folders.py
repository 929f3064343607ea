"""Owns how a folder becomes this user's alone: whoever else may write in it can put links and modules where Restyle looks."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

OTHERS = 0o077  # the permissions of everybody but the user
WRITING = 0o022  # theirs to change something


def made_private(folder: Path, others: int = OTHERS) -> None:
    """Makes the folder, and takes those permissions in it from others. OSError, also when it is another user's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name != "posix":
        return
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "it belongs to another user", str(folder))
    if (mode := stat.S_IMODE(found.st_mode)) & others:
        folder.chmod(mode & ~others)
