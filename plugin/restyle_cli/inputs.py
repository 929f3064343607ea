"""Owns reading what a command is given: every source once, since a pipe has nothing to say a second time; and which files of a folder are pictures."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_heard: dict[str, bytes] = {}
_lock = threading.Lock()


def read(path: Path) -> bytes:
    """A file's bytes. What isn't a plain file (a pipe, /dev/stdin) is read once in a process and remembered. PictureError."""
    from restyle_imaging.io import files

    if path.is_file():
        return files.read_bytes(path)
    with _lock:
        key = str(path.resolve())
        if key not in _heard:
            _heard[key] = files.read_bytes(path)
        return _heard[key]


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies directly in a folder, by name. pictures: of any kind, those that can't be read among them. others: all the rest, hidden pictures too, but no
    other hidden files."""

    pictures: Sequence[Path]
    others: Sequence[Path]


def listed(folder: Path) -> Listing:
    """OSError when the folder can't be read."""
    pictures, others = [], []
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".")
        picture = _is_picture(path)
        if picture and not hidden:
            pictures.append(path)
        elif picture or not hidden:
            others.append(path)
    return Listing(pictures, others)


def _is_picture(path: Path) -> bool:
    from restyle_imaging.io import kinds

    hidden_twin = path.name.startswith("._")  # what macOS puts beside a file on foreign disks
    if hidden_twin or not (path.is_file() or (path.is_symlink() and not path.exists())):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(kinds.HEAD)
    except OSError:
        head = b""
    return kinds.is_picture(path.suffix, head)
