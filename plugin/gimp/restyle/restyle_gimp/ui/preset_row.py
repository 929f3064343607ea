"""Owns the row of a person's own presets: choosing one, keeping the present settings as one, and removing one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gtk
from restyle_contract.settings import RecipeError
from restyle_editor import presets
from restyle_editor.recipes import Recipe, recipe_from

from .. import strings
from ..host.background import soon


class PresetRow(Gtk.Box):  # type: ignore[misc]
    """current: what is set now. chosen: called with the settings of a preset. told: called with a sentence when something can't be done."""

    def __init__(self, found: presets.Presets, current: Callable[[], Recipe], chosen: Callable[[Recipe], None], told: Callable[[str], None]) -> None:
        super().__init__(spacing=6)
        self._presets, self._current, self._chosen, self._told = found, current, chosen, told
        self._quiet = False
        self._combo = Gtk.ComboBoxText(hexpand=True)
        self._combo.get_accessible().set_name(strings.PRESETS)
        self._combo.connect("changed", self._on_choice)
        save = Gtk.Button(label=strings.PRESET_SAVE, tooltip_text=strings.PRESET_HINT)
        save.connect("clicked", lambda button: soon(lambda: self._on_save(button)))
        self._remove = Gtk.Button(image=Gtk.Image(icon_name="edit-delete"), tooltip_text=strings.PRESET_REMOVE, sensitive=False)
        self._remove.get_accessible().set_name(strings.PRESET_REMOVE)
        self._remove.connect("clicked", self._on_remove)
        label = Gtk.Label(label=strings.PRESETS, xalign=0)
        self.pack_start(label, False, False, 0)
        self.pack_start(self._combo, True, True, 0)
        self.pack_start(save, False, False, 0)
        self.pack_start(self._remove, False, False, 0)
        self._fill("")

    def _fill(self, active: str) -> None:
        self._quiet = True
        self._combo.remove_all()
        self._combo.append("", strings.PRESET_NONE)
        for name in self._presets.names():
            self._combo.append(name, name)
        self._combo.set_active_id(active)
        self._remove.set_sensitive(bool(active))
        self._quiet = False

    def _on_choice(self, combo: Any) -> None:
        if self._quiet:
            return
        name = combo.get_active_id()
        self._remove.set_sensitive(bool(name))
        if not name:
            return
        try:
            self._chosen(recipe_from(self._presets.load(name), Recipe(styles=self._current().styles)))
        except RecipeError as error:
            self._told(f"{error}.")

    def _on_save(self, button: Any) -> None:
        name = _ask_name(button.get_toplevel(), self._combo.get_active_id() or "")
        if not name:
            return
        try:
            path = self._presets.save(name, presets.settings_of(self._current()))
        except RecipeError as error:
            self._told(f"{error}.")
            return
        self._fill(path.stem)

    def _on_remove(self, _button: Any) -> None:
        try:
            self._presets.remove(self._combo.get_active_id())
        except RecipeError as error:
            self._told(f"{error}.")
        self._fill("")


def _ask_name(parent: Any, proposed: str) -> str:
    dialog = Gtk.Dialog(title=strings.PRESET_SAVE, transient_for=parent, modal=True)
    dialog.add_buttons(strings.KEY_CANCEL, Gtk.ResponseType.CANCEL, strings.PRESET_KEEP, Gtk.ResponseType.OK)
    dialog.set_default_response(Gtk.ResponseType.OK)
    entry = Gtk.Entry(text=proposed, activates_default=True, width_chars=28)
    entry.get_accessible().set_name(strings.PRESET_NAME)
    label = Gtk.Label(label=strings.PRESET_NAME, xalign=0, mnemonic_widget=entry)
    content = dialog.get_content_area()
    content.set_property("margin", 12)
    content.set_spacing(8)
    content.pack_start(label, False, False, 0)
    content.pack_start(entry, False, False, 0)
    dialog.show_all()
    answer, name = dialog.run(), entry.get_text()
    dialog.destroy()
    return name if answer == Gtk.ResponseType.OK else ""
