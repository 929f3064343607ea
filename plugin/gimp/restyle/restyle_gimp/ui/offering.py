"""Owns the window that is there before any other while there is no painter: what would be installed, how far that is, and the buttons that do and undo it."""

from __future__ import annotations

from typing import Any

from gi.repository import Gdk, GimpUi, GLib, Gtk
from restyle_editor.painter import Installation, Stage

from .. import strings
from ..host.background import Background
from ..host.failures import Cancelled
from .running import PULSE_MS, thicken

INSTALL, AGAIN, GO_ON, STOP, UNDO, LOG = range(1, 7)
WIDTH = 62  # letters


def offer(background: Background) -> None:
    """Returns when there is a painter, or when this plug-in can't install any. Cancelled when the person closes the window before."""
    window = _Window(background)
    try:
        window.run()
    finally:
        window.close()


class _Window:
    def __init__(self, background: Background) -> None:
        self._dialog: Any = None
        self._installation = Installation(background.tell, self._show)
        self._pulse = 0

    def run(self) -> None:
        if not self._installation.offered:
            return
        self._build()
        self._installation.look()
        deeds = {
            INSTALL: self._installation.install,
            AGAIN: self._installation.retry,
            GO_ON: self._installation.finish,
            STOP: self._installation.cancel,
            UNDO: self._installation.undo,
            LOG: self._open_log,
        }
        while self._installation.offered:
            deed = deeds.get(self._dialog.run())
            if deed is None:
                raise Cancelled  # with this process its installation ends, too
            deed()

    def close(self) -> None:
        if self._pulse:
            GLib.source_remove(self._pulse)
        if self._dialog is not None:
            self._dialog.destroy()
            self._dialog = None

    def _build(self) -> None:
        self._dialog = GimpUi.Dialog(title=strings.PAINTER_TITLE, role="restyle-painter", use_header_bar=0)
        self._buttons = {
            answer: self._dialog.add_button(words, answer)
            for answer, words in (
                (LOG, strings.PAINTER_LOG),
                (UNDO, strings.PAINTER_UNDO),
                (STOP, strings.CANCEL),
                (Gtk.ResponseType.CLOSE, strings.CLOSE),
                (AGAIN, strings.RETRY),
                (INSTALL, strings.PAINTER_INSTALL),
                (GO_ON, strings.PAINTER_GO_ON),
            )
        }
        self._buttons[UNDO].set_tooltip_text(strings.PAINTER_UNDO_HINT)
        self._buttons[LOG].set_tooltip_text(strings.PAINTER_LOG_HINT.format(log=self._installation.log))
        self._words = Gtk.Label(xalign=0, yalign=0, wrap=True, selectable=True, can_focus=False, max_width_chars=WIDTH, width_chars=WIDTH)
        self._line = Gtk.Label(xalign=0, ellipsize=3, max_width_chars=WIDTH)  # Pango.EllipsizeMode.END
        self._bar = Gtk.ProgressBar()
        self._bar.get_accessible().set_name(strings.PAINTER_PROGRESS)
        thicken(self._bar)
        content = self._dialog.get_content_area()
        content.set_property("margin", 12)
        content.set_spacing(8)
        for each in (self._words, self._bar, self._line):
            content.pack_start(each, False, False, 0)
        self._dialog.show_all()
        self._show()
        self._pulse = GLib.timeout_add(PULSE_MS, self._beat)

    def _show(self) -> None:
        now = self._installation
        if self._dialog is None or not now.offered:
            return
        self._words.set_text(now.words)
        self._line.set_text(now.line)
        self._line.set_tooltip_text(now.line)
        self._bar.set_visible(now.busy)
        self._line.set_visible(now.busy)
        if now.share is not None:
            self._bar.set_fraction(now.share)
        shown = {
            INSTALL: now.can_install,
            AGAIN: now.can_retry,
            GO_ON: now.stage is Stage.DONE,
            STOP: now.stage in (Stage.WORKING, Stage.CANCELLING),
            UNDO: now.can_undo,
            LOG: now.has_log,
            Gtk.ResponseType.CLOSE: now.stage not in (Stage.WORKING, Stage.CANCELLING, Stage.REMOVING),
        }
        for answer, wanted in shown.items():
            self._buttons[answer].set_visible(wanted)
        self._buttons[STOP].set_sensitive(now.stage is Stage.WORKING)
        for answer in (INSTALL, GO_ON):
            if shown[answer]:
                self._dialog.set_default_response(answer)

    def _beat(self) -> bool:
        if self._installation.share is None:
            self._bar.pulse()
        return True

    def _open_log(self) -> None:
        try:
            Gtk.show_uri_on_window(self._dialog, self._installation.log.as_uri(), Gdk.CURRENT_TIME)
        except GLib.Error:  # nothing on this desktop opens texts
            self._words.set_text(strings.PAINTER_LOG_HINT.format(log=self._installation.log))
