"""Owns the window of recent paintings: their pictures and facts; using their settings, going on from them, placing, comparing and forgetting them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from gi.repository import GLib, Gtk, Pango
from restyle_client import NotFound, Preview, Result, ResultExpired, WrongState
from restyle_editor import log
from restyle_editor.failures import Failure
from restyle_editor.history import SIDE, Keeping, Recent
from restyle_editor.lowering import Lowering, fixed

from .. import strings
from ..host import spots
from ..host.background import Background
from . import pictures
from .comparison import Comparison
from .strength_row import StrengthRow

PICTURE = 96  # px, in the list
WIDTH, HEIGHT = 400, 340  # px, what compares
LIST = 330  # px
TAKE, CONTINUE, PLACE, DELETE = 1, 2, 3, 4
AT_HAND = 200  # pictures that are kept decoded
_ID, _WORDS = 0, 1  # columns


@dataclass(frozen=True)
class Taken:
    """What a person took of the history. resume: go on from the painting itself; else its settings are wanted."""

    recent: Recent
    resume: bool


def ask(parent: Any, image: Any, background: Background, job: str = "") -> Taken | None:
    """None when nothing was taken, or what was done is done. job: of the painting that the window opens with; where it is not there, the newest."""
    window = _Window(parent, image, background, job)
    try:
        return window.run()
    finally:
        window.destroy()


class _Window:
    def __init__(self, parent: Any, image: Any, background: Background, job: str) -> None:
        self._image, self._background = image, background
        self._open = True
        self._placing = False  # a painting is being read; the window stays until it is placed, or can't be
        self._history = spots.history()
        self._keeping = Keeping(background, self._show_chosen)
        self._lowering = Lowering(background, self._lowered, self._not_lowered)
        self._aimed = ""  # id of the painting whose strength can be moved
        self._pictures: dict[str, Any] = {}
        self._dialog = Gtk.Dialog(title=strings.RECENT_TITLE, transient_for=parent, modal=True)
        for words, response, hint in (
            (strings.DELETE, DELETE, strings.DELETE_HINT),
            (strings.PLACE, PLACE, strings.PLACE_HINT),
            (strings.CONTINUE, CONTINUE, strings.CONTINUE_HINT),
            (strings.USE_SETTINGS, TAKE, strings.USE_SETTINGS_HINT),
            (strings.CLOSE, Gtk.ResponseType.CLOSE, ""),
        ):
            self._dialog.add_button(words, response).set_tooltip_text(hint or None)
        self._dialog.set_default_response(TAKE)
        self._store = Gtk.ListStore(str, str)
        self._view = self._list()
        self._comparison = Comparison(WIDTH, HEIGHT)
        self._strength = StrengthRow(self._moved)
        self._title = Gtk.Label(xalign=0, ellipsize=Pango.EllipsizeMode.END, max_width_chars=40)
        self._facts = Gtk.Label(xalign=0, wrap=True, max_width_chars=44)
        self._status = Gtk.Label(xalign=0, wrap=True, max_width_chars=44)
        self._lay_out()
        self._fill(job)
        self._opened_with = job if job in self._by_id else ""

    def run(self) -> Taken | None:
        self._dialog.show_all()
        self._show_chosen()
        if self._opened_with:  # whoever comes from a painting wants to move it
            self._strength.grab_focus()
        self._keeping.ask()
        while (answer := self._dialog.run()) in (PLACE, DELETE) or (self._placing and answer != Gtk.ResponseType.NONE):  # which is a window that was destroyed
            recent = self._chosen()
            if recent is not None and not self._placing:
                (self._place if answer == PLACE else self._delete)(recent)
        recent = self._chosen()
        return Taken(recent, answer == CONTINUE) if answer in (TAKE, CONTINUE) and recent is not None else None

    def destroy(self) -> None:
        self._open = False
        self._dialog.destroy()

    # ---- how it looks ----

    def _list(self) -> Any:
        view = Gtk.TreeView(model=self._store, headers_visible=False, fixed_height_mode=True)
        view.get_accessible().set_name(strings.RECENT_TITLE)
        column = Gtk.TreeViewColumn()
        column.set_sizing(Gtk.TreeViewColumnSizing.FIXED)
        picture = Gtk.CellRendererPixbuf(xpad=4, ypad=4, width=PICTURE + 8, height=PICTURE + 8)
        words = Gtk.CellRendererText(ellipsize=Pango.EllipsizeMode.END, xpad=6)
        column.pack_start(picture, False)
        column.pack_start(words, True)
        column.set_cell_data_func(picture, self._draw_picture)
        column.add_attribute(words, "text", _WORDS)
        view.append_column(column)
        view.get_selection().connect("changed", lambda _selection: self._show_chosen())
        view.connect("row-activated", lambda *_: self._dialog.response(TAKE))
        return view

    def _lay_out(self) -> None:
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER, shadow_type=Gtk.ShadowType.IN)
        scrolled.set_size_request(LIST, -1)
        scrolled.add(self._view)
        self._none = Gtk.Label(label=strings.RECENT_EMPTY, wrap=True, margin=24)
        right = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for widget in (self._comparison, self._strength, self._title, self._facts, self._status):
            right.pack_start(widget, widget is self._comparison, widget is self._comparison, 0)
        self._shown = Gtk.Box(spacing=14)
        self._shown.pack_start(scrolled, True, True, 0)
        self._shown.pack_start(right, False, False, 0)
        self._stack = Gtk.Stack()
        self._stack.add_named(self._shown, "list")
        self._stack.add_named(self._none, "none")
        content = self._dialog.get_content_area()
        content.set_property("margin", 12)
        content.set_spacing(10)
        content.pack_start(self._stack, True, True, 0)

    def _draw_picture(self, _column: Any, cell: Any, model: Any, row: Any, _data: Any) -> None:
        """Of a row that is seen: reading a thousand of them would take seconds."""
        job = model[row][_ID]
        if job not in self._pictures:
            while len(self._pictures) >= AT_HAND:
                del self._pictures[next(iter(self._pictures))]
            recent = self._by_id.get(job)
            found = self._picture(recent.picture) if recent is not None else None
            self._pictures[job] = pictures.square(found, PICTURE) if found is not None else None
        cell.set_property("pixbuf", self._pictures[job])

    # ---- what happens ----

    def _fill(self, job: str = "") -> None:
        """job: of the painting that is chosen; else the newest."""
        self._by_id = {each.id: each for each in self._history.recents}
        self._view.set_model(None)  # else it lays itself out for every row
        self._store.clear()
        for recent in self._history.recents:
            self._store.append((recent.id, "\n".join(recent.facts)))
        self._view.set_model(self._store)
        if self._by_id:
            path = Gtk.TreePath.new_from_indices([list(self._by_id).index(job) if job in self._by_id else 0])
            self._view.get_selection().select_path(path)
            self._view.scroll_to_cell(path, None, False, 0.0, 0.0)
        self._stack.set_visible_child_name("list" if self._by_id else "none")

    def _show_chosen(self) -> None:
        if not self._open:
            return
        recent = self._chosen()
        self._allow()
        if (recent.id if recent else "") != self._aimed:
            self._aim(recent)
        title, *facts = recent.facts if recent is not None else ("",)
        self._title.set_markup(f"<b>{GLib.markup_escape_text(title)}</b>")
        self._facts.set_text(" · ".join(facts))
        if not self._placing:
            self._status.set_text(self._keeping.words(recent) if recent is not None else "")

    def _aim(self, recent: Recent | None) -> None:
        """Shows another painting, at its own strength."""
        self._lowering.stop()
        self._aimed = recent.id if recent is not None else ""
        self._compare(recent, self._picture(recent.picture) if recent is not None and recent.picture else None)
        self._strength.aim(recent.recipe.strength if recent is not None and recent.before else 0.0)

    def _compare(self, recent: Recent | None, after: Any | None) -> None:
        self._comparison.show_pictures(self._picture(recent.before) if recent is not None and recent.before else None, after)

    def _moved(self) -> None:
        """The slider has another strength."""
        recent, strength = self._chosen(), self._strength.wanted
        if recent is None:
            return
        if strength is None:
            self._lowering.stop()
            self._compare(recent, self._picture(recent.picture))
            self._say(self._keeping.words(recent))
        else:
            self._lowering.show(recent.id, strength, SIDE)

    def _lowered(self, preview: Preview) -> None:
        recent = self._chosen()
        if self._open and recent is not None:
            picture, known = pictures.of_preview(preview), spots.sent_and_shown(recent)
            self._compare(recent, pictures.part(picture, known[1], known[0]) if known is not None else picture)
            self._say(strings.LOWER_SHOWS.format(strength=round(self._strength.wanted or 0)))

    def _not_lowered(self, sentence: str, error: BaseException) -> None:
        """The painting is seen as it would be placed, at its own strength."""
        if self._open:
            self._aim(self._chosen())
            if fixed(error):
                self._strength.aim(0.0)
            self._say(sentence)

    def _allow(self) -> None:
        """Has the buttons be of use for what is chosen."""
        recent = self._chosen()
        gone = recent is not None and self._keeping.gone(recent)
        for response in (TAKE, CONTINUE, PLACE, DELETE):
            self._dialog.set_response_sensitive(response, recent is not None and not self._placing and not (gone and response in (CONTINUE, PLACE)))
        self._dialog.set_response_sensitive(Gtk.ResponseType.CLOSE, not self._placing)
        self._strength.set_sensitive(recent is not None and not self._placing and not gone)

    def _chosen(self) -> Recent | None:
        model, row = self._view.get_selection().get_selected()
        return self._by_id.get(model[row][_ID]) if row is not None else None

    def _picture(self, name: str) -> Any | None:
        data = self._history.read(name)
        return pictures.decoded(data) if data is not None else None

    def _delete(self, recent: Recent) -> None:
        self._history.forget(recent.id)
        self._background.query(lambda session: session.delete(recent.id), lambda _none: None, lambda _sentence: None)
        self._fill()
        self._show_chosen()

    def _place(self, recent: Recent) -> None:
        self._hold(True)
        self._status.set_text(strings.PLACING)
        strength = self._strength.wanted

        def failed(sentence: str, error: BaseException) -> None:
            self._hold(False)
            gone = isinstance(error, (NotFound, ResultExpired)) or (isinstance(error, WrongState) and strength is None)
            self._say(strings.PLACE_GONE if gone else sentence)

        placed = recent if strength is None else replace(recent, recipe=replace(recent.recipe, strength=strength))
        wanted = recent.lowered if strength is None else strength
        self._background.ask(lambda session: session.read(recent.id, strength=wanted), lambda result: self._put(placed, result), failed)

    def _put(self, recent: Recent, result: Result) -> None:
        if not self._open:
            return
        self._hold(False)
        try:
            placed = spots.place_again(self._history, self._image, recent, result)
        except Failure as failure:
            self._say(str(failure))
            return
        log.write(f"“{recent.title}” is placed.")
        self._say("\n".join((strings.PLACED.format(name=placed.layer.get_name()), *placed.notes)))

    def _hold(self, placing: bool) -> None:
        self._placing = placing
        if self._open:
            self._allow()

    def _say(self, sentence: str) -> None:
        if self._open:
            self._status.set_text(sentence)
