"""Owns the dialog: the gallery on the left, what is chosen and how to paint on the right, where it will be painted below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gi.repository import GimpUi, Gtk
from restyle_client import Look, ServerInfo, Session, Start, Style
from restyle_editor import dropping, presets, recipes
from restyle_editor.failures import Failure
from restyle_editor.latest import Latest
from restyle_editor.recipes import Recipe, StyleChoice
from restyle_editor.suggestion import suggestion

from .. import strings
from ..host import order, spots, texture
from ..host.background import Background, soon
from ..host.memory import job_of
from ..host.source import Source, of_layer
from . import exploring, recent, style_sources
from .controls import Controls
from .gallery import Entry, Gallery, key, library_entry
from .preset_row import PresetRow
from .preview import Preview
from .selected_styles import SelectedStyles, regions
from .server_line import ServerLine
from .size_row import SizeRow
from .words import Words

RESET, EXPLORE, RECENT, UPDATE = 1, 2, 3, 4
WIDTH, HEIGHT = 1000, 680  # px: fits a 1024 × 768 screen
SIDE = 404  # px, the right column at the least: a chosen style takes as much, and no tile may move under the pointer that chooses it


@dataclass(frozen=True)
class Answer:
    """painted: None when the person changed their mind. recipe: what was set then; None: nothing worth keeping. start: default: the recipe's. update: only what
    has changed is wanted."""

    painted: Source | None
    recipe: Recipe | None
    start: Start | None = None
    update: bool = False


def ask(
    source: Source, original: Any | None, recipe: Recipe, background: Background, *, again: bool, frames: int = 1, update: bool = False, blank: bool = False
) -> Answer:
    """What to paint and how. original: the layer that the source was painted from, where it is still there. again: Restyle painted the source.

    frames: how many of that size are painted. update: there is a painting that can be updated. blank: the source is a new image for a texture, whose size is
    asked too.
    """
    dialog = _Dialog(source, original, recipe, background, again, frames, update, blank)
    try:
        return dialog.run()
    finally:
        dialog.destroy()


class _Dialog:
    def __init__(
        self, source: Source, original: Any | None, recipe: Recipe, background: Background, again: bool, frames: int, update: bool, blank: bool
    ) -> None:
        self._frames, self._blank = frames, blank
        self._explores = frames == 1 and not blank  # drafts and recent paintings are of one layer
        self._given, self._background, self._original, self._again, self._opened_with = source, background, original, again, recipe
        self._listing = Latest(background)
        self._painted: Source | None = source  # what would be painted now; None: what is chosen can't be
        self._known = False  # the library's styles have been shown
        self._library: list[Entry] = []
        self._looks: tuple[Look, ...] = ()
        self._following = False  # the preview is about to follow
        self._extra: list[Entry] = []
        self._wanted = [key(choice) for choice in recipe.styles]  # chosen as soon as the gallery has them
        self._window = GimpUi.Dialog(
            title=strings.TEXTURE_TITLE if blank else strings.ANIMATION_TITLE if frames > 1 else strings.TITLE, role="restyle", use_header_bar=0
        )
        GimpUi.window_set_transient(self._window)
        self._window.set_default_size(WIDTH, HEIGHT)
        self._window.add_button(strings.RESET, RESET)
        if self._explores:
            self._window.add_button(strings.KEY_RECENT, RECENT)
            self._explore = self._window.add_button(strings.KEY_EXPLORE, EXPLORE)
            self._explore.set_tooltip_text(strings.EXPLORE_HINT)
        self._window.add_button(strings.KEY_CANCEL, Gtk.ResponseType.CANCEL)
        if update:
            hint = strings.UPDATE_OTHER_SETTINGS.format(hint=strings.UPDATE_HINT)
            self._window.add_button(strings.KEY_UPDATE, UPDATE).set_tooltip_text(hint)
        self._paint = self._window.add_button(strings.KEY_PAINT, Gtk.ResponseType.OK)
        self._paint.get_style_context().add_class("suggested-action")
        self._window.set_default_response(Gtk.ResponseType.OK)
        self._window.set_alternative_button_order_from_array(
            [Gtk.ResponseType.OK, *((EXPLORE, RECENT) if self._explores else ()), RESET, Gtk.ResponseType.CANCEL]
        )
        self._words = Words()
        self._gallery = Gallery(self._on_chosen, self._remove, self._add_pictures, lambda sentence: self._server.tell(sentence), self._words.point)
        self._preview = Preview(background)
        self._selected = SelectedStyles(regions(source.image, source.layer), self._on_change, spots.history().strokes_of)
        longest = max(source.sent.width, source.sent.height)
        self._controls = Controls(longest, self._on_change, texture=blank)
        self._server = ServerLine(background, longest, self._sketch, self._look_for_server, self._on_info, frames)
        self._note = Gtk.Label(xalign=0, wrap=True, no_show_all=True)
        self._note.get_style_context().add_class("dim-label")
        self._lay_out()
        self._aim()
        self._show(recipe)
        self._look_for_server()

    def run(self) -> Answer:
        self._window.show_all()
        while (answer := self._window.run()) in (RESET, EXPLORE, RECENT):
            if answer == RESET:
                self._show(Recipe())
            elif (chosen := self._explored() if answer == EXPLORE else self._recalled()) is not None:
                return chosen
        if answer == Gtk.ResponseType.OK:
            return Answer(self._painted, self._recipe())
        if answer == UPDATE:
            return Answer(None, None, update=True)
        return Answer(None, self._recipe() if self._known and _essence(self._recipe()) != _essence(self._opened_with) else None)

    def destroy(self) -> None:
        self._server.stop()
        self._preview.stop()
        self._following = False
        self._window.destroy()

    def _explored(self) -> Answer | None:
        """Drafts of what was painted from in the beginning, and the one of them to paint in full."""
        try:
            source = of_layer(self._given.image, self._original if self._original is not None else self._given.layer)
        except Failure as failure:
            self._server.tell(str(failure))
            return None
        library = [entry.style for entry in self._library if entry.style is not None]
        recipe = exploring.ask(self._window, source, self._recipe(), library, self._background)
        return Answer(source, recipe) if recipe is not None else None

    def _recalled(self) -> Answer | None:
        """What was taken of the recent paintings: settings, which are shown, or a painting to go on from."""
        taken = recent.ask(self._window, self._given.image, self._background, job_of(self._given.layer))
        if taken is None or not taken.resume:
            if taken is not None:
                self._show(taken.recent.recipe)
            return None
        recipe = self._recipe() if self._selected.styles else taken.recent.recipe
        if self._painted is None:
            self._server.tell(self._note.get_text())
            return None
        return Answer(self._painted, recipe, Start.job(taken.recent.id))

    # ---- how it looks ----

    def _lay_out(self) -> None:
        content = self._window.get_content_area()
        content.set_property("margin", 12)
        content.set_spacing(10)
        if self._again:
            content.pack_start(self._again_row(), False, False, 0)
        columns = Gtk.Box(spacing=16)
        columns.pack_start(self._left(), True, True, 0)
        columns.pack_start(self._right(), False, False, 0)
        content.pack_start(columns, True, True, 0)
        content.pack_start(Gtk.Separator(), False, False, 0)
        content.pack_start(self._server, False, False, 0)

    def _left(self) -> Any:
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        header = Gtk.Box(spacing=8)
        header.pack_start(_heading(strings.GALLERY), False, False, 0)
        hint = Gtk.Label(label=strings.GALLERY_HINT, xalign=0)
        hint.get_style_context().add_class("dim-label")
        header.pack_start(hint, False, False, 0)
        box.pack_start(header, False, False, 0)
        box.pack_start(self._gallery, True, True, 0)
        buttons = Gtk.Box(spacing=6)
        for title, icon, action in ((strings.KEY_ADD_FILE, "document-open", self._add_file), (strings.KEY_ADD_LAYER, "gimp-layer", self._add_layer)):
            button = Gtk.Button(label=title, use_underline=True, image=Gtk.Image(icon_name=icon, margin_end=4), always_show_image=True)
            button.connect("clicked", lambda _button, act=action: soon(act))
            buttons.pack_start(button, False, False, 0)
        box.pack_start(buttons, False, False, 0)
        return box

    def _right(self) -> Any:
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=10, margin_end=6)
        if self._blank:
            box.pack_start(SizeRow(self._given.sent.width, self._given.sent.height, self._resize), False, False, 0)
        else:
            box.pack_start(self._preview, False, False, 0)
        box.pack_start(self._words, False, False, 0)
        box.pack_start(_heading(strings.CHOSEN), False, False, 0)
        box.pack_start(self._selected, False, False, 0)
        box.pack_start(Gtk.Separator(), False, False, 0)
        box.pack_start(self._controls, False, False, 0)
        row = PresetRow(presets.of_user(), self._recipe, self._controls.show_recipe, self._server.tell)
        box.pack_start(row, False, False, 0)
        box.pack_start(self._note, False, False, 0)
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        scrolled.set_size_request(SIDE, -1)
        scrolled.add(box)
        return scrolled

    def _again_row(self) -> Any:
        box = Gtk.Box(spacing=10)
        box.pack_start(Gtk.Label(label=strings.PAINTED_BEFORE, xalign=0), False, False, 0)
        self._paint_original = Gtk.ComboBoxText()
        if self._original is not None:
            self._paint_original.append("original", strings.PAINT_AGAIN.format(name=self._original.get_name()))
        self._paint_original.append("result", strings.PAINT_THIS)
        self._paint_original.set_active(0)
        self._paint_original.get_accessible().set_name(strings.PAINTED_BEFORE)
        self._paint_original.connect("changed", lambda _combo: self._aim())
        box.pack_start(self._paint_original, False, False, 0)
        return box

    # ---- what happens ----

    def _resize(self, width: int, height: int) -> None:
        try:
            self._given = texture.resized(self._given, width, height)
        except Failure as failure:
            self._painted = None
            self._note.set_text(str(failure))
            self._note.set_visible(True)
            self._on_change()
        else:
            self._aim()

    def _show(self, recipe: Recipe) -> None:
        for choice in recipe.styles:
            self._add_choice(choice)
        self._selected.remember(recipe.styles)
        self._controls.show_recipe(recipe)
        self._gallery.show_entries([*self._extra, *self._library])
        self._wanted = [key(choice) for choice in recipe.styles]
        self._gallery.choose(self._wanted)

    def _aim(self) -> None:
        """Has sizes, estimate and notes speak of the layer that would be painted."""
        try:
            self._painted = self._meant()
        except Failure as failure:
            self._painted = None
            self._note.set_text(str(failure))
        else:
            longest = max(self._painted.sent.width, self._painted.sent.height)
            self._controls.measure(longest)
            self._server.measure(longest)
            self._selected.offer(regions(self._given.image, self._painted.layer))
            self._gallery.choose([key(style) for style in self._selected.styles])
            self._note.set_text(self._about(self._painted))
        self._note.set_visible(bool(self._note.get_text()))
        if not self._blank:
            self._preview.aim(self._painted)
        self._on_change()

    def _meant(self) -> Source:
        """Failure when it can't be painted as it is selected now."""
        if self._blank or self._frames > 1:
            return self._given
        again = self._again and self._original is not None and self._paint_original.get_active_id() == "original"
        return of_layer(self._given.image, self._original if again else self._given.layer)

    def _about(self, painted: Source) -> str:
        if self._blank:
            return strings.pattern_note(painted.sent.width, painted.sent.height)
        if self._frames > 1:
            return strings.FRAMES_NOTE.format(count=self._frames)
        return strings.SELECTION_NOTE.format(width=painted.box.width, height=painted.box.height) if painted.selected else ""

    def _look_for_server(self) -> None:
        self._listing.ask(_library, self._on_library, lambda sentence, _error: self._on_no_server(sentence))

    def _on_library(self, found: tuple[ServerInfo, list[Style], list[Look]]) -> None:
        info, styles, looks = found
        self._known, self._looks = True, tuple(looks)
        self._library = [library_entry(style) for style in styles]
        chosen = [key(style) for style in self._selected.styles] or self._wanted
        self._gallery.show_entries([*self._extra, *self._library])
        self._gallery.choose(chosen)
        self._on_change()
        self._on_info(info)

    def _on_info(self, info: ServerInfo) -> None:
        if info.devices and info.devices[0].default_size:  # a device that is starting has none yet
            self._controls.tell_default_size(info.devices[0].default_size)
        self._server.show_info(info)

    def _on_no_server(self, sentence: str) -> None:
        self._gallery.say(strings.GALLERY_NONE)
        self._server.show_failure(sentence)

    def _on_chosen(self, entries: list[Entry], by_hand: bool) -> None:
        self._words.choose(entries)
        self._selected.show_entries(entries)
        suits = suggestion((entry.style, choice.weight) for entry, choice in zip(entries, self._selected.styles, strict=True))
        if by_hand and entries:
            self._controls.suggest(*suits)
        elif entries:
            self._controls.settle(*suits)

    def _on_change(self) -> None:
        self._paint.set_sensitive(bool(self._selected.styles) and self._painted is not None)
        if self._explores:
            self._explore.set_sensitive(bool(self._selected.styles) and self._known)
        self._server.settings_changed()
        if not self._following:
            self._following = True
            soon(self._follow)  # a press changes several controls, one after the other

    def _follow(self) -> None:
        """Has the preview show what is chosen."""
        if not self._following:  # the window is gone meanwhile
            return
        self._following = False
        if self._blank:
            return
        recipe = self._recipe()
        styles = {entry.choice.library: entry.style for entry in self._library if entry.style is not None}
        style = styles.get(recipe.styles[0].library) if recipe.styles else None
        self._preview.follow(recipe, self._looks, style.suggested_scale if style is not None else None)

    def _add_file(self) -> None:
        file = style_sources.ask_file(self._window)
        if file is None:
            return
        if not file.keep:
            self._add_and_choose(StyleChoice(file=file.path))
            return
        try:
            self._add_pictures([dropping.of_file(Path(file.path))])
        except Failure as failure:
            self._server.tell(str(failure))

    def _add_pictures(self, pictures: list[dropping.Picture]) -> None:
        """Puts pictures into the library, and chooses them as they arrive there."""
        for each in pictures:
            self._background.query(self._adding(each), self._on_added, self._server.tell)

    @staticmethod
    def _adding(picture: dropping.Picture) -> Callable[[Session], Style]:
        return lambda session: session.add_style(picture.data, title=picture.title)

    def _on_added(self, style: Style) -> None:
        self._wanted = [key(StyleChoice(library=style.id))]
        self._selected.forget_order()
        self._look_for_server()

    def _add_layer(self) -> None:
        choice = style_sources.ask_layer(self._window, self._given.layer)
        if choice is not None:
            self._add_and_choose(choice)

    def _add_and_choose(self, choice: StyleChoice) -> None:
        self._add_choice(choice)
        self._gallery.show_entries([*self._extra, *self._library])
        self._gallery.choose([key(choice)])

    def _add_choice(self, choice: StyleChoice) -> None:
        """Puts a style that is no library's into the gallery."""
        if any(entry.key == key(choice) for entry in self._extra):
            return
        if choice.file:
            self._extra.insert(0, style_sources.file_entry(choice))
        elif choice.layer is not None and (layer := order.find_layer(choice.layer)) is not None:
            self._extra.insert(0, style_sources.layer_entry(choice, layer))

    def _remove(self, entry: Entry) -> None:
        self._background.query(lambda session: session.delete_style(entry.choice.library), lambda _none: self._look_for_server(), self._server.tell)

    def _recipe(self) -> Recipe:
        return self._controls.recipe(self._selected.styles)

    def _sketch(self) -> Any | None:
        if not self._selected.styles or self._painted is None:
            return None
        sent, recipe = self._painted.sent, self._recipe()
        return order.sketch(self._painted, recipes.for_texture(recipe, sent.width, sent.height) if self._blank else recipe)


def _essence(recipe: Recipe) -> Recipe:
    """What a person chooses of it: titles come with the library."""
    return replace(recipe, styles=tuple(replace(style, title="") for style in recipe.styles))


def _library(session: Session) -> tuple[ServerInfo, list[Style], list[Look]]:
    return session.info(), session.styles(thumbnails=True), session.looks()


def _heading(text: str) -> Any:
    label = Gtk.Label(xalign=0)
    label.set_markup(f"<b>{text}</b>")
    return label
