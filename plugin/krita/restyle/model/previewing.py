"""Owns the preview of the chosen layer: its thumbnail, painted with the chosen style's look whenever layer, style, strength or strokes change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..host import thumbnails
from ..packages import LivePreview, aim_of, client
from .controller import Controller


class Previewing:
    """changed: called when there is another picture, or none any more. image: a QImage; None: no look can tell how it would look."""

    def __init__(self, controller: Controller, changed: Callable[[], None]) -> None:
        self._controller, self._changed = controller, changed
        self._preview = LivePreview(controller.background, self._painted, self.clear)
        self._asked: tuple[Any, ...] = ()
        self.image: Any = None

    def look(self, node: Any | None) -> None:
        """Brings it in step with a layer and the settings; asks only when one of them is new. node: None: there is none, or nobody would see it."""
        server, recipe = self._controller.server, self._controller.recipe
        scale = server.scale_of(recipe.styles[0].library) if recipe.styles else None
        aim = aim_of(recipe, server.looks, scale) if self._controller.background.connected else None
        picture = thumbnails.of_layer(node, aim.side) if aim is not None and node is not None else None
        if picture is None or aim is None:
            self.clear()
        elif (picture.data, aim) != self._asked:
            self._asked = (picture.data, aim)
            self._preview.show(picture, aim)

    def clear(self) -> None:
        self._preview.stop()
        self._asked = ()
        if self.image is not None:
            self.image = None
            self._changed()

    def _painted(self, plane: client.Plane) -> None:
        self.image = thumbnails.of_plane(plane)
        self._changed()
