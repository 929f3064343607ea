"""Owns the painted animation: a new image like the one that it was painted from, whose layers are the frames, ready to be exported."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp
from restyle_client import Result
from restyle_editor.failures import Failure
from restyle_editor.recipes import Recipe

from .. import strings
from . import pixels
from .failures import ensured
from .frames import Frame
from .memory import remember


class Film:
    """image: None until the first frame is there. shown: the image gets a window."""

    def __init__(self, recipe: Recipe, shown: bool) -> None:
        self.image: Any | None = None
        self._recipe, self._shown = recipe, shown

    @property
    def wanted(self) -> bool:
        """Whether there is still a place for the next frame: a window that is closed has taken its image along."""
        return self.image is None or bool(self.image.is_valid())

    def add(self, frame: Frame, result: Result | None) -> None:
        """The next frame. result: what was painted; None: it stays as it is. Failure when the image is gone or GIMP refuses."""
        if not self.wanted:
            raise Failure(strings.FILM_CLOSED)
        if self.image is None:
            self.image = _like(frame.image)
        box = pixels.whole(frame.canvas)
        layer = ensured(Gimp.Layer.new(self.image, frame.name, box.width, box.height, frame.canvas.type(), 100, Gimp.LayerMode.NORMAL), "make a frame")
        if result is None:
            pixels.copy(frame.canvas, layer)
        else:
            pixels.write(self.image, layer, result.plane)
            remember(layer, self._recipe, 0, result.job.resolved)
        ensured(self.image.insert_layer(layer, None, 0), "add a frame")
        if self._shown:
            if len(self.image.get_layers()) == 1:
                Gimp.Display.new(self.image)
            Gimp.displays_flush()

    def close(self) -> None:
        """Every frame is there: from now on, what a person does can be undone."""
        if self.image is not None and self.image.is_valid():
            self.image.undo_enable()

    def discard(self) -> None:
        if self.image is not None and self.image.is_valid():
            self.image.delete()


def _like(image: Any) -> Any:
    """An empty image with the same size, colors and resolution, in which nothing is undone while it is made."""
    new = ensured(
        Gimp.Image.new_with_precision(image.get_width(), image.get_height(), image.get_base_type(), image.get_precision()), "make the image for the frames"
    )
    new.undo_disable()
    if (profile := image.get_color_profile()) is not None:
        ensured(new.set_color_profile(profile), "assign a color profile")
    _, x, y = image.get_resolution()
    new.set_resolution(x, y)
    return new
