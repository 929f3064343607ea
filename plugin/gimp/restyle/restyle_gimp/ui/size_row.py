"""Owns the row of the size that a texture is to have: width and height."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gtk
from restyle_contract.limits import LARGEST_SIDE, SMALLEST_SIDE

from .. import strings

STEP, PAGE = 16, 256  # px


class SizeRow(Gtk.Box):  # type: ignore[misc]
    """Two numbers in px."""

    def __init__(self, width: int, height: int, changed: Callable[[int, int], None]) -> None:
        """changed: is told the new width and height."""
        super().__init__(spacing=10)
        self._sides, self._changed = [self._side(strings.KEY_WIDTH, width), self._side(strings.KEY_HEIGHT, height)], changed

    def _side(self, title: str, side: int) -> Any:
        spin = Gtk.SpinButton(
            adjustment=Gtk.Adjustment(value=side, lower=SMALLEST_SIDE, upper=LARGEST_SIDE, step_increment=STEP, page_increment=PAGE), hexpand=True
        )
        spin.connect("value-changed", lambda _spin: self._changed(*(int(one.get_value()) for one in self._sides)))
        spin.get_accessible().set_name(title.replace("_", ""))
        self.pack_start(Gtk.Label(label=title, use_underline=True, mnemonic_widget=spin), False, False, 0)
        self.pack_start(spin, True, True, 0)
        return spin
