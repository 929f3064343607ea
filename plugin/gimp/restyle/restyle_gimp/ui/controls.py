"""Owns the settings beside the gallery: strength, quality, work size, colours, and what lies under "More"."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gi.repository import Gtk
from restyle_contract.limits import LARGEST_SEED
from restyle_contract.parameters import AUTOMATIC_SIZE, FULL_SIZE, NUMBERS, Number
from restyle_editor.recipes import Recipe, StyleChoice

from .. import strings

SIZES = (256, 512, 768, 1024, 1536, 2048, 3072, 4096)  # px
BY_HAND = ("strength", "color_mix", "seed", "tv")  # numbers with a control of their own kind
OF_CONTENT = (
    strings.KEY_STRENGTH, strings.KEY_SIZE, strings.KEY_COLOR, strings.KEY_COLOR_MIX, strings.KEY_START, strings.KEY_LAYERS, strings.NUMBERS["legibility"],
)  # fmt: skip
USUAL_SIZE = 512  # px, a CPU's, until the server has told its own


class Controls(Gtk.Box):  # type: ignore[misc]
    """longest: px, of what is painted. changed: called when a setting changed. texture: what is painted has no content, and so no settings of one."""

    def __init__(self, longest: int, changed: Callable[[], None], texture: bool = False) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=8)
        self._longest, self._changed, self._quiet, self._texture = longest, changed, False, texture
        self._default_size = USUAL_SIZE
        self._touched = False  # strength or colours were chosen by a person
        self._kept = Recipe()  # settings without a control here, of a preset or a script, are kept
        self._grid = Gtk.Grid(column_spacing=10, row_spacing=8)
        self._build_main()
        self.pack_start(self._grid, False, False, 0)
        expander = Gtk.Expander(label=strings.KEY_MORE, use_underline=True)
        self._grid = Gtk.Grid(column_spacing=10, row_spacing=8, margin_top=8)
        self._build_more()
        expander.add(self._grid)
        self.pack_start(expander, False, False, 0)

    def _build_main(self) -> None:
        self._strength = Gtk.Scale(adjustment=Gtk.Adjustment(value=50, lower=0, upper=100, step_increment=1, page_increment=10), digits=0, hexpand=True)
        self._strength.set_value_pos(Gtk.PositionType.RIGHT)
        for place, text in ((0, strings.STRENGTH_LOW), (50, None), (100, strings.STRENGTH_HIGH)):
            self._strength.add_mark(place, Gtk.PositionType.BOTTOM, f"<small>{text}</small>" if text else None)
        self._strength.connect("value-changed", self._touch)
        self._attach(strings.KEY_STRENGTH, self._strength)
        self._qualities = {}
        box, first = Gtk.Box(homogeneous=True), None
        box.get_style_context().add_class("linked")
        for value, title in strings.QUALITIES.items():
            button = Gtk.RadioButton.new_with_label_from_widget(first, title)
            button.set_mode(False)
            button.set_tooltip_text(strings.QUALITY_HINTS[value])
            button.connect("toggled", self._tell)
            box.pack_start(button, True, True, 0)
            self._qualities[value], first = button, first or button
        self._attach(strings.KEY_QUALITY, box)
        self._size = Gtk.ComboBoxText(hexpand=True, tooltip_text=strings.SIZE_HINT)
        self._fill_sizes()
        self._size.connect("changed", self._tell)
        self._attach(strings.KEY_SIZE, self._size)
        self._color = self._combo(strings.COLORS)
        self._color.connect("changed", self._touch)
        self._attach(strings.KEY_COLOR, self._color)
        if self._texture:
            self._add_seamless()

    def _build_more(self) -> None:
        self._color_mix = self._slider(0, 1, 0.05, 2)
        self._attach(strings.KEY_COLOR_MIX, self._color_mix)
        self._seed = Gtk.SpinButton(adjustment=Gtk.Adjustment(lower=0, upper=LARGEST_SEED, step_increment=1), hexpand=True, tooltip_text=strings.SEED_HINT)
        self._seed.connect("value-changed", self._tell)
        another = Gtk.Button(label=strings.SEED_NEW)
        another.connect("clicked", lambda _button: self._seed.set_value(random.randrange(1_000_000)))
        box = Gtk.Box(spacing=6)
        box.pack_start(self._seed, True, True, 0)
        box.pack_start(another, False, False, 0)
        self._attach(strings.KEY_SEED, box, self._seed)
        self._tv = Gtk.SpinButton(adjustment=Gtk.Adjustment(value=1, lower=0, upper=100, step_increment=0.25), digits=2, hexpand=True)
        self._tv.connect("value-changed", self._tell)
        self._attach(strings.KEY_SMOOTHNESS, self._tv)
        self._further = {each.name: self._spin(each) for each in NUMBERS.values() if each.title and each.name not in BY_HAND}
        for name, spin in self._further.items():
            self._attach(strings.NUMBERS[name], spin)
        self._symmetry = self._combo(strings.SYMMETRIES)
        self._attach(strings.KEY_SYMMETRY, self._symmetry)
        self._objective = self._combo(strings.OBJECTIVES)
        self._attach(strings.KEY_OBJECTIVE, self._objective)
        self._start = self._combo(strings.STARTS)
        self._attach(strings.KEY_START, self._start)
        if not self._texture:
            self._add_seamless()
        self._layers = self._combo(strings.LAYERS_WAYS)
        self._layers.set_tooltip_text(strings.LAYERS_HINT)
        self._attach(strings.KEY_LAYERS, self._layers)
        self._weights = self._combo(strings.WEIGHTS_NAMES)
        self._attach(strings.KEY_WEIGHTS, self._weights)

    def _add_seamless(self) -> None:
        self._seamless = self._combo(strings.SEAMLESS_WAYS)
        self._seamless.set_tooltip_text(strings.SEAMLESS_HINT)
        self._attach(strings.KEY_SEAMLESS, self._seamless)

    def show_recipe(self, recipe: Recipe) -> None:
        """Sets every control; the styles are others' business."""
        self._quiet = True
        self._strength.set_value(recipe.strength)
        self._qualities[recipe.preset].set_active(True)
        self._size.set_active_id(str(recipe.size))
        if self._size.get_active_id() is None:
            self._size.append(str(recipe.size), strings.SIZE_PX.format(size=recipe.size))
            self._size.set_active_id(str(recipe.size))
        for combo, value in self._choices(recipe):
            combo.set_active_id(value)
        self._color_mix.set_value(recipe.color_mix)
        self._seed.set_value(recipe.seed)
        self._tv.set_value(recipe.tv)
        for name, spin in self._further.items():
            spin.set_value(getattr(recipe, name))
        self._touched = (recipe.strength, recipe.color) != (Recipe().strength, Recipe().color)
        self._kept = recipe
        self._quiet = False
        self._changed()

    def suggest(self, strength: float | None, color: str | None) -> None:
        """What suits a style, as long as nobody has chosen a strength or colours here."""
        if self._touched:
            return
        default = Recipe()
        self._strength.set_value(default.strength if strength is None else strength)
        self._color.set_active_id(color or default.color)
        self._touched = False

    def settle(self, strength: float | None, color: str | None) -> None:
        """The styles that are chosen suggest this: where just that is set, nobody has chosen a strength or colours."""
        default = Recipe()
        if (self._kept.strength, self._kept.color) == (default.strength if strength is None else round(strength), color or default.color):
            self._touched = False

    def recipe(self, styles: tuple[StyleChoice, ...]) -> Recipe:
        """What is set now."""
        further: dict[str, Any] = {name: int(spin.get_value()) if NUMBERS[name].whole else round(spin.get_value(), 2) for name, spin in self._further.items()}
        return replace(
            self._kept,
            styles=styles,
            strength=round(self._strength.get_value()),
            preset=next(value for value, button in self._qualities.items() if button.get_active()),
            size=int(self._size.get_active_id()),
            color=self._color.get_active_id(),
            color_mix=round(self._color_mix.get_value(), 2),
            seed=int(self._seed.get_value()),
            objective=self._objective.get_active_id(),
            tv=round(self._tv.get_value(), 2),
            start=self._start.get_active_id(),
            symmetry=self._symmetry.get_active_id(),
            seamless=self._seamless.get_active_id(),
            layers=self._layers.get_active_id(),
            weights=self._weights.get_active_id(),
            **further,
        )

    def tell_default_size(self, size: int) -> None:
        """What "Automatic" means on this server."""
        self._default_size = size
        self._refill()

    def measure(self, longest: int) -> None:
        """Another layer is painted. longest: px."""
        self._longest = longest
        self._refill()

    def _refill(self) -> None:
        chosen, self._quiet = self._size.get_active_id(), True
        self._fill_sizes()
        if not self._size.set_active_id(chosen):  # this layer is smaller than that size
            self._size.set_active_id(str(FULL_SIZE))
        self._quiet = False

    def _choices(self, recipe: Recipe) -> list[tuple[Any, str]]:
        return [
            (self._color, recipe.color),
            (self._objective, recipe.objective),
            (self._start, recipe.start),
            (self._symmetry, recipe.symmetry),
            (self._seamless, recipe.seamless),
            (self._layers, recipe.layers),
            (self._weights, recipe.weights),
        ]

    def _fill_sizes(self) -> None:
        self._size.remove_all()
        self._size.append(str(AUTOMATIC_SIZE), strings.IN_PX.format(words=strings.SIZE_AUTOMATIC, size=min(self._default_size, self._longest)))
        for size in SIZES:
            if size < self._longest:
                self._size.append(str(size), strings.SIZE_PX.format(size=size))
        self._size.append(str(FULL_SIZE), strings.IN_PX.format(words=strings.SIZE_FULL, size=self._longest))
        self._size.set_active(0)

    def _combo(self, words: dict[str, str]) -> Any:
        combo = Gtk.ComboBoxText(hexpand=True)
        for value, title in words.items():
            combo.append(value, title)
        combo.set_active(0)
        combo.connect("changed", self._tell)
        return combo

    def _spin(self, number: Number) -> Any:
        """A control of a number that the contract declares and that has no other here."""
        adjustment = Gtk.Adjustment(value=number.default or 0, lower=number.lowest, upper=number.highest, step_increment=number.step)
        spin = Gtk.SpinButton(adjustment=adjustment, digits=0 if number.whole else 2, hexpand=True)
        spin.connect("value-changed", self._tell)
        return spin

    def _slider(self, lowest: float, highest: float, step: float, digits: int) -> Any:
        scale = Gtk.Scale(adjustment=Gtk.Adjustment(value=highest, lower=lowest, upper=highest, step_increment=step), digits=digits, hexpand=True)
        scale.set_value_pos(Gtk.PositionType.RIGHT)
        scale.connect("value-changed", self._tell)
        return scale

    def _attach(self, title: str, widget: Any, target: Any = None) -> None:
        row = len(self._grid.get_children()) // 2
        label = Gtk.Label(label=title, use_underline=True, xalign=0, mnemonic_widget=target or widget)
        if self._texture and title in OF_CONTENT:
            for each in (label, widget):
                each.set_no_show_all(True)
        (target or widget).get_accessible().set_name(title.replace("_", ""))
        self._grid.attach(label, 0, row, 1, 1)
        self._grid.attach(widget, 1, row, 1, 1)

    def _touch(self, *_: Any) -> None:
        self._touched = True
        self._tell()

    def _tell(self, *_: Any) -> None:
        if not self._quiet:
            self._changed()
