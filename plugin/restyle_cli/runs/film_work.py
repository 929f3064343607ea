"""Owns the work folder of a film: its painted frames, without loss, the jobs that painted them, and the settings that they were painted with. Whatever ends the
command, the next one finds whole frames in it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from restyle_client import __version__
from restyle_contract.files import atomic_write
from restyle_imaging.errors import PictureError
from restyle_imaging.io import files
from restyle_imaging.planes.formats import Depth, Plane

from ..terminal.failures import Failure
from ..terminal.output import named
from . import film_locks
from .film_locks import Stretch
from .film_order import Name

ENDING = ".painting"  # of a work folder's name
SETTINGS, JOBS, SCENES = "settings.json", "jobs", "scenes"
OWN = re.compile(r"\d{6,}(-aside)?\.(png|tif)(\.part)?|(jobs|scenes)(-\d+-\d+)?\.txt|settings\.json")  # what is written here, beside locks
SYSTEMS = re.compile(r"\..*|Thumbs\.db|desktop\.ini", re.IGNORECASE)  # what systems write into any folder
FULL = (errno.ENOSPC, errno.EDQUOT)
MARKS, VERSION = "frames", "restyle"  # of the settings' file, beside the settings
LONGEST_WORD = 40  # of a setting in a sentence: what is longer, such as a digest, is only named
OVERHEAD = 1.02  # of a frame that doesn't get smaller, in parts of its pixels


class Work:
    """The work folder. Made by `opened`. stretch: what this command paints; None: all. Each stretch has notes of its own, as several commands can't write into
    one file of a shared folder."""

    def __init__(self, folder: Path, stretch: Stretch | None = None) -> None:
        self.folder = folder
        self._of = "" if stretch is None else f"-{stretch[0]}-{stretch[1]}"
        self._jobs: dict[Name, str] = {}
        for line in self._notes(JOBS):
            words = line.split()
            if len(words) == 3 and words[0].isdecimal():  # the last one may be cut short
                self._jobs[Name(int(words[0]), words[1] == "aside")] = words[2]

    def has(self, name: Name) -> bool:
        return self._path(name) is not None

    def read(self, name: Name) -> Plane | None:
        """A painting; None when there is none, or what is there was damaged, which it then is no longer."""
        path = self._path(name)
        if path is None:
            return None
        try:
            return files.read_picture(path).plane
        except PictureError:
            path.unlink(missing_ok=True)
            return None

    def write(self, name: Name, plane: Plane) -> None:
        """Keeps a painting, whole or not at all. OSError."""
        suffix = ".tif" if plane.format.depth in (Depth.F16, Depth.F32) else ".png"
        path = self.folder / f"{_stem(name)}{suffix}"
        atomic_write(path, files.encode_picture(plane, suffix).data)

    def job(self, name: Name) -> str | None:
        """The job that painted it, or was to."""
        return self._jobs.get(name)

    def jobs(self) -> tuple[str, ...]:
        """All that are known."""
        return tuple(self._jobs.values())

    def note(self, name: Name, job: str) -> None:
        if self._jobs.get(name) != job:
            self._jobs[name] = job
            with (self.folder / f"{JOBS}{self._of}.txt").open("a", encoding="utf-8") as file:
                file.write(f"{name.position} {'aside' if name.aside else 'shown'} {job}\n")

    def begin_scene(self, name: Name) -> None:
        """A painting follows none before it."""
        with (self.folder / f"{SCENES}{self._of}.txt").open("a", encoding="utf-8") as file:
            file.write(f"{name.position}\n")

    def scene(self, position: int) -> int:
        """Where the scene begins, as far as known, that a frame is of; else at the first of all."""
        return max((begin for word in self._notes(SCENES) if word.isdecimal() and (begin := int(word)) <= position), default=0)

    def remove(self) -> None:
        """The film is there, and nobody needs its parts."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self) -> Mapping[str, Any] | None:
        """With which the frames were painted; None: there are none."""
        try:
            kept = json.loads((self.folder / SETTINGS).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return kept if isinstance(kept, dict) else None

    def begin(self, settings: Mapping[str, Any]) -> None:
        """Forgets all frames and remembers with which settings the next ones are painted. OSError."""
        for path in self.folder.iterdir():
            if OWN.fullmatch(path.name):
                path.unlink()
        self._jobs.clear()
        self.remember(settings)

    def remember(self, settings: Mapping[str, Any]) -> None:
        """Replaces the settings alone."""
        atomic_write(self.folder / SETTINGS, json.dumps(settings, indent=1, sort_keys=True))

    def _notes(self, kind: str) -> list[str]:
        """The lines that all commands have written."""
        found: list[str] = []
        for path in sorted(self.folder.glob(f"{kind}*.txt")):
            with contextlib.suppress(OSError, ValueError):
                found += path.read_text("utf-8").splitlines()
        return found

    def _path(self, name: Name) -> Path | None:
        return next((path for path in (self.folder / f"{_stem(name)}{suffix}" for suffix in (".png", ".tif")) if path.exists()), None)


@contextlib.contextmanager
def opened(folder: Path, settings: Mapping[str, Any], marks: Sequence[str], *, anew: bool) -> Iterator[Work]:
    """The work folder for a film with these settings, made if missing, for this process alone. marks: of the frames' files, by position; there may be more or
    fewer than there were. anew: what another film left there is forgotten. Failure when the settings are others, or another command works there; OSError."""
    _made(folder)
    with film_locks.whole(folder):
        work = Work(folder)
        try:
            _settle(work, settings, marks, anew=anew)
            yield work
        finally:
            with contextlib.suppress(OSError):
                if all(film_locks.is_lock(path) or path.name == SETTINGS for path in folder.iterdir()):
                    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def opened_part(folder: Path, settings: Mapping[str, Any], marks: Sequence[str], stretch: Stretch) -> Iterator[Work]:
    """The same for some frames, while other commands, on other machines too, paint others. Failure also for another version's frames."""
    _made(folder)
    with film_locks.of(folder, stretch) as turn:
        work = Work(folder, stretch)
        version = (work.settings() or {}).get(VERSION, __version__)
        if version != __version__:
            raise Failure(
                f"{named(folder)} holds frames that Restyle {version} painted, and this is {__version__}; "
                "bring all machines to one version, or remove the folder to begin anew."
            )
        _settle(work, settings, marks, anew=False)
        turn.close()
        yield work


@contextlib.contextmanager
def reopened(folder: Path, digest: str) -> Iterator[Work]:
    """The work folder of a film that is painted, for this process alone, whatever it was painted with. digest: of the film's file; empty for frames in files.
    Failure when it is of another film, or another command works there."""
    with film_locks.whole(folder):
        work = Work(folder)
        if (work.settings() or {}).get("film", digest) != digest:
            raise Failure(f"{named(folder)} holds frames of another film than this one; give the film that they were painted from.")
        yield work


def _made(folder: Path) -> None:
    """Makes the folder if it is missing. Failure where something else is in its place, or in it, which would go with it when the film is written; OSError."""
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError as error:
        raise Failure(f"{named(folder)} is no folder, and painted frames would lie in one of that name; move it, or write the film elsewhere.") from error
    others = sorted(path for path in folder.iterdir() if not (OWN.fullmatch(path.name) or film_locks.is_lock(path) or SYSTEMS.fullmatch(path.name)))
    if others:
        raise Failure(f"{named(others[0])} is nothing that Restyle wrote, and the folder goes when the film is written; move it elsewhere.")


def _settle(work: Work, settings: Mapping[str, Any], marks: Sequence[str], *, anew: bool) -> None:
    """What lies there is of these settings, or is forgotten. Failure; OSError."""
    kept = dict(work.settings() or {})
    before, version = kept.pop(MARKS, []), kept.pop(VERSION, __version__)
    differs = changes(kept, settings) or _changed_frame(work, before, marks)
    if not kept or (anew and differs):
        work.begin({**settings, MARKS: marks, VERSION: __version__})
    elif differs:
        raise Failure(
            f"{named(work.folder)} holds frames that were painted with other settings ({differs}); "
            "give those again to go on, or say --restart to paint all frames anew."
        )
    elif (known := [*marks, *before[len(marks) :]]) != before:
        work.remember({**settings, MARKS: known, VERSION: version})


def _changed_frame(work: Work, before: Sequence[str], marks: Sequence[str]) -> str:
    """The first frame whose file has changed since it was painted; empty when there is none."""
    for at, (one, other) in enumerate(zip(before, marks, strict=False)):
        if one != other and (work.has(Name(at)) or work.has(Name(at, aside=True))):
            return f"frame {one.partition(' ')[0]}"
    return ""


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """What differs between two settings, for people; empty when nothing does."""
    found = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        plain = all(value is None or (isinstance(value, (str, int, float)) and len(str(value)) < LONGEST_WORD) for value in (before, after))
        found.append(f"{key}: {_word(before)}, now {_word(after)}" if plain else key)
    return "; ".join(found)


def disk_full(error: OSError) -> bool:
    return error.errno in FULL


def free(folder: Path) -> int | None:
    """Bytes that there is room for; None: not known."""
    place = next((each for each in (folder, *folder.parents) if each.exists()), Path(os.sep))
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return None


def _stem(name: Name) -> str:
    return f"{name.position:06d}{'-aside' if name.aside else ''}"


def _word(value: object) -> str:
    return "not given" if value is None else str(value)
