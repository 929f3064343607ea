"""Owns how a command's files reach another machine, which shares no disk with this one: by what is in them, and each once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from ..worker import messages as say

RESULT, REPORT, FRAME, SCALE, LEARNED = "result", "story", "frame", "scale", "learned"  # what a worker writes, by its name in the job's folder
LASTING = (SCALE, LEARNED)  # written again and again while the job runs, and gone on from
OURS = "restyle_server."  # whose records are looked through: no others name files


@dataclass(frozen=True, slots=True)
class Blob:
    """A file by its content. size: bytes. linked: a job's own, which lies in its folder under a name of its own; else it is used where all jobs find it. stamp:
    when it was changed last, in ns, by which weights are told apart."""

    digest: str
    size: int
    name: str
    linked: bool
    stamp: int


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the job's folder that the worker writes. begun: what lies there already."""

    name: str
    begun: Blob | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """A file that isn't there, or that nobody will open."""

    name: str


@dataclass(frozen=True, slots=True)
class Packed:
    """command: with Blob, Place and Absent for its paths. sources: the blobs' files here, by digest. places: where what the worker writes belongs, by name."""

    command: Any
    sources: Mapping[str, Path]
    places: Mapping[str, Path]


class Digests:
    """Of files, each read once as long as it stays as it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # each line packs in a thread of its own
        self._known: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def of(self, path: Path) -> tuple[str, int, int] | None:
        """The content's digest, its bytes, and when it was changed last, in ns; None when there is no such file."""
        with self._lock:
            try:
                about = path.stat()
                mark = (about.st_mtime_ns, about.st_size, about.st_ino)
                found = self._known.pop(path, None)
                if found is None or found[0] != mark:
                    with path.open("rb") as file:
                        found = mark, hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                return None
            self._known[path] = found
            while len(self._known) > KNOWN:
                del self._known[next(iter(self._known))]
            return found[1], about.st_size, about.st_mtime_ns


KNOWN = 1000  # files whose digests are remembered: some 100 bytes each


def packed(command: say.Command, digests: Digests) -> Packed:
    """The command as it goes out."""
    sources: dict[str, Path] = {}
    shared = command.order.weights.path if isinstance(command, say.Paint) else command.lesson.weights.path if isinstance(command, say.Learn) else None
    own = isinstance(command, say.Paint | say.Learn)

    def blob(path: Path) -> Blob | Absent:
        found = digests.of(path)
        if found is None:
            return Absent(path.name)
        digest, size, stamp = found
        sources[digest] = path
        return Blob(digest, size, path.name, own and path != shared, stamp)

    def place(name: str, path: Path) -> Place:
        begun = blob(path) if name in LASTING else None
        return Place(name, begun if isinstance(begun, Blob) else None)

    places = _places(command)
    if isinstance(command, say.Ask):  # whose files nobody opens
        return Packed(_each(command, lambda value: Absent(value.name) if isinstance(value, Path) else value), {}, {})
    if isinstance(command, say.Prepare):
        command = replace(command, folder=Place("kept"))  # type: ignore[arg-type]
    there = {path: place(name, path) for name, path in places.items()}
    return Packed(_each(command, lambda value: (there.get(value) or blob(value)) if isinstance(value, Path) else value), sources, places)


def blobs(command: Any) -> dict[str, Blob]:
    """What a packed command needs, by digest."""
    found: dict[str, Blob] = {}

    def note(value: Any) -> Any:
        if isinstance(value, Place):
            return note(value.begun)
        if isinstance(value, Blob):
            found[value.digest] = value
        return value

    _each(command, note)
    return found


def unpacked(command: Any, lay: Callable[[Blob | Place | Absent], Path]) -> say.Command:
    """The command with paths of this machine. lay: puts what stands for a file where it is used."""
    found: say.Command = _each(command, lambda value: lay(value) if isinstance(value, Blob | Place | Absent) else value)
    return found


def _places(command: say.Command) -> dict[str, Path]:
    match command:
        case say.Paint():
            order = command.order
            wanted = {RESULT: command.out, REPORT: command.report, FRAME: order.frame, SCALE: order.kept}
            return {name: path for name, path in wanted.items() if path is not None}
        case say.Learn():
            return {LEARNED: command.lesson.kept}
    return {}


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """The value with everything in it changed; what the change has made is not looked into."""
    changed = change(value)
    if changed is not value:
        return changed
    if isinstance(value, tuple):
        return tuple(_each(one, change) for one in value)
    if is_dataclass(value) and not isinstance(value, type) and type(value).__module__.startswith(OURS):
        return replace(value, **{field.name: _each(getattr(value, field.name), change) for field in fields(value)})
    return value
