"""Owns the row above the gallery: what is looked for, the star, the tags, and how large the tiles are."""

from __future__ import annotations

from collections.abc import Callable

from gi.repository import Gtk
from restyle_editor.gallery import TILES, Narrowing

from .. import strings

ANY = "any"  # tag: GTK takes no empty id


class NarrowingRow(Gtk.Box):  # type: ignore[misc]
    """changed: called with what narrows the gallery now. resized: with a size of tiles. entered: when Enter is pressed on what is looked for."""

    def __init__(self, tiles: str, changed: Callable[[Narrowing], None], resized: Callable[[str], None], entered: Callable[[], None]) -> None:
        super().__init__(spacing=6)
        self._changed, self._filling = changed, False
        self._search = Gtk.SearchEntry(placeholder_text=strings.SEARCH, tooltip_text=strings.SEARCH_HINT, hexpand=True)
        self._search.get_accessible().set_name(strings.SEARCH_HINT)
        self._search.connect("changed", self._on_change)
        self._search.connect("activate", lambda _entry: entered())
        self._favorites = Gtk.ToggleButton(label="☆", tooltip_text=strings.FAVORITES_HINT)
        self._favorites.get_accessible().set_name(strings.FAVORITES_HINT)
        self._favorites.connect("toggled", self._on_change)
        self._tags = Gtk.ComboBoxText(tooltip_text=strings.TAGS_HINT)
        self._tags.get_accessible().set_name(strings.TAGS)
        self.offer_tags([])
        self._tags.connect("changed", self._on_change)
        self._sizes = Gtk.ComboBoxText(tooltip_text=strings.TILES)
        self._sizes.get_accessible().set_name(strings.TILES)
        for size in TILES:
            self._sizes.append(size, strings.TILE_SIZES[size])
        self._sizes.set_active_id(tiles)
        self._sizes.connect("changed", lambda combo: resized(combo.get_active_id()))
        for widget in (self._search, self._favorites, self._tags, self._sizes):
            self.pack_start(widget, widget is self._search, True, 0)

    @property
    def words(self) -> str:
        """What is looked for."""
        return str(self._search.get_text())

    def offer_tags(self, tags: list[tuple[str, int]]) -> None:
        """tags: each with the number of styles that have it."""
        self._filling = True
        chosen = self._tags.get_active_id()
        self._tags.remove_all()
        self._tags.append(ANY, strings.TAGS_ALL)
        for tag, count in tags:
            self._tags.append(f"tag {tag}", strings.TAG_COUNTED.format(tag=tag, count=count))
        self._tags.set_active_id(chosen or ANY)
        if self._tags.get_active_id() is None:
            self._tags.set_active_id(ANY)
        self._filling = False
        if chosen is not None and self._tags.get_active_id() != chosen:  # no style has it any more
            self._on_change()

    def _on_change(self, *_: object) -> None:
        if self._filling:
            return
        self._favorites.set_label("★" if self._favorites.get_active() else "☆")
        tag = (self._tags.get_active_id() or ANY).removeprefix("tag ")
        self._changed(Narrowing(self.words, "" if tag == ANY else tag, self._favorites.get_active()))
