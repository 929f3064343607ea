"""Owns the window of six drafts: what they differ in, and a click on the one to paint in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gi.repository import Gtk, Pango
from restyle_client import JobCancelled, Result, Style
from restyle_editor.failures import Failure
from restyle_editor.painting import Painting
from restyle_editor.progress import Phase
from restyle_editor.recipes import Recipe
from restyle_editor.variations import COUNT, Variation, Vary, variations, varied

from .. import strings
from ..host.background import Background
from ..host.order import order
from ..host.source import Source
from . import pictures
from .running import thicken

SIDE = 220  # px, longest side of a draft as it is shown: three beside each other fit a small screen
COLUMNS = 3
_chosen_last = [Vary.STRENGTH]  # while this dialog is open


def ask(parent: Any, source: Source, recipe: Recipe, library: Iterable[Style], background: Background) -> Recipe | None:
    """The recipe to paint in full; None when the person went back. recipe: with a style."""
    window = _Window(parent, source, recipe, library, background)
    try:
        return window.run()
    finally:
        window.destroy()


@dataclass
class _Draft:
    variation: Variation
    painting: Painting


class _Tile(Gtk.Button):  # type: ignore[misc]
    """A draft, or what there is of it, with its caption below."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(relief=Gtk.ReliefStyle.NONE, sensitive=False)
        self._size = width, height
        self._picture = Gtk.Image()
        self._picture.set_size_request(width, height)
        self._caption = Gtk.Label(ellipsize=Pango.EllipsizeMode.END, max_width_chars=22)
        self.bar = Gtk.ProgressBar()
        thicken(self.bar)
        column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        for widget in (self._picture, self._caption, self.bar):
            column.pack_start(widget, False, False, 0)
        self.add(column)

    def show_caption(self, variation: Variation) -> None:
        self._caption.set_text(variation.caption)
        self.get_accessible().set_name(variation.caption)
        self.set_tooltip_text(variation.words)
        self._picture.clear()

    def show_picture(self, pixbuf: Any) -> None:
        self._picture.set_from_pixbuf(pictures.fitted(pixbuf, *self._size))
        self.set_sensitive(True)

    def fail(self, sentence: str) -> None:
        self.bar.set_opacity(0)
        self.set_tooltip_text(sentence)
        self._caption.set_text(f"{self._caption.get_text()}: {strings.DRAFT_FAILED}")


class _Window:
    def __init__(self, parent: Any, source: Source, recipe: Recipe, library: Iterable[Style], background: Background) -> None:
        self._source, self._recipe, self._library, self._background = source, recipe, tuple(library), background
        self._drafts: list[_Draft] = []
        self._dialog = Gtk.Dialog(title=strings.EXPLORE, transient_for=parent, modal=True, resizable=False)
        self._dialog.add_button(strings.KEY_BACK, Gtk.ResponseType.CANCEL)
        factor = SIDE / max(source.sent.width, source.sent.height)
        size = max(1, round(factor * source.sent.width)), max(1, round(factor * source.sent.height))
        self._tiles = [_Tile(*size) for _ in range(COUNT)]
        for number, tile in enumerate(self._tiles):
            tile.connect("clicked", lambda _tile, number=number: self._dialog.response(number + 1))
        self._words = Gtk.Label(label=strings.EXPLORE_TITLE, xalign=0, wrap=True, max_width_chars=80)
        self._lay_out()

    def run(self) -> Recipe | None:
        self._dialog.show_all()
        self._begin()
        answer = self._dialog.run()
        return self._drafts[answer - 1].variation.recipe if 0 < answer <= len(self._drafts) else None

    def destroy(self) -> None:
        self._end()
        self._dialog.destroy()

    def _lay_out(self) -> None:
        content = self._dialog.get_content_area()
        content.set_property("margin", 12)
        content.set_spacing(10)
        row, ways, first = Gtk.Box(spacing=12), Gtk.Box(homogeneous=True), None
        ways.get_style_context().add_class("linked")
        for vary in Vary:
            button = Gtk.RadioButton.new_with_label_from_widget(first, strings.VARIES[vary.value])
            button.set_mode(False)
            button.set_tooltip_text(strings.EXPLORE_VARY)
            button.set_active(vary is _chosen_last[0])
            button.connect("toggled", lambda toggled, vary=vary: self._change(vary) if toggled.get_active() else None)
            ways.pack_start(button, True, True, 0)
            first = first or button
        row.pack_start(ways, False, False, 0)
        row.pack_start(self._words, True, True, 0)
        content.pack_start(row, False, False, 0)
        grid = Gtk.Grid(column_spacing=6, row_spacing=6, column_homogeneous=True)
        for number, tile in enumerate(self._tiles):
            grid.attach(tile, number % COLUMNS, number // COLUMNS, 1, 1)
        content.pack_start(grid, True, True, 0)

    def _change(self, vary: Vary) -> None:
        _chosen_last[0] = vary
        self._begin()

    def _begin(self) -> None:
        """Cancels the drafts there are, and starts others."""
        self._end()
        wanted = variations(_chosen_last[0], self._recipe, self._library)
        for number, tile in enumerate(self._tiles):
            tile.set_sensitive(False)
            tile.set_opacity(1 if number < len(wanted) else 0)
            tile.bar.set_opacity(1)
            tile.bar.set_fraction(0)
        first = wanted[0].draft
        try:
            request = order(self._source, first, batch=False).request
        except Failure as failure:
            self._words.set_text(str(failure))
            return
        self._words.set_text(strings.EXPLORE_TITLE)
        for variation, tile in zip(wanted, self._tiles, strict=False):  # a small library has fewer styles
            tile.show_caption(variation)
            draft = _Draft(variation, Painting("", "", "", variation.draft, draft=True))
            self._drafts.append(draft)
            self._paint(draft, tile, varied(request, first, variation.draft))

    def _paint(self, draft: _Draft, tile: _Tile, request: Any) -> None:
        painting = draft.painting

        def if_shown(act: Callable[..., None]) -> Callable[..., None]:
            """Nothing is shown of drafts that others have taken the place of."""
            return lambda *news: act(*news) if draft in self._drafts else None

        def heard(event: Any) -> None:
            painting.hear(event)
            tile.bar.set_fraction(painting.fraction)
            if painting.preview is not None and event is painting.preview:
                tile.show_picture(pictures.of_preview(painting.preview))

        def done(result: Result) -> None:
            painting.end(Phase.DONE, "")
            tile.set_tooltip_text(draft.variation.painted(result.job.style_scales).words)
            tile.bar.set_opacity(0)
            picture = pictures.of_painting(result.plane, painting.preview)
            if picture is not None:
                tile.show_picture(picture)

        def failed(sentence: str, error: BaseException) -> None:
            painting.end(Phase.FAILED, sentence)
            if not isinstance(error, JobCancelled):
                tile.fail(sentence)
                self._words.set_text(sentence)

        self._background.paint(request, if_shown(heard), painting.cancellation, if_shown(done), if_shown(failed))

    def _end(self) -> None:
        drafts, self._drafts = self._drafts, []
        for draft in drafts:
            draft.painting.cancel()
