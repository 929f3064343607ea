"""Owns what the server can't understand of its own files: set aside whole, each with its reason, for people to look at.

It must not fill the disk: where a server begins to set things aside, the oldest folders of earlier ones go until KEPT and KEPT_BYTES hold, and the log says so.
The newest of the earlier ones stays whatever it takes, for what a bad day left is to be looked at on the next; so does all that this server sets aside.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

FOLDER = "aside"  # in the state folder
WHY = "why.txt"  # a line for each thing beside it
KEPT = 20  # folders of earlier servers: one that meets damage at every start is broken otherwise
KEPT_BYTES = 4 << 30  # in them: a fifth of what results may take


class Aside:
    """A numbered folder for each server that had to set something aside, made when it is first needed."""

    def __init__(self, root: Path, kept: int = KEPT, kept_bytes: int = KEPT_BYTES) -> None:
        self._root, self._kept, self._kept_bytes = root, kept, kept_bytes
        self._place: Path | None = None

    def move(self, path: Path, why: str) -> None:
        """Takes a file or a folder as it is. why: a few words, no sentence. OSError."""
        path.rename(self._free(path.name))
        self._note(path.name, why)

    def take(self, path: Path, why: str) -> None:
        """The same; what can't be moved stays where it is, and the log says so."""
        log.warning("%s is set aside: %s", ascii(path.name)[1:-1], why)
        try:
            self.move(path, why)
        except OSError as error:
            log.error("%s can't be set aside: %s", ascii(path.name)[1:-1], error.strerror)  # noqa: TRY400 - the cause is all there is to say

    def write(self, name: str, content: bytes, why: str) -> None:
        """Takes what is no file of its own. OSError."""
        self._free(name).write_bytes(content)
        self._note(name, why)

    def _free(self, name: str) -> Path:
        """A path that nothing has yet. OSError."""
        if self._place is None:
            self._place = self._numbered()
        taken = self._place / name
        return taken if not taken.exists() else self._numbered() / name

    def _numbered(self) -> Path:
        self._root.mkdir(mode=0o700, exist_ok=True)
        earlier = _folders(self._root)
        if self._place is None:
            self._let_go(earlier)
        for number in itertools.count(int(earlier[-1].name) + 1 if earlier else 1):
            place = self._root / str(number)
            try:
                place.mkdir(mode=0o700)
            except FileExistsError:
                continue
            self._place = place
            break
        return place

    def _let_go(self, earlier: list[Path]) -> None:
        """Deletes the oldest of the earlier folders until the rest is within the limits, but never the newest of them. What can't be deleted stays."""
        sizes = [_bytes(place) for place in earlier]
        for number, place in enumerate(earlier[:-1]):
            if len(earlier) - number <= self._kept and sum(sizes[number:]) <= self._kept_bytes:
                return
            log.warning("%s is deleted, the oldest of what was set aside: more than %d folders or %d bytes are not kept", place, self._kept, self._kept_bytes)
            try:
                shutil.rmtree(place)
            except OSError as error:
                log.error("%s can't be deleted: %s", place, error.strerror)  # noqa: TRY400 - the cause is all there is to say

    def _note(self, name: str, why: str) -> None:
        if self._place is not None:
            with (self._place / WHY).open("a", encoding="utf-8") as file:
                file.write(f"{ascii(name)[1:-1]}: {' '.join(why.split())}\n")


def places(state_dir: Path) -> Iterator[tuple[Path, list[str]]]:
    """Every folder of things set aside that still holds any, and a line for each of them. OSError."""
    for place in _folders(state_dir / FOLDER):
        if any(found.name != WHY for found in place.iterdir()):
            try:
                yield place, (place / WHY).read_text(encoding="utf-8", errors="replace").splitlines()
            except FileNotFoundError:
                yield place, []


def _folders(root: Path) -> list[Path]:
    """The numbered folders, oldest first. OSError."""
    found = root.iterdir() if root.is_dir() else ()
    return sorted((place for place in found if place.name.isdecimal() and place.is_dir() and not place.is_symlink()), key=lambda place: int(place.name))


def _bytes(folder: Path) -> int:
    """What a folder's files take; those that can't be looked at take nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += Path(parent, name).lstat().st_size
    return total
