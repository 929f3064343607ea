"""Owns what the server can't understand of its own files: set aside whole, each with its reason, for people to look at; nothing is ever deleted there."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

FOLDER = "aside"  # in the state folder
WHY = "why.txt"  # a line for each thing beside it


class Aside:
    """A numbered folder for each server that had to set something aside, made when it is first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root
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
        for number in itertools.count(1):
            place = self._root / str(number)
            try:
                place.mkdir(mode=0o700)
            except FileExistsError:
                continue
            self._place = place
            break
        return place

    def _note(self, name: str, why: str) -> None:
        if self._place is not None:
            with (self._place / WHY).open("a", encoding="utf-8") as file:
                file.write(f"{ascii(name)[1:-1]}: {' '.join(why.split())}\n")


def places(state_dir: Path) -> Iterator[tuple[Path, list[str]]]:
    """Every folder of things set aside that still holds any, and a line for each of them. OSError."""
    root = state_dir / FOLDER
    for place in sorted(root.iterdir()) if root.is_dir() else ():
        if place.is_dir() and any(found.name != WHY for found in place.iterdir()):
            try:
                yield place, (place / WHY).read_text(encoding="utf-8", errors="replace").splitlines()
            except FileNotFoundError:
                yield place, []
