"""Owns the window while it paints: the growing picture, how far it is, Cancel and Stop and keep. GIMP stays usable meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gi.repository import GimpUi, GLib, Gtk
from restyle_client import Job, JobRequest, JobState, Preview, Progress, Result
from restyle_editor.job_thread import JobThread, Message, Outcome
from restyle_editor.revival import Restarting, Way
from restyle_editor.revival import paint as paint_alone
from restyle_editor.sequence import Course
from restyle_editor.steps import Steps, in_turns

from .. import strings
from ..host.background import Background
from ..host.failures import Cancelled
from ..host.painting import ended
from ..host.progress import state
from ..host.status_bar import StatusBar
from . import pictures

T = TypeVar("T")
STOP = 1
PICTURE = 480  # px, longest side of the growing picture
PULSE_MS = 120
LOOK_MS = 500  # between two looks at whether the image is still open
NOTE_SECONDS, NOTE_LETTERS = 3.0, 20  # that notes stay: the least, and letters that a person reads in a second
BAR = b"progressbar trough, progressbar progress { min-height: 10px; }"  # GIMP's theme has a hairline


class Running:
    """The window of a painting, or of several that are frames, one after the other. A context manager. wanted: whether there is still an image for it."""

    def __init__(self, title: str, first_picture: Any | None, wanted: Callable[[], bool]) -> None:
        self._background = Background()  # its own: a question of the dialog that is still under way may find its session lost, and ends that
        self._wanted = wanted
        self._status = StatusBar()
        self._painting: JobThread | None = None
        self._course: Course | None = None
        self._open = True
        self._outcome: Outcome | None = None
        self.preview: Preview | None = None  # the last of the painting
        self.ending = False  # the person spoke; only the outcome counts now
        self._over = True  # there is nothing more to wait for
        self._moving = False  # the bar shows a fraction
        self._walking = self._given_up = False  # steps are gone through in this process, and the person wants no more of it
        self._window = GimpUi.Dialog(title=strings.RUNNING_TITLE.format(title=title), role="restyle-running", use_header_bar=0)
        GimpUi.window_set_transient(self._window)  # else it is lost behind GIMP's window at the first click there
        self._stop = self._window.add_button(strings.KEY_STOP_AND_KEEP, STOP)
        self._cancel = self._window.add_button(strings.KEY_CANCEL, Gtk.ResponseType.CANCEL)
        self._stop.set_sensitive(False)
        self._picture = Gtk.Image()
        self._text = Gtk.Label(label=strings.CONNECTING, xalign=0, wrap=True, max_width_chars=56)
        self._bar = Gtk.ProgressBar()
        thicken(self._bar)
        self._bar.get_accessible().set_name(strings.TITLE)
        self._lay_out(first_picture)
        self._window.connect("response", self._on_response)
        self._window.connect("delete-event", lambda *_: True)  # the response has been heard; the window stays until the painting has ended

    def __enter__(self) -> Running:
        self._window.show_all()
        GLib.timeout_add(PULSE_MS, self._pulse)
        GLib.timeout_add(LOOK_MS, self._look)
        self._status.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._status.__exit__()
        self._window.destroy()
        self._background.close()

    def paint(self, request: JobRequest, way: Way = paint_alone, course: Course | None = None) -> Result | None:
        """Returns when it is over, with the window still open; None when it was cancelled. way: how the request becomes a painting. course: of the run that it
        is a frame of. Failure."""
        self._outcome, self._over, self._course = None, False, course
        self._painting = JobThread(request, lambda message: GLib.idle_add(self._on_message, message), self._background, way=way, more=strings.SEE_LOG)
        self._painting.start()
        Gtk.main()
        return ended(self._outcome or Outcome())

    def walk(self, steps: Steps[T]) -> T:
        """Goes through steps with the window alive. Cancelled, when the person gives up meanwhile."""
        self._walking, self._given_up, self._moving = True, False, True
        self._stop.set_sensitive(False)
        try:
            return in_turns(steps, self._turn)
        finally:
            self._walking = False

    def _turn(self, share: float | None) -> None:
        if share is not None:
            self._bar.set_fraction(share)
            self._status.show(self._text.get_text(), share)
        while Gtk.events_pending():
            Gtk.main_iteration()
        if self._given_up:
            raise Cancelled

    def say(self, text: str) -> None:
        """Shows a sentence at once, though the main loop is about to be busy."""
        self._text.set_text(text)
        while Gtk.events_pending():
            Gtk.main_iteration()

    def show_notes(self, notes: tuple[str, ...]) -> None:
        """Leaves the person time to read, and closes by itself."""
        self._bar.hide()
        self._stop.hide()
        self._text.set_text("\n".join(notes))
        self._cancel.set_label(strings.CLOSE)
        self._cancel.set_sensitive(True)
        GLib.timeout_add(round(1000 * max(NOTE_SECONDS, len("".join(notes)) / NOTE_LETTERS)), self._leave)
        Gtk.main()

    def _leave(self) -> bool:
        if Gtk.main_level():
            Gtk.main_quit()
        return False

    def _look(self) -> bool:
        """Whoever closes the image wants no painting of it."""
        if self._open and not self._over and not self.ending and not self._wanted():
            self._window.response(Gtk.ResponseType.CANCEL)
        return self._open

    def _lay_out(self, first_picture: Any | None) -> None:
        content = self._window.get_content_area()
        content.set_property("margin", 12)
        content.set_spacing(10)
        frame = Gtk.Frame(shadow_type=Gtk.ShadowType.IN, halign=Gtk.Align.CENTER)
        frame.add(self._picture)
        if first_picture is not None:
            self._show_picture(first_picture)
        content.pack_start(frame, True, True, 0)
        content.pack_start(self._text, False, False, 0)
        content.pack_start(self._bar, False, False, 0)

    def _show_picture(self, pixbuf: Any) -> None:
        self._picture.set_from_pixbuf(pictures.fitted(pixbuf, PICTURE, PICTURE))

    def _on_message(self, message: Message) -> bool:
        if isinstance(message, Outcome):
            self._outcome, self._over = message, True
            Gtk.main_quit()
        elif isinstance(message, Preview):
            self.preview = message
            self._show_picture(pictures.of_preview(message))
        elif not self.ending:
            self._show_state(message)
        return False

    def _show_state(self, message: Message) -> None:
        if isinstance(message, Progress) or (isinstance(message, Job) and message.state is JobState.RUNNING):
            self._stop.set_sensitive(True)
        elif isinstance(message, Restarting):
            self._stop.set_sensitive(False)
        if (now := state(message, self._course)) is not None:
            text, fraction = now
            self._text.set_text(text)
            self._moving = fraction > 0
            self._bar.set_fraction(fraction)
            self._status.show(text, fraction)

    def _on_response(self, _dialog: Any, response: int) -> None:
        if self._walking:
            self._given_up = response != STOP
        elif self._over or self._painting is None:
            self._leave()
        elif response == STOP:
            self._end(strings.FINISHING)
            self._painting.finish()
        else:  # Cancel, Escape or the window's own button; possible after Stop too
            self._end(strings.CANCELLING)
            self._cancel.set_sensitive(False)
            self._painting.cancel()

    def _end(self, text: str) -> None:
        self.ending, self._moving = True, False
        self._stop.set_sensitive(False)
        self._text.set_text(text)

    def _pulse(self) -> bool:
        if self._open and not self._over and not self._moving:
            self._bar.pulse()
        return self._open


def thicken(bar: Any) -> None:
    style = Gtk.CssProvider()
    style.load_from_data(BAR)
    bar.get_style_context().add_provider(style, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
