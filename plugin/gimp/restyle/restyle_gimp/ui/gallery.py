"""Owns the gallery: the styles of the library as pictures, and those from files and layers that were added in this window; which are seen, which are chosen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from gi.repository import Gdk, GLib, Gtk
from restyle_client import Style
from restyle_editor import dropping, gallery
from restyle_editor.failures import Failure
from restyle_editor.recipes import StyleChoice

from .. import strings
from . import pictures, tagging
from .narrowing import NarrowingRow
from .tiles import ROOM, Reader, Tile

AT_ONCE = 40  # tiles that are made at once: all that is seen at first
MAKING_SECONDS = 0.01  # of one turn of the main loop, for the others
IMAGE, ADDRESSES = 0, 1  # what GTK calls the two kinds that are dropped


@dataclass(frozen=True)
class Entry:
    """One style to choose. choice: as it is chosen at first. given: the pixbuf of a file's or a layer's, or None. own: it can be removed from the library.

    style: of the library, with the tags that this person knows it by; None for others.
    """

    choice: StyleChoice
    given: Any | None = None
    own: bool = False
    style: Style | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """Which style it is, whatever its settings."""
        return key(self.choice)

    @property
    def hint(self) -> str:
        """All that is told of it, in lines."""
        return gallery.hint(self.style, self.style.description) if self.style is not None else strings.readable(self.choice.file) or self.choice.name

    @property
    def picture(self) -> Any | None:
        """A pixbuf, or None. Read when it is asked for: a library may have thousands."""
        return pictures.decoded(self.style.thumbnail) if self.style is not None else self.given

    @property
    def effect(self) -> Any | None:
        """The style on a photograph, likewise."""
        return pictures.decoded(self.style.effect_thumbnail) if self.style is not None else None


def key(choice: StyleChoice) -> tuple[Any, ...]:
    """Which style a choice means: the same for every weight, scale and region."""
    return choice.library, choice.file, choice.layer.id if choice.layer else None, choice.crop


def library_entry(style: Style) -> Entry:
    return Entry(StyleChoice(library=style.id, title=style.title), own=not style.builtin and not style.shared, style=style)


class Gallery(Gtk.Box):  # type: ignore[misc]
    """changed: called with the chosen entries, in the order they were chosen, and whether a person chose just now.

    remove: called with the entry that a person wants out of the library. dropped: with pictures that were let go here. tell: with what is wrong with one.
    pointed: with the entry that the pointer or the keyboard has come on to; None: it has left.
    """

    def __init__(
        self,
        changed: Callable[[list[Entry], bool], None],
        remove: Callable[[Entry], None],
        dropped: Callable[[list[dropping.Picture]], None],
        tell: Callable[[str], None],
        pointed: Callable[[Entry | None], None],
    ) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._changed, self._remove, self._dropped, self._complain, self._pointed = changed, remove, dropped, tell, pointed
        self._given: list[Entry] = []
        self._entries: list[Entry] = []  # the same, with the tags that this person gave them
        self._chosen: list[tuple[Any, ...]] = []
        self._quiet, self._making = False, 0
        self._taste, self._narrowing, self._reader = gallery.of_user("gimp"), gallery.Narrowing(), Reader()
        self.row = NarrowingRow(self._taste.tiles, self._narrow, self._resize, self._enter)
        self._flow = Gtk.FlowBox(selection_mode=Gtk.SelectionMode.MULTIPLE, homogeneous=True, activate_on_single_click=False, valign=Gtk.Align.START)
        self._flow.set_property("row-spacing", ROOM)
        self._flow.set_property("column-spacing", ROOM)
        self._flow.set_min_children_per_line(3)
        self._flow.set_max_children_per_line(12)
        self._flow.get_accessible().set_name(strings.GALLERY)
        self._flow.set_filter_func(self._shows)
        self._flow.connect("selected-children-changed", self._on_selection)
        self._flow.connect("key-press-event", self._on_key)
        self._flow.connect("popup-menu", self._on_menu_key)
        self._flow.connect("set-focus-child", lambda _flow, tile: self._pointed(tile.entry if tile is not None else None))
        self._scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER, shadow_type=Gtk.ShadowType.IN, min_content_height=260)
        self._scrolled.add(self._flow)
        self._notice = Gtk.Label(label=strings.LOADING_STYLES, wrap=True, max_width_chars=40, margin=24)
        self._stack = Gtk.Stack()
        self._stack.add_named(self._notice, "notice")
        self._stack.add_named(self._scrolled, "styles")
        self.pack_start(self.row, False, False, 0)
        self.pack_start(self._stack, True, True, 0)
        self._take_drops()
        self.connect("destroy", self._on_destroy)

    def say(self, sentence: str) -> None:
        """Shows a sentence in place of the styles, as long as there are none."""
        self._notice.set_text(sentence)
        self._show_some()

    def show_entries(self, entries: list[Entry]) -> None:
        """Replaces what is shown. Whatever is chosen stays chosen."""
        self._given, self._entries = entries, [self._tagged(entry) for entry in entries]
        self._reader.forget()
        self._quiet = True
        for child in self._flow.get_children():
            self._flow.remove(child)
        self._quiet = False
        self._offer_tags()
        self._making += 1
        self._make(self._making, AT_ONCE)
        self.choose([chosen for chosen in self._chosen if any(entry.key == chosen for entry in entries)])
        self._show_some()

    def choose(self, keys: list[tuple[Any, ...]]) -> None:
        """Chooses exactly these."""
        self._chosen = list(keys)
        self._quiet = True
        self._flow.unselect_all()
        for child in self._flow.get_children():
            if child.entry.key in keys:
                self._flow.select_child(child)
        self._quiet = False
        GLib.idle_add(self._reveal)
        self._tell(by_hand=False)

    # ---- what is seen ----

    def _make(self, run: int, at_once: int = 0) -> bool:
        """Makes the tiles that are missing: a few at once, the others in turns of the main loop. run: which entries; others have taken their place since."""
        if run != self._making:
            return False
        end, made = time.monotonic() + MAKING_SECONDS, len(self._flow.get_children())
        self._quiet = True
        for entry in self._entries[made:]:
            if made >= at_once and time.monotonic() > end:
                break
            made += 1
            tile = Tile(entry, self._taste.tiles, entry.choice.library in self._taste.favorites, self._reader, self._favor, self._menu, self._pointed)
            tile.show_all()
            self._flow.add(tile)
            if entry.key in self._chosen:
                self._flow.select_child(tile)
        self._quiet = False
        more = made < len(self._entries)
        if more and at_once:
            GLib.idle_add(self._make, run)
        return more

    def _shows(self, tile: Any) -> bool:
        style, now = tile.entry.style, self._narrowing
        return now.shows(style, self._taste.favorites) if style is not None else now.shows_name(tile.entry.choice.name)

    def _narrow(self, narrowing: gallery.Narrowing) -> None:
        self._narrowing = narrowing
        self._flow.invalidate_filter()
        self._show_some()

    def _show_some(self) -> None:
        """The styles, or why there are none."""
        styles = [entry for entry in self._entries if self._seen(entry)]
        if self._entries and not styles:
            self._notice.set_text(strings.NO_MATCH)
        self._stack.set_visible_child_name("styles" if styles else "notice")

    def _seen(self, entry: Entry) -> bool:
        if entry.style is None:
            return self._narrowing.shows_name(entry.choice.name)
        return self._narrowing.shows(entry.style, self._taste.favorites)

    def _resize(self, tiles: str) -> None:
        self._taste.resize(tiles)
        for tile in self._flow.get_children():
            tile.resize(tiles)
        GLib.idle_add(self._reveal)

    def _enter(self) -> None:
        """Hands the keyboard to the first style that is seen; with nothing to look for, Enter paints, as everywhere in the window."""
        seen = next((tile for tile in self._flow.get_children() if self._shows(tile)), None)
        if not self.row.words:
            self.get_toplevel().activate_default()
        elif seen is not None:
            seen.grab_focus()

    def _favor(self, entry: Entry, favorite: bool) -> None:
        kept = self._taste.favor(entry.choice.library, favorite)
        for tile in self._flow.get_children():
            if tile.entry.choice.library == entry.choice.library:
                tile.show_favorite(favorite)
        if self._narrowing.favorites:
            self._narrow(self._narrowing)
        self._say_kept(kept)

    def _reveal(self) -> bool:
        """Scrolls to the first chosen one."""
        if selected := [tile for tile in self._flow.get_selected_children() if self._shows(tile)]:
            place = selected[0].get_allocation()
            self._scrolled.get_vadjustment().clamp_page(place.y, place.y + place.height)
        return False

    def _on_destroy(self, _gallery: Any) -> None:
        """What is under way in turns of the main loop, which runs on while it paints, ends."""
        self._making += 1
        self._reader.forget()

    # ---- what is done with it ----

    def _on_selection(self, _flow: Any) -> None:
        if self._quiet:
            return
        tiles = self._flow.get_children()
        selected = [tile.entry.key for tile in self._flow.get_selected_children()]
        selected += [entry.key for entry in self._entries[len(tiles) :] if entry.key in self._chosen]  # those have no tile yet
        self._chosen = [known for known in self._chosen if known in selected] + [new for new in selected if new not in self._chosen]
        self._tell(by_hand=True)

    def _tell(self, by_hand: bool) -> None:
        by_key = {entry.key: entry for entry in self._entries}
        self._changed([by_key[chosen] for chosen in self._chosen if chosen in by_key], by_hand)

    def _on_key(self, flow: Any, event: Any) -> bool:
        tile = flow.get_focus_child()
        if event.string != "*" or tile is None or not tile.entry.choice.library:
            return False
        self._favor(tile.entry, tile.entry.choice.library not in self._taste.favorites)
        return True

    def _on_menu_key(self, flow: Any) -> bool:
        tile = flow.get_focus_child()
        if tile is not None:
            self._menu(tile.entry, None)
        return tile is not None

    def _menu(self, entry: Entry, event: Any | None) -> None:
        """What can be done with a style of the library. event: of the mouse; None: the keyboard asks."""
        if not entry.choice.library:
            return
        menu = Gtk.Menu(attach_widget=self._flow)
        favorite = Gtk.CheckMenuItem(label=strings.FAVORITE, active=entry.choice.library in self._taste.favorites)
        favorite.connect("toggled", lambda item: self._favor(entry, item.get_active()))
        menu.append(favorite)
        ways = [(strings.TAGS_EDIT, self._ask_tags)] + ([(strings.REMOVE_STYLE, self._remove)] if entry.own else [])
        for words, way in ways:
            item = Gtk.MenuItem(label=words)
            item.connect("activate", lambda _item, way=way: way(entry))
            menu.append(item)
        menu.show_all()
        if event is not None:
            menu.popup_at_pointer(event)
        else:
            menu.popup_at_widget(self._flow.get_focus_child(), Gdk.Gravity.SOUTH, Gdk.Gravity.NORTH, None)

    def _ask_tags(self, entry: Entry) -> None:
        """Of a style of the library."""
        words = tagging.ask(self.get_toplevel(), entry.choice.name, entry.style.tags if entry.style is not None else ())
        if words is None:
            return
        try:
            kept = self._taste.tag(entry.choice.library, gallery.tags_in(words))
        except Failure as failure:
            self._complain(str(failure))
            return
        self._entries = [self._tagged(each) for each in self._given]
        by_key = {each.key: each for each in self._entries}
        for tile in self._flow.get_children():
            tile.describe(by_key[tile.entry.key])
        self._offer_tags()
        self._narrow(self._narrowing)
        self._tell(by_hand=False)
        self._say_kept(kept)

    def _say_kept(self, kept: bool) -> None:
        if not kept:
            self._complain(strings.TASTE_UNKEPT.format(folder=self._taste.file.parent))

    def _tagged(self, entry: Entry) -> Entry:
        return replace(entry, style=self._taste.with_tags(entry.style)) if entry.style is not None else entry

    def _offer_tags(self) -> None:
        self.row.offer_tags(gallery.tags(entry.style for entry in self._entries if entry.style is not None))

    def _take_drops(self) -> None:
        self.drag_dest_set(Gtk.DestDefaults.ALL, [], Gdk.DragAction.COPY)
        targets = Gtk.TargetList.new([])
        targets.add_image_targets(IMAGE, False)  # first: a browser gives the address beside the picture
        targets.add_uri_targets(ADDRESSES)
        self.drag_dest_set_target_list(targets)
        self.connect("drag-data-received", self._on_drop)

    def _on_drop(self, _widget: Any, _context: Any, _x: int, _y: int, data: Any, kind: int, _time: int) -> None:
        try:
            picture = data.get_pixbuf() if kind == IMAGE else None
            if picture is not None:
                self._dropped([dropping.Picture(pictures.png(picture), strings.DROPPED)])
            else:
                self._dropped(dropping.pictures(data.get_uris() or []))
        except Failure as failure:
            self._complain(str(failure))
