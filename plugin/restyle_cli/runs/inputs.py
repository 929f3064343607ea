"""Owns reading what a command is given: every source once, since a pipe has nothing to say a second time; and which files of a folder are pictures."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..terminal.failures import Failure
from ..terminal.output import aside, named
from ..terminal.places import real

if TYPE_CHECKING:
    from restyle_imaging.io.ocio import Ocio
    from restyle_imaging.io.pictures import PictureFile

MOST_NAMED = 20  # files of a folder that are no pictures
_heard: dict[str, bytes] = {}
_lock = threading.Lock()


def read(path: Path) -> bytes:
    """A file's bytes. What isn't a plain file (a pipe, /dev/stdin) is read once in a process and remembered. PictureError."""
    from restyle_imaging.io import files

    if path.is_file():
        return files.read_bytes(path)
    with _lock:
        key = str(real(path))
        if key not in _heard:
            _heard[key] = files.read_bytes(path)
        return _heard[key]


def picture(path: Path, ocio: Ocio | None) -> PictureFile:
    """What `read` reads, decoded. PictureError."""
    return decoded(read(path), path, ocio)


def decoded(data: bytes, path: Path, ocio: Ocio | None) -> PictureFile:
    """The picture in a file's bytes. PictureError."""
    from restyle_imaging.io import files

    return files.read_picture(data, named(path.name), ocio and ocio.at(path))


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


def expand(given: list[Path], target: Path | None = None) -> list[Path]:
    """The pictures that are meant: a folder stands for the pictures directly in it, by name, those that can't be read among them; what else it holds is told.
    Each once. target: the results' folder; typer.BadParameter when they would land among the contents; Failure when a folder holds no picture."""
    found: dict[Path, Path] = {}
    for path in given:
        if not path.is_dir():
            found.setdefault(real(path), path)
            continue
        if target is not None and real(path) == real(target):
            raise typer.BadParameter(f"{named(target)} holds the contents; choose another folder with -o, so that results and photos stay apart")
        inside = listed(path)
        if inside.others:
            aside(f"Left out of {named(path)}, as no pictures or hidden: {_names(inside.others)}")
        if not inside.pictures:
            raise Failure(f"There are no pictures in {named(path)}; name a folder that holds some.")
        for file in inside.pictures:
            found.setdefault(real(file), file)
    return list(found.values())


def _names(paths: Sequence[Path]) -> str:
    names = [named(path.name) + ("/" if path.is_dir() else "") for path in paths[:MOST_NAMED]]
    return ", ".join(names) + (f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else "")
