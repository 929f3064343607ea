"""Owns the history of an editor's paintings: what each was painted with and where it belongs, small pictures of it, and whether the server has it.

The server keeps the painting itself, for a time, and knows neither its recipe in the editor's words nor its place in an image: those are kept here.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import log, memory, sentences
from .background import Background
from .boxes import Box
from .packages import client
from .recipes import Recipe, RecipeError, StyleChoice, plain

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MOST = 1000  # paintings: more than a person looks through; their pictures take some 60 MB
SIDE = 384  # px, longest side of the pictures: what compares them is as large
FILE = "recent.json"
PICTURE = "painting-"  # what the names of all other files in the folder begin with
NEW = 3600  # s: such a file may belong to a painting that is about to be listed
_GRAY = client.PixelFormat(client.Channels.GRAY, client.Depth.U8)


@dataclass(frozen=True)
class Recent:
    """A painting that was finished. id: the server's job. title: its layer's name. ended: Unix time in seconds.

    picture, before: names of small pictures beside the list, of the painting and of what it was painted from; may be empty.
    spot: where it belongs, in plain values of the editor's own; None: nobody knows.
    """

    id: str
    title: str
    recipe: Recipe
    ended: float
    picture: str = ""
    before: str = ""
    spot: dict[str, Any] | None = None
    strokes: tuple[float, ...] = ()  # sizes that the styles' strokes have
    lowered: float | None = None  # the strength that it is read at, where the painter keeps it at a higher one: an update of a lowered painting

    @property
    def facts(self) -> tuple[str, str, str]:
        """Three lines for people: style and layer, strength and quality, time."""
        return self.title, sentences.painted_with(self.recipe.strength, self.recipe.preset), sentences.moment(self.ended)


class History:
    """The newest first, in a folder that may be other processes', too. recipe_from: reads a recipe with the editor's own layers; RecipeError."""

    def __init__(self, folder: Callable[[], Path], recipe_from: Callable[[Mapping[str, Any]], Recipe]) -> None:
        self._folder, self._recipe_from = folder, recipe_from
        self.recents: list[Recent] = []
        self._items: dict[str, dict[str, Any]] = {}  # all, as they are written; what this version can't read is another's
        self._added: dict[str, dict[str, Any]] = {}  # not written yet
        self._load()

    def add(self, recent: Recent) -> None:
        with self._alone():
            item = {**vars(recent), "recipe": plain(recent.recipe)}
            self._added = {recent.id: item, **{job: each for job, each in self._added.items() if job != recent.id}}
            self.recents = [recent, *(each for each in self.recents if each.id != recent.id)]
            self._save(self._load())

    def forget(self, job: str) -> None:
        with self._alone():
            self._added.pop(job, None)
            readable = self._load()
            gone = self._items.pop(job, None)
            self.recents = [each for each in self.recents if each.id != job]
            self._save(readable, [gone] if gone is not None else [])

    def strokes_of(self, choice: StyleChoice) -> float | None:
        """The size that a style's automatic strokes had the last time; None: nobody knows."""
        for recent in self.recents:
            for style, scale in zip(recent.recipe.styles, recent.strokes):  # noqa: B905 - Python 3.10
                if style.key == choice.key and style.scale is None:
                    return scale
        return None

    def read(self, name: str) -> bytes | None:
        """A picture or a mask; None where it is gone, or can't be read."""
        path = self._folder() / name
        with contextlib.suppress(OSError):
            return path.read_bytes() if name and path.is_file() else None
        return None

    def new_file(self, job: str, ending: str) -> Path:
        """Where a picture of a painting is to be written; its name goes into the list."""
        self._folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder() / f"{PICTURE}{job[:40]}{ending}"

    # ---- what of a painting shows ----

    def keep_mask(self, job: str, mask: client.Plane) -> str:
        """The name of its file; one that can't be written shows all of the painting, and is empty."""
        with contextlib.suppress(OSError):
            path = self.new_file(job, ".mask")
            path.write_bytes(zlib.compress(bytes(mask.data), 1))
            return path.name
        return ""

    def mask(self, name: str, box: Box) -> client.Plane | None:
        """GRAY U8 of the box's size; None where it can't be read."""
        packed, size = self.read(_name(name)), box.width * box.height
        try:
            data = zlib.decompressobj().decompress(packed, size + 1) if packed is not None else b""
        except zlib.error:
            return None
        return client.Plane(_GRAY, box.width, box.height, data) if data and len(data) == size else None

    # ---- ways ----

    def _load(self) -> bool:
        """Those that are known already are not read again. False: the list is there, and nobody can tell what is in it; then what was known of it stays."""
        listed, readable = self._listed()
        if listed is not None:
            self._items = {str(item["id"]): item for item in listed if isinstance(item, dict) and item.get("id")}
        self._items = {**self._added, **{job: item for job, item in self._items.items() if job not in self._added}}
        known = {each.id: each for each in self.recents}
        found = [known.get(job) or self._recent(item) for job, item in self._items.items()]
        self.recents = [each for each in found if each is not None]
        return readable

    def _listed(self) -> tuple[list[Any] | None, bool]:
        """What the file says, None where that is nothing; and whether it may be written anew: one that can't be read now may be whole."""
        try:
            content = json.loads((self._folder() / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return [], True
        except OSError as error:
            log.write(f"{FILE} can't be read: {error}")
            return None, False
        except ValueError as error:
            log.write(f"{FILE} is damaged: {error}")
            return None, True
        listed = content.get("paintings") if isinstance(content, dict) else None
        return (listed if isinstance(listed, list) else None), True

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process writes the list meanwhile, where folders can be locked."""
        with contextlib.ExitStack() as stack:
            if fcntl is not None:
                with contextlib.suppress(OSError):
                    self._folder().mkdir(mode=0o700, parents=True, exist_ok=True)
                    folder = os.open(self._folder(), os.O_RDONLY)
                    stack.callback(os.close, folder)
                    fcntl.flock(folder, fcntl.LOCK_EX)
            yield

    def _recent(self, item: dict[str, Any]) -> Recent | None:
        try:
            spot, picture, before = item.get("spot"), _name(item.get("picture", "")), _name(item.get("before", ""))
            recipe = self._recipe_from(item["recipe"])
            strokes = tuple(float(scale) for scale in item.get("strokes", ()))
            lowered = float(item["lowered"]) if item.get("lowered") is not None else None
            place, ended = spot if isinstance(spot, dict) else None, float(item["ended"])
            time.localtime(ended)  # which is shown: no time there is may be as large
            return Recent(str(item["id"]), str(item["title"]), recipe, ended, picture, before, place, strokes, lowered)
        except (RecipeError, KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            return None

    def _save(self, readable: bool, gone: list[dict[str, Any]] | None = None) -> None:
        """gone: forgotten. What is not readable is not written either: it is added as soon as it is."""
        if not readable:
            return
        items = list(self._items.items())
        self._items, too_many = dict(items[:MOST]), [item for _, item in items[MOST:]]
        self.recents = [each for each in self.recents if each.id in self._items]
        memory.save(self._folder() / FILE, {"paintings": list(self._items.values())})
        self._added.clear()
        for name in (name for item in (*(gone or []), *too_many) for name in _files(item)):
            self._remove(self._folder() / name)
        self._sweep()

    def _sweep(self) -> None:
        """Removes what belongs to no painting any more; not what is new: another process may be about to list it."""
        listed = {name for item in self._items.values() for name in _files(item)}
        readable = {each.id for each in self.recents}
        others = tuple(f"{PICTURE}{job[:40]}" for job in self._items if job not in readable)  # may have more files than this version knows of
        with contextlib.suppress(OSError):
            for path in self._folder().glob(f"{PICTURE}*"):
                if path.name not in listed and not path.name.startswith(others) and time.time() - path.stat().st_mtime > NEW:
                    self._remove(path)

    def _remove(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            if path.is_file():
                path.unlink()


class Keeping:
    """Which paintings the server still has. changed: called on the editor's thread when that is known anew."""

    def __init__(self, background: Background, changed: Callable[[], None]) -> None:
        self._background, self._changed = background, changed
        self._kept: dict[str, client.Job] = {}
        self._asked = 0.0  # when that was asked, Unix time: of what was painted later, nothing is known

    def ask(self) -> None:
        """One question for all of them, however many there are."""
        now = time.time()
        self._background.ask(
            lambda session: session.list(states=(client.JobState.SUCCEEDED,)), lambda jobs: self._heard(jobs, now), lambda _words, _error: None
        )

    def gone(self, recent: Recent) -> bool:
        """Whether it is certain that there is nothing to place or to go on from."""
        return recent.ended < self._asked and recent.id not in self._kept

    def words(self, recent: Recent) -> str:
        """A sentence about it; empty as long as nobody knows."""
        job = self._kept.get(recent.id)
        if job is not None and job.expires:
            return sentences.RECENT_KEPT.format(moment=sentences.moment(job.expires))
        return sentences.RECENT_GONE if self.gone(recent) else ""

    def _heard(self, jobs: list[client.Job], asked: float) -> None:
        self._kept, self._asked = {job.id: job for job in jobs}, asked
        self._changed()


def _name(name: Any) -> str:
    """Of a file in the folder itself, whatever the list says."""
    return str(name or "").replace("\\", "/").rpartition("/")[2]


def _files(item: Mapping[str, Any]) -> set[str]:
    """Names of the files of a painting, as the list has it."""
    spot = item.get("spot")
    found = (item.get("picture"), item.get("before"), spot.get("mask") if isinstance(spot, dict) else None)
    return {name for each in found if (name := _name(each))}
