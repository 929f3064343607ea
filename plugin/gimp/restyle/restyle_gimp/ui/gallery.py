"""Owns the gallery: the styles of the library as pictures, and those from files and layers that were added in this window; which of them are chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gi.repository import Gdk, GLib, Gtk, Pango
from restyle_client import Style
from restyle_editor.recipes import StyleChoice

from .. import strings
from . import pictures

TILE = 112  # px
ROOM = 4  # px around a tile


@dataclass(frozen=True)
class Entry:
    """One style to choose. choice: as it is chosen at first. picture, effect: pixbufs or None. own: it can be removed from the library.

    style: of the library; None for others.
    """

    choice: StyleChoice
    picture: Any | None
    effect: Any | None = None
    hint: str = ""
    own: bool = False
    style: Style | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """Which style it is, whatever its settings."""
        return key(self.choice)


def key(choice: StyleChoice) -> tuple[Any, ...]:
    """Which style a choice means: the same for every weight, scale and region."""
    return choice.library, choice.file, choice.layer.id if choice.layer else None, choice.crop


def library_entry(style: Style) -> Entry:
    choice = StyleChoice(library=style.id, title=style.title, scale=style.suggested_scale)
    hint = "\n".join(part for part in (style.title, style.description, style.credit) if part)
    picture, effect = pictures.decoded(style.thumbnail), pictures.decoded(style.effect_thumbnail)
    return Entry(choice, picture, effect, hint, not style.builtin, style)


class Gallery(Gtk.Box):  # type: ignore[misc]
    """changed: called with the chosen entries, in the order they were chosen, and whether a person chose just now.

    remove: called with the entry that a person wants out of the library.
    """

    def __init__(self, changed: Callable[[list[Entry], bool], None], remove: Callable[[Entry], None]) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._changed, self._remove = changed, remove
        self._entries: list[Entry] = []
        self._chosen: list[tuple[Any, ...]] = []
        self._quiet = False
        self._flow = Gtk.FlowBox(selection_mode=Gtk.SelectionMode.MULTIPLE, homogeneous=True, activate_on_single_click=False, valign=Gtk.Align.START)
        self._flow.set_property("row-spacing", ROOM)
        self._flow.set_property("column-spacing", ROOM)
        self._flow.set_min_children_per_line(3)
        self._flow.set_max_children_per_line(8)
        self._flow.get_accessible().set_name(strings.GALLERY)
        self._flow.connect("selected-children-changed", self._on_selection)
        self._flow.connect("button-press-event", self._on_press)
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER, shadow_type=Gtk.ShadowType.IN, min_content_height=300)
        scrolled.add(self._flow)
        self._notice = Gtk.Label(label=strings.LOADING_STYLES, wrap=True, max_width_chars=40, margin=24)
        self._stack = Gtk.Stack()
        self._stack.add_named(self._notice, "notice")
        self._stack.add_named(scrolled, "styles")
        self.pack_start(self._stack, True, True, 0)

    def say(self, sentence: str) -> None:
        """Shows a sentence in place of the styles, as long as there are none."""
        self._notice.set_text(sentence)
        self._stack.set_visible_child_name("styles" if self._entries else "notice")

    def show_entries(self, entries: list[Entry]) -> None:
        """Replaces what is shown. Whatever is chosen stays chosen."""
        self._entries = entries
        self._quiet = True
        for child in self._flow.get_children():
            self._flow.remove(child)
        for entry in entries:
            self._flow.add(_tile(entry))
        self._flow.show_all()
        self._quiet = False
        self.choose([chosen for chosen in self._chosen if any(entry.key == chosen for entry in entries)])
        self._stack.set_visible_child_name("styles" if entries else "notice")

    def choose(self, keys: list[tuple[Any, ...]]) -> None:
        """Chooses exactly these."""
        self._chosen = list(keys)
        self._quiet = True
        self._flow.unselect_all()
        for child, entry in zip(self._flow.get_children(), self._entries, strict=True):
            if entry.key in keys:
                self._flow.select_child(child)
        self._quiet = False
        GLib.idle_add(self._reveal)
        self._tell(by_hand=False)

    def _reveal(self) -> bool:
        """Scrolls to the first chosen one."""
        if selected := self._flow.get_selected_children():
            place = selected[0].get_allocation()
            self._flow.get_parent().get_parent().get_vadjustment().clamp_page(place.y, place.y + place.height)
        return False

    def _on_selection(self, _flow: Any) -> None:
        if self._quiet:
            return
        selected = [self._entries[child.get_index()].key for child in self._flow.get_selected_children()]
        self._chosen = [known for known in self._chosen if known in selected] + [new for new in selected if new not in self._chosen]
        self._tell(by_hand=True)

    def _tell(self, by_hand: bool) -> None:
        by_key = {entry.key: entry for entry in self._entries}
        self._changed([by_key[chosen] for chosen in self._chosen if chosen in by_key], by_hand)

    def _on_press(self, flow: Any, event: Any) -> bool:
        child = flow.get_child_at_pos(int(event.x), int(event.y))
        if event.button != Gdk.BUTTON_SECONDARY or child is None or not self._entries[child.get_index()].own:
            return False
        entry = self._entries[child.get_index()]
        menu = Gtk.Menu(attach_widget=flow)
        item = Gtk.MenuItem(label=strings.REMOVE_STYLE)
        item.connect("activate", lambda _item: self._remove(entry))
        menu.append(item)
        menu.show_all()
        menu.popup_at_pointer(event)
        return True


def _tile(entry: Entry) -> Any:
    image = Gtk.Image(pixbuf=pictures.square(entry.picture, TILE)) if entry.picture else Gtk.Image(icon_name="image-x-generic", pixel_size=TILE // 2)
    image.set_size_request(TILE, TILE)
    name = Gtk.Label(label=entry.choice.name, ellipsize=Pango.EllipsizeMode.END, max_width_chars=13, width_chars=13)
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2, margin=ROOM)
    box.pack_start(image, False, False, 0)
    box.pack_start(name, False, False, 0)
    child = Gtk.FlowBoxChild(tooltip_text=entry.hint or entry.choice.name)
    child.get_accessible().set_name(entry.choice.name)
    child.add(box)
    return child
