"""Owns the list of chosen styles: each one's share, size of strokes and region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gi.repository import Gtk, Pango
from restyle_contract.limits import STYLE_SCALES
from restyle_editor.recipes import StyleChoice
from restyle_editor.sentences import AUTOMATIC_STROKES, STROKES_STEP

from .. import strings
from ..host.recipe import EVERYWHERE, LAYER_MASK
from . import pictures
from .gallery import Entry, key

PICTURE = 52  # px
STROKES_WIDTH = 13  # letters: "automatic: 0.7"


class SelectedStyles(Gtk.Box):  # type: ignore[misc]
    """regions: pairs of a region's name and its title. changed: called when a setting changed. chosen: the size that a style's automatic strokes had the last
    time; None: nobody knows."""

    def __init__(self, regions: list[tuple[str, str]], changed: Callable[[], None], chosen: Callable[[StyleChoice], float | None] = lambda _: None) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=8)
        self._regions, self._changed, self._chosen = regions, changed, chosen
        self._settings: dict[tuple[Any, ...], StyleChoice] = {}
        self._order: list[tuple[Any, ...]] = []

    @property
    def styles(self) -> tuple[StyleChoice, ...]:
        """The chosen styles as they are set now."""
        return tuple(self._settings[each] for each in self._order)

    def offer(self, regions: list[tuple[str, str]]) -> None:
        """Other regions, from the next time that entries are shown."""
        self._regions = regions

    def remember(self, choices: tuple[StyleChoice, ...]) -> None:
        """The settings to use when one of these styles is shown."""
        self._settings.update({key(choice): choice for choice in choices})

    def forget_order(self) -> None:
        """Nothing is chosen, until the next entries are shown."""
        self._order = []

    def show_entries(self, entries: list[Entry]) -> None:
        for child in self.get_children():
            self.remove(child)
        self._order = [entry.key for entry in entries]
        for entry in entries:
            kept = self._settings.get(entry.key)
            self._settings[entry.key] = entry.choice if kept is None else replace(kept, title=kept.title or entry.choice.title)
            self.pack_start(self._row(entry, len(entries) > 1), False, False, 0)
        if not entries:
            self.pack_start(_dimmed(strings.CHOSEN_EMPTY), False, False, 12)
        self.show_all()
        self._changed()

    def _row(self, entry: Entry, several: bool) -> Any:
        choice = self._settings[entry.key]
        grid = Gtk.Grid(column_spacing=6, row_spacing=2)
        shown = [picture for picture in (entry.picture, entry.effect) if picture is not None]
        for column, picture in enumerate(shown[:2]):
            grid.attach(Gtk.Image(pixbuf=pictures.square(picture, PICTURE), valign=Gtk.Align.START), column, 0, 1, 2)
        grid.attach(Gtk.Label(label=choice.name, xalign=0, hexpand=True, ellipsize=Pango.EllipsizeMode.END, max_width_chars=18), 2, 0, 1, 1)
        grid.attach(self._strokes(entry, choice), 2, 1, 1, 1)
        below = Gtk.Box(spacing=6)  # beside the strokes, a share would make the dialog wider than small screens are
        if several:
            below.pack_start(self._share(entry, choice), False, False, 0)
        if len(self._regions) > 1:
            below.pack_start(self._region(entry, choice), True, True, 0)
        grid.attach(below, 0, 2, 3, 1)
        return grid

    def _strokes(self, entry: Entry, choice: StyleChoice) -> Any:
        """A number whose lowest value is automatic, as which it begins; the first step up leads to what was chosen the last time."""
        chosen = self._chosen(choice)
        begin = chosen or 1.0
        spin = _spin(choice.scale or AUTOMATIC_STROKES, AUTOMATIC_STROKES, STYLE_SCALES[1], STROKES_STEP, STROKES_WIDTH)

        def changed(widget: Any) -> None:
            value, was_automatic = round(widget.get_value(), 2), self._settings[entry.key].scale is None
            if was_automatic and value == STYLE_SCALES[0] != begin:
                widget.set_value(begin)  # comes here again
                return
            self._set(entry, scale=None if value < STYLE_SCALES[0] else value)

        def shown(widget: Any) -> bool:
            if widget.get_value() >= STYLE_SCALES[0]:
                return False
            widget.set_text(strings.automatic_strokes(chosen))
            return True

        spin.connect("output", shown)
        spin.connect("value-changed", changed)
        spin.set_tooltip_text(strings.STROKES_HINT)
        spin.update()
        return _titled(strings.STROKES, spin, entry)

    def _share(self, entry: Entry, choice: StyleChoice) -> Any:
        spin = _spin(choice.weight, 0.05, 20.0, 0.25, 5)
        spin.connect("value-changed", lambda widget: self._set(entry, weight=round(widget.get_value(), 2)))
        return _titled(strings.SHARE, spin, entry)

    def _region(self, entry: Entry, choice: StyleChoice) -> Any:
        combo = Gtk.ComboBoxText(hexpand=True)
        for name, title in self._regions:
            combo.append(name or "everywhere", title)
        combo.set_active_id(choice.region or "everywhere")
        if combo.get_active_id() is None:
            combo.set_active_id("everywhere")
        combo.get_accessible().set_name(f"{strings.REGION}, {entry.choice.name}")
        combo.connect("changed", lambda widget: self._set(entry, region=self._regions[widget.get_active()][0]))
        box = Gtk.Box(spacing=6)
        box.pack_start(_dimmed(strings.REGION), False, False, 0)
        box.pack_start(combo, True, True, 0)
        return box

    def _set(self, entry: Entry, **values: Any) -> None:
        self._settings[entry.key] = replace(self._settings[entry.key], **values)
        self._changed()


def regions(image: Any, layer: Any) -> list[tuple[str, str]]:
    """Everywhere, the layer's mask, and the image's channels."""
    found = [(EVERYWHERE, strings.EVERYWHERE)]
    if layer.get_mask() is not None:
        found.append((LAYER_MASK, strings.LAYER_MASK))
    return found + [(channel.get_name(), strings.CHANNEL.format(name=channel.get_name())) for channel in image.get_channels()]


def _spin(value: float, lowest: float, highest: float, step: float, letters: int) -> Any:
    return Gtk.SpinButton(adjustment=Gtk.Adjustment(value=value, lower=lowest, upper=highest, step_increment=step), digits=2, width_chars=letters)


def _titled(title: str, spin: Any, entry: Entry) -> Any:
    spin.get_accessible().set_name(f"{title}, {entry.choice.name}")
    box = Gtk.Box(spacing=4)
    box.pack_start(_dimmed(title), False, False, 0)
    box.pack_start(spin, False, False, 0)
    return box


def _dimmed(text: str) -> Any:
    label = Gtk.Label(label=text, xalign=0, wrap=True)
    label.get_style_context().add_class("dim-label")
    return label
