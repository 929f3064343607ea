"""Owns choosing a style that is not in the library: a picture file, or a layer of an open image, whole or as far as it is selected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gi.repository import Gimp, Gtk
from restyle_contract.limits import SMALLEST_SIDE
from restyle_editor import dropping
from restyle_editor.boxes import Box
from restyle_editor.recipes import StyleChoice

from .. import strings
from ..host.memory import flat
from ..host.order import refer
from . import pictures
from .gallery import Entry

THUMBNAIL = 48  # px
SIDE = 224  # px of a kept picture: twice a tile, for dense screens
PREVIEW = 240  # px of the file that the person points at


@dataclass(frozen=True)
class ChosenFile:
    """keep: add it to the library."""

    path: str
    keep: bool


def ask_file(parent: Any) -> ChosenFile | None:
    """None when the person changed their mind."""
    dialog = Gtk.FileChooserDialog(title=strings.FILE_TITLE, transient_for=parent, action=Gtk.FileChooserAction.OPEN)
    dialog.add_buttons(strings.KEY_CANCEL, Gtk.ResponseType.CANCEL, strings.FILE_OPEN, Gtk.ResponseType.OK)
    dialog.set_default_response(Gtk.ResponseType.OK)
    shown = Gtk.FileFilter()
    shown.set_name(strings.FILE_FILTER)
    for pattern in ("*.png", "*.jpg", "*.jpeg", "*.tif", "*.tiff", "*.webp"):
        shown.add_pattern(pattern)
        shown.add_pattern(pattern.upper())
    dialog.add_filter(shown)
    keep = Gtk.CheckButton(label=strings.FILE_KEEP, use_underline=True, active=True)
    dialog.set_extra_widget(keep)
    picture, words = Gtk.Image(), Gtk.Label()
    picture.set_size_request(PREVIEW, -1)
    preview = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, margin=6, valign=Gtk.Align.CENTER)
    preview.pack_start(picture, False, False, 0)
    preview.pack_start(words, False, False, 0)
    preview.show_all()
    dialog.set_preview_widget(preview)
    dialog.connect("update-preview", lambda _dialog: _update_preview(dialog, picture, words))
    answer = dialog.run()
    path = dialog.get_filename()
    dialog.destroy()
    return ChosenFile(path, keep.get_active()) if answer == Gtk.ResponseType.OK and path else None


def file_entry(choice: StyleChoice) -> Entry:
    return Entry(choice, pictures.of_file(choice.file, SIDE // 2))


def layer_entry(choice: StyleChoice, layer: Any) -> Entry:
    picture = pictures.of_part(layer, Box(*choice.crop), SIDE) if choice.crop else pictures.of_layer(layer, SIDE)
    return Entry(choice, picture)


def ask_layer(parent: Any, painted: Any) -> StyleChoice | None:
    """A layer of any open image but `painted`. None when the person changed their mind, or there is none."""
    layers = [(image, layer) for image in Gimp.get_images() for layer in flat(image.get_layers()) if layer.get_id() != painted.get_id()]
    layers = [(image, layer) for image, layer in layers if min(layer.get_width(), layer.get_height()) >= SMALLEST_SIDE]
    dialog = Gtk.Dialog(title=strings.LAYER_TITLE, transient_for=parent, modal=True)
    dialog.add_buttons(strings.KEY_CANCEL, Gtk.ResponseType.CANCEL, strings.FILE_OPEN, Gtk.ResponseType.OK)
    dialog.set_default_response(Gtk.ResponseType.OK)
    dialog.set_default_size(440, 360)
    content = dialog.get_content_area()
    content.set_property("margin", 10)
    content.set_spacing(8)
    rows = _rows(layers)
    selection = Gtk.CheckButton(label=strings.LAYER_SELECTION, use_underline=True, sensitive=False)
    rows.connect("row-selected", lambda _rows, row: _offer_selection(selection, layers[row.get_index()] if row else None))
    rows.connect("row-activated", lambda _rows, _row: dialog.response(Gtk.ResponseType.OK))
    scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER, shadow_type=Gtk.ShadowType.IN)
    scrolled.add(rows if layers else Gtk.Label(label=strings.LAYER_NONE))
    content.pack_start(scrolled, True, True, 0)
    content.pack_start(selection, False, False, 0)
    dialog.set_response_sensitive(Gtk.ResponseType.OK, bool(layers))
    dialog.show_all()
    if layers:
        rows.select_row(rows.get_row_at_index(0))
    answer, row = dialog.run(), rows.get_selected_row()
    chosen = layers[row.get_index()] if answer == Gtk.ResponseType.OK and row is not None else None
    only_selection = selection.get_active() and selection.get_sensitive()
    dialog.destroy()
    if chosen is None:
        return None
    image, layer = chosen
    return StyleChoice(layer=refer(layer, image), title=_title(image, layer), crop=_selected_part(layer) if only_selection else None)


def _title(image: Any, layer: Any) -> str:
    """What a layer is called as a style: the only one of an image goes by the name of the image's file, as "Background" says nothing."""
    file = image.get_file()
    name = (file.get_basename() or "").rpartition(".")[0] if file is not None and len(image.get_layers()) == 1 else ""
    return str(name or layer.get_name())


def _rows(layers: list[tuple[Any, Any]]) -> Any:
    rows = Gtk.ListBox()
    for image, layer in layers:
        box = Gtk.Box(spacing=8, margin=4)
        picture = pictures.of_layer(layer, THUMBNAIL)
        box.pack_start(Gtk.Image(pixbuf=picture) if picture else Gtk.Image(), False, False, 0)
        text = strings.LAYER_IN.format(layer=layer.get_name(), image=image.get_name(), width=layer.get_width(), height=layer.get_height())
        box.pack_start(Gtk.Label(label=text, xalign=0, ellipsize=3), True, True, 0)
        rows.add(box)
    return rows


def _offer_selection(button: Any, chosen: tuple[Any, Any] | None) -> None:
    usable = chosen is not None and not Gimp.Selection.is_empty(chosen[0]) and _selected_part(chosen[1]) is not None
    button.set_sensitive(usable)
    button.set_active(usable)


def _selected_part(layer: Any) -> tuple[int, int, int, int] | None:
    """The box of the selection on a layer, in its pixels; None when it is too small for a style."""
    touches, x, y, width, height = layer.mask_intersect()
    return (x, y, width, height) if touches and min(width, height) >= SMALLEST_SIDE else None


def _update_preview(dialog: Any, picture: Any, words: Any) -> None:
    """Shows the file that the person points at, and how large it is."""
    path = dialog.get_preview_filename()
    size = pictures.size_of_file(path) if path and Path(path).is_file() else None
    found = pictures.of_file(path, PREVIEW // 2) if size is not None and size[0] * size[1] <= dropping.LARGEST_PREVIEW else None
    dialog.set_preview_widget_active(size is not None)
    picture.set_from_pixbuf(pictures.fitted(found, PREVIEW, PREVIEW) if found is not None else None)
    words.set_text(strings.FILE_SIZE.format(width=size[0], height=size[1]) if size is not None else strings.FILE_NO_PREVIEW)
