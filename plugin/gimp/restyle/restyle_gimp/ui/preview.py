"""Owns the preview in the dialog: the layer, small, painted with the chosen style's look as soon as the style, strength or strokes change."""

from __future__ import annotations

from gi.repository import Gtk
from restyle_client import Look, Plane
from restyle_editor.live_preview import LARGEST_SIDE, LivePreview, aim_of
from restyle_editor.recipes import Recipe

from .. import strings
from ..host.background import Background
from ..host.source import Source
from . import pictures

WIDTH, HEIGHT = 300, 160  # px, as large as it is shown


class Preview(Gtk.Frame):  # type: ignore[misc]
    """Hidden as long as no look can tell how the layer would look."""

    def __init__(self, background: Background) -> None:
        super().__init__(shadow_type=Gtk.ShadowType.IN, halign=Gtk.Align.CENTER, no_show_all=True)
        self._preview = LivePreview(background, self._painted, self.hide)
        self._source: Source | None = None
        self._pictures: dict[int, Plane | None] = {}  # of the source, by their longest side
        self._image = Gtk.Image()
        self._image.get_accessible().set_name(strings.LIVE_PREVIEW)
        self._image.set_tooltip_text(strings.LIVE_PREVIEW_HINT)
        self._image.show()
        self.add(self._image)

    def aim(self, source: Source | None) -> None:
        """Another layer, or part of one, would be painted."""
        self._source, self._pictures = source, {}

    def follow(self, recipe: Recipe, looks: tuple[Look, ...], suggested_scale: float | None) -> None:
        """Shows this recipe, soon. suggested_scale: the strokes that suit its style."""
        aim = aim_of(recipe, looks, suggested_scale)
        picture = self._picture(aim.side) if aim is not None else None
        if aim is None or picture is None:
            self._preview.stop()
            self.hide()
        else:
            self._preview.show(picture, aim)

    def stop(self) -> None:
        self._preview.stop()

    def _picture(self, side: int) -> Plane | None:
        """Of the layer; GIMP's own thumbnails, so that a large one takes no longer than a small one."""
        if self._source is None:
            return None
        if side not in self._pictures:
            self._pictures[side] = pictures.plane_of_part(self._source.layer, self._source.box, min(side, LARGEST_SIDE))
        return self._pictures[side]

    def _painted(self, plane: Plane) -> None:
        self._image.set_from_pixbuf(pictures.fitted(pictures.of_plane(plane), WIDTH, HEIGHT))
        self.show()
