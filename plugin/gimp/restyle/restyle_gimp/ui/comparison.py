"""Owns comparing a painting with what it was painted from: one picture, the layer on the left of a line that can be dragged, the painting on the right."""

from __future__ import annotations

from typing import Any

from gi.repository import Gdk, Gtk

from .. import strings
from . import pictures

LINE = 2  # px
STEP = 0.05  # of the width, for a key


class Comparison(Gtk.Box):  # type: ignore[misc]
    """Composed of pixbufs alone: not every GIMP's Python can draw with cairo."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._size = (width, height)
        self._before: Any | None = None
        self._after: Any | None = None
        self._image = Gtk.Image()
        self._image.set_size_request(width, height)
        self._image.get_accessible().set_name(strings.COMPARE)
        events = Gtk.EventBox(tooltip_text=strings.COMPARE_HINT)
        events.add_events(Gdk.EventMask.BUTTON_PRESS_MASK | Gdk.EventMask.BUTTON1_MOTION_MASK)
        events.connect("button-press-event", self._on_drag)
        events.connect("motion-notify-event", self._on_drag)
        events.add(self._image)
        self._none = Gtk.Label(label=strings.COMPARE_NONE, wrap=True, no_show_all=True)
        adjustment = Gtk.Adjustment(value=0.5, lower=0.0, upper=1.0, step_increment=STEP, page_increment=4 * STEP)
        self._slider = Gtk.Scale(adjustment=adjustment, draw_value=False, tooltip_text=strings.COMPARE_HINT)
        self._slider.get_accessible().set_name(strings.COMPARE)
        self._slider.connect("value-changed", lambda _slider: self._draw())
        self.pack_start(events, True, True, 0)
        self.pack_start(self._none, True, True, 0)
        self.pack_start(self._slider, False, False, 0)

    def show_pictures(self, before: Any | None, after: Any | None) -> None:
        """Pixbufs; None: there is none."""
        self._after = pictures.fitted(after, *self._size) if after is not None else None
        self._before = None
        if before is not None and self._after is not None:
            self._before = pictures.resized(before, self._after.get_width(), self._after.get_height())
        self._slider.set_sensitive(self._before is not None)
        self._none.set_visible(self._after is None)
        self._draw()

    def _draw(self) -> None:
        if self._after is None or self._before is None:
            self._image.set_from_pixbuf(self._after)
            return
        both, (width, height) = self._after.copy(), (self._after.get_width(), self._after.get_height())
        line = min(width - LINE, round(self._slider.get_value() * width))
        if line > 0:
            self._before.copy_area(0, 0, line, height, both, 0, 0)
        for x, color in ((line - 1, 0x00000080), (line + LINE, 0x00000080), (line, 0xFFFFFFFF)):  # seen on every picture: white, edged with black
            wide = LINE if color == 0xFFFFFFFF else 1
            if 0 <= x <= width - wide:
                both.new_subpixbuf(x, 0, wide, height).fill(color)
        self._image.set_from_pixbuf(both)

    def _on_drag(self, events: Any, event: Any) -> bool:
        if self._after is not None:
            left = (events.get_allocated_width() - self._after.get_width()) / 2
            self._slider.set_value((event.x - left) / self._after.get_width())
        return True
