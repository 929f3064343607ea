"""Owns which styles a gallery shows: what is typed, a tag and the favorites narrow it down; and what a person keeps of it: favorites, tags, the tiles' size.

# ~/.config/restyle/gallery.json
{"favorites": ["ink-wash", "great-wave"], "tags": {"ink-wash": ["ink", "portraits"]}, "tiles": {"gimp": "large", "krita": "small"}}
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from . import memory, sentences
from .failures import Failure
from .packages import discovery, limits

FILE = "gallery.json"
TILES = ("small", "medium", "large")
USUAL = "medium"


class Described(Protocol):
    """A style as far as people look for it by words: the client's Style, and a Tile."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def credit(self) -> str: ...


T = TypeVar("T", bound=Described)


@dataclass(frozen=True)
class Narrowing:
    """words: each of them begins or stands in a name, a tag or the credit. tag: one that the style has; empty: any. favorites: those alone."""

    words: str = ""
    tag: str = ""
    favorites: bool = False

    @property
    def narrows(self) -> bool:
        return bool(self.words.strip() or self.tag or self.favorites)

    def shows(self, style: Described, favorites: Collection[str]) -> bool:
        """Of the library. favorites: ids."""
        if (self.tag and self.tag not in style.tags) or (self.favorites and style.id not in favorites):
            return False
        return self._found_in(style.id, style.title, style.tags, style.credit)

    def shows_name(self, name: str) -> bool:
        """Of a style that is no library's: it has no tags, and nothing keeps it as a favorite."""
        return not self.tag and not self.favorites and self._found_in("", name, (), "")

    def _found_in(self, *described: Any) -> bool:
        return all(word in _searched(*described) for word in _folded(self.words).split())


class Taste:
    """What a person keeps of the galleries, in one file that every editor reads. editor: whose tiles; their size is each editor's own."""

    def __init__(self, folder: Path, editor: str) -> None:
        self.file, self._editor = folder / FILE, editor
        self.favorites, self.tiles = frozenset[str](), USUAL
        self.tags: dict[str, tuple[str, ...]] = {}  # of styles that somebody gave others than the library does; another dict after each change
        self._changed: dict[str, bool] = {}  # favorites that were made, or taken out, and are not written yet
        self._tagged: dict[str, tuple[str, ...]] = {}  # so are tags
        self._resized = False  # so is the tiles' size
        self.load()

    def load(self) -> None:
        """What the file says now; another editor may have written it. One that can't be read now changes nothing."""
        if (content := memory.whole(self.file)) is None:
            return
        favorites, tags_, tiles = content.get("favorites"), content.get("tags"), content.get("tiles")
        there = {each for each in favorites if isinstance(each, str)} if isinstance(favorites, list) else set()
        self.favorites = frozenset(each for each in {*there, *self._changed} if self._changed.get(each, True))
        given = {**{style: _words(each) for style, each in (tags_ if isinstance(tags_, dict) else {}).items()}, **self._tagged}
        self.tags = {style: words for style, words in given.items() if words}
        size = tiles.get(self._editor) if isinstance(tiles, dict) else None
        if not self._resized:
            self.tiles = size if size in TILES else USUAL

    def favor(self, style: str, favorite: bool) -> bool:
        """Makes a style of the library a favorite, or takes it out. Whether that is written."""
        self._changed[style] = favorite
        self.favorites = self.favorites | {style} if favorite else self.favorites - {style}
        return self._save()

    def tag(self, style: str, words: tuple[str, ...]) -> bool:
        """Gives a style of the library these tags in place of its own; none: its own again. Whether that is written."""
        self._tagged[style] = words
        self.tags = {**{each: given for each, given in self.tags.items() if each != style}, **({style: words} if words else {})}
        return self._save()

    def with_tags(self, style: T) -> T:
        """A style, which is a dataclass, with the tags that this person knows it by."""
        return replace(style, tags=self.tags[style.id]) if style.id in self.tags else style  # type: ignore[type-var]

    def resize(self, tiles: str) -> None:
        """tiles: one of TILES."""
        self.tiles, self._resized = tiles, True
        self._save()

    def _save(self) -> bool:
        """What can't be written goes along with the next change, or is forgotten with the editor; what can't be read is not written over."""
        self.load()
        if (content := memory.whole(self.file)) is None:
            return False
        changed: dict[str, Any] = {"favorites": sorted(self.favorites)} if self._changed else {}
        if self._tagged:
            changed["tags"] = {style: list(words) for style, words in sorted(self.tags.items())}
        if self._resized:
            others = content.get("tiles")
            changed["tiles"] = {**(others if isinstance(others, dict) else {}), self._editor: self.tiles}
        if not memory.save(self.file, {**content, **changed}):
            return False
        self._changed.clear()
        self._tagged.clear()
        self._resized = False
        return True


def of_user(editor: str, environment: Mapping[str, str] = os.environ) -> Taste:
    """The user's, beside the presets."""
    return Taste(discovery.config_dir(environment), editor)


def tags_in(words: str) -> tuple[str, ...]:
    """The tags that somebody wrote with commas between. Failure where they are too many, or too long."""
    found = tuple(dict.fromkeys(tag for each in words.split(",") if (tag := sentences.readable(each).strip())))
    if len(found) > limits.MAX_TAGS or any(len(tag) > limits.MAX_TAG for tag in found):
        raise Failure(sentences.TAGS_WRONG.format(most=limits.MAX_TAGS, longest=limits.MAX_TAG))
    return found


def tags(styles: Iterable[Described]) -> list[tuple[str, int]]:
    """Every tag of a library and how many styles have it, by the alphabet."""
    counts: dict[str, int] = {}
    for style in styles:
        for tag in dict.fromkeys(style.tags):
            counts[tag] = counts.get(tag, 0) + 1
    return sorted(counts.items(), key=lambda each: each[0].casefold())


def hint(style: Described, description: str) -> str:
    """All that is told of a style, in lines: its name, what it is, its tags, who made it."""
    said = sentences.TAGGED.format(tags=", ".join(style.tags)) if style.tags else ""
    return "\n".join(dict.fromkeys(line for line in (style.title, description, said, style.credit) if line))


def _words(listed: Any) -> tuple[str, ...]:
    return tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()


@lru_cache(maxsize=8192)
def _searched(id_: str, title: str, tags_: tuple[str, ...], credit: str) -> str:
    return _folded("\n".join((title, id_, *tags_, credit)))


def _folded(text: str) -> str:
    """Without case and accents, so that "cezanne" finds "Cézanne"."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
