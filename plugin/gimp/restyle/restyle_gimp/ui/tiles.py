"""Owns how a style looks in the gallery: its picture, which is read once it is seen, its name, and the star of a favorite."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gi.repository import Gdk, GLib, Gtk, Pango

from .. import strings
from . import pictures

if TYPE_CHECKING:
    from .gallery import Entry

SIDES = {"small": 76, "medium": 112, "large": 164}  # px of a picture
LETTERS = {"small": 9, "medium": 13, "large": 19}  # of a name: as wide as the picture
ROOM = 4  # px around a tile
READING_SECONDS = 0.01  # of one turn of the main loop, for pictures that have come into sight
CSS = b"""
.restyle-picture { background-color: alpha(@theme_fg_color, 0.06); }
.restyle-star { padding: 1px 3px; min-width: 0; min-height: 0; margin: 3px; border: none; border-radius: 12px; box-shadow: none; text-shadow: none;
  background-image: none; background-color: alpha(@theme_bg_color, 0.85); color: @theme_fg_color; }
"""


class Tile(Gtk.FlowBoxChild):  # type: ignore[misc]
    """reader: reads its picture. favor: called with the entry and whether it shall be a favorite. menu: with the entry and the event that asks for its menu.

    pointed: with the entry that the pointer has come on to; None: it has left.
    """

    def __init__(
        self,
        entry: Entry,
        size: str,
        favorite: bool,
        reader: Reader,
        favor: Callable[[Entry, bool], None],
        menu: Callable[[Entry, Any], None],
        pointed: Callable[[Entry | None], None],
    ) -> None:
        super().__init__()
        self._reader, self._favor, self._pointed = reader, favor, pointed
        self._over = self._quiet = False
        self.unread = True
        self._image = Gtk.Image()
        self._image.connect("draw", self._on_draw)
        _styled(self._image, "restyle-picture")
        self._label = Gtk.Label(label=entry.choice.name, ellipsize=Pango.EllipsizeMode.END)
        self._star = Gtk.ToggleButton(label="☆", halign=Gtk.Align.END, valign=Gtk.Align.START, can_focus=False, no_show_all=not entry.choice.library)
        _styled(self._star, "restyle-star")
        self._star.connect("toggled", self._on_star)
        under = Gtk.Overlay(halign=Gtk.Align.CENTER)
        under.add(self._image)
        under.add_overlay(self._star)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2, margin=ROOM)
        box.pack_start(under, False, False, 0)
        box.pack_start(self._label, False, False, 0)
        sensing = Gtk.EventBox(visible_window=False)
        sensing.add_events(Gdk.EventMask.ENTER_NOTIFY_MASK | Gdk.EventMask.LEAVE_NOTIFY_MASK)
        sensing.connect("enter-notify-event", self._on_cross, True)
        sensing.connect("leave-notify-event", self._on_cross, False)
        sensing.connect("button-press-event", self._on_press, menu)
        sensing.add(box)
        self.add(sensing)
        self.describe(entry)
        self.resize(size)
        self.show_favorite(favorite)

    def describe(self, entry: Entry) -> None:
        """Takes on an entry of the same style."""
        self.entry = entry
        self.get_accessible().set_description(entry.hint)

    def resize(self, size: str) -> None:
        """size: a word of the gallery's tiles."""
        self._side = SIDES[size]
        self._image.set_size_request(self._side, self._side)
        self._image.clear()
        self._label.set_width_chars(LETTERS[size])
        self._label.set_max_width_chars(LETTERS[size])
        self.unread = True
        self._image.queue_draw()

    def show_favorite(self, favorite: bool) -> None:
        name = self.entry.choice.name
        self._quiet = True
        self._star.set_active(favorite)
        self._quiet = False
        self._star.set_label("★" if favorite else "☆")
        self._star.get_accessible().set_name(f"{strings.FAVORITE}: {name}")
        self.get_accessible().set_name(f"{name}, {strings.FAVORITE}" if favorite else name)
        self._show_star()

    def read(self) -> None:
        """Reads the picture and shows it."""
        self.unread = False
        picture = self.entry.picture
        if picture is not None:
            self._image.set_from_pixbuf(pictures.square(picture, self._side))
        else:
            self._image.set_from_icon_name("image-x-generic", Gtk.IconSize.DIALOG)

    def _show_star(self) -> None:
        self._star.set_opacity(1.0 if self._star.get_active() else 0.8 if self._over else 0.0)

    def _on_star(self, star: Any) -> None:
        if not self._quiet:
            self._favor(self.entry, star.get_active())

    def _on_cross(self, _box: Any, event: Any, over: bool) -> bool:
        if event.detail != Gdk.NotifyType.INFERIOR:  # else the pointer has only come on to the star
            self._over = over
            self._show_star()
            self._pointed(self.entry if over else None)
        return False

    def _on_press(self, _box: Any, event: Any, menu: Callable[[Entry, Any], None]) -> bool:
        if event.button != Gdk.BUTTON_SECONDARY:
            return False
        menu(self.entry, event)
        return True

    def _on_draw(self, _image: Any, _context: Any) -> bool:
        if self.unread:
            self._reader.want(self)
        return False


class Reader:
    """Reads the pictures of tiles that were drawn without, for a moment in each turn of the main loop: a library may have thousands."""

    def __init__(self) -> None:
        self._wanted: dict[Tile, None] = {}

    def want(self, tile: Tile) -> None:
        if not self._wanted:
            GLib.idle_add(self._read)
        self._wanted[tile] = None

    def forget(self) -> None:
        self._wanted.clear()

    def _read(self) -> bool:
        end = time.monotonic() + READING_SECONDS
        while self._wanted and time.monotonic() < end:
            tile, _ = self._wanted.popitem()
            if tile.unread:
                tile.read()
        return bool(self._wanted)


@lru_cache(maxsize=1)
def _style() -> Any:
    style = Gtk.CssProvider()
    style.load_from_data(CSS)
    return style


def _styled(widget: Any, name: str) -> None:
    widget.get_style_context().add_class(name)
    widget.get_style_context().add_provider(_style(), Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
