"""Owns the words about a style, in a place of their own: a tooltip would lie on the tiles beside it. Of the one that is pointed at, else of what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gi.repository import GLib, Gtk, Pango

if TYPE_CHECKING:
    from .gallery import Entry

LINES = 3  # whatever is told, so that nothing below moves; the tooltip has all of it


class Words(Gtk.Label):  # type: ignore[misc]
    """As many of them as there is room for."""

    def __init__(self) -> None:
        super().__init__(xalign=0, yalign=0, wrap=True, max_width_chars=1, hexpand=True, ellipsize=Pango.EllipsizeMode.END, lines=LINES)
        self._chosen = self._pointed = ""
        _width, height = self.create_pango_layout("\n" * (LINES - 1)).get_pixel_size()
        self.set_size_request(-1, height)

    def choose(self, entries: list[Entry]) -> None:
        """These are chosen; the last of them is told of."""
        self._chosen = entries[-1].hint if entries else ""
        self._show()

    def point(self, entry: Entry | None) -> None:
        """The pointer, or the keyboard, is on this one; None: on none."""
        self._pointed = entry.hint if entry is not None else ""
        self._show()

    def _show(self) -> None:
        hint = self._pointed or self._chosen
        name, *told = [GLib.markup_escape_text(line) for line in hint.splitlines()] or [""]
        self.set_markup(" ".join((f"<b>{name}</b>", " · ".join(line.rstrip(".。") for line in told))) if name else "")
        self.set_tooltip_text(hint or None)
