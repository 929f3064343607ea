"""Owns which file a path means that a person typed."""

from __future__ import annotations

import os
from pathlib import Path


def at_home(path: Path | str) -> Path:
    """A path with ~ as the user's folder. Path.expanduser ends over ~name where nobody has that name: it is a file's then, as in any shell."""
    return Path(os.path.expanduser(path))  # noqa: PTH111
