"""Owns the slider that lowers a finished painting's strength."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gtk
from restyle_editor import lowering

from .. import strings


class StrengthRow(Gtk.Box):  # type: ignore[misc]
    """moved: called when it has another strength."""

    def __init__(self, moved: Callable[[], None]) -> None:
        super().__init__(spacing=6)
        self._moved, self._painted, self._at = moved, 0.0, 0.0
        self._scale = Gtk.Scale(draw_value=True, digits=0, value_pos=Gtk.PositionType.RIGHT, tooltip_text=strings.LOWER_HINT)
        self._scale.set_range(0.0, 100.0)
        self._scale.set_increments(lowering.STEP, 2 * lowering.STEP)
        self._scale.get_accessible().set_name(strings.STRENGTH)
        self._scale.connect("format-value", lambda _scale, value: strings.lowered(value, self._painted) if self._painted > 0 else "")
        self._scale.connect("value-changed", self._on_value)
        label = Gtk.Label(label=strings.KEY_STRENGTH, use_underline=True, mnemonic_widget=self._scale)
        self.pack_start(label, False, False, 0)
        self.pack_start(self._scale, True, True, 0)

    def aim(self, painted: float) -> None:
        """A painting of this strength, 0–100; 0: there is none whose strength could be moved."""
        self._painted = self._at = painted
        self._scale.set_sensitive(painted > 0)
        self._scale.set_range(0.0, max(painted, 1.0))
        self._scale.set_value(painted)

    def grab_focus(self) -> None:
        """For the keyboard's arrows."""
        self._scale.grab_focus()

    @property
    def wanted(self) -> float | None:
        """The strength to ask for; None: the painting as it is."""
        return lowering.wanted(self._at, self._painted)

    def _on_value(self, scale: Any) -> None:
        at = lowering.place_of(scale.get_value(), self._painted)
        if scale.get_value() != at:
            scale.set_value(at)
        if at != self._at and self._painted:
            self._at = at
            self._moved()
