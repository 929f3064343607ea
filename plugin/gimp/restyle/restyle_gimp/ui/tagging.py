"""Owns the question for a style's tags."""

from __future__ import annotations

from typing import Any

from gi.repository import Gtk

from .. import strings


def ask(parent: Any, name: str, tags: tuple[str, ...]) -> str | None:
    """The tags as they were written, with commas between; None when the person changed their mind. name: the style's. tags: that it has now."""
    dialog = Gtk.Dialog(title=strings.TAGS_OF.format(name=name), transient_for=parent, modal=True)
    dialog.add_buttons(strings.KEY_CANCEL, Gtk.ResponseType.CANCEL, strings.PRESET_KEEP, Gtk.ResponseType.OK)
    dialog.set_default_response(Gtk.ResponseType.OK)
    entry = Gtk.Entry(text=", ".join(tags), activates_default=True, width_chars=40)
    label = Gtk.Label(label=strings.TAGS_ASKED, xalign=0, wrap=True, mnemonic_widget=entry)
    entry.get_accessible().set_name(strings.TAGS)
    content = dialog.get_content_area()
    content.set_property("margin", 12)
    content.set_spacing(8)
    content.pack_start(label, False, False, 0)
    content.pack_start(entry, False, False, 0)
    dialog.show_all()
    words = entry.get_text() if dialog.run() == Gtk.ResponseType.OK else None
    dialog.destroy()
    return words
