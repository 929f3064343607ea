"""Owns the frames of an image whose layers are frames: what each looks like, composed as GIMP plays and exports them.

The lowest layer is the first frame. A name holds (combine) where the layer goes over the frame before, (replace) where it takes its place; nothing is
(combine), too. Hidden layers are frames like the others, and a group is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from gi.repository import Gimp
from restyle_client import JobRequest, Mask, MaskUse, Plane
from restyle_contract.limits import SMALLEST_SIDE
from restyle_editor import alpha
from restyle_editor.boxes import Box
from restyle_editor.failures import Failure
from restyle_editor.recipes import Recipe

from .. import strings
from . import order, pixels
from .failures import ensured
from .source import Source

_COMBINE = re.compile(r"\(combine\)", re.IGNORECASE)
_REPLACE = re.compile(r"\(replace\)", re.IGNORECASE)
REPLACE = "(replace)"


def find(image: Any) -> Source:
    """All of the canvas, through the first frame. Failure with one sentence when the image is no animation that can be painted."""
    layers = image.get_layers()
    if len(layers) < 2:
        raise Failure(strings.ONE_FRAME.format(name=image.get_name(), restyle=strings.MENU_LABEL.replace("_", "")))
    if image.get_floating_sel() is not None:
        raise Failure(strings.FLOATING)
    box = Box(0, 0, image.get_width(), image.get_height())
    if min(box.width, box.height) < SMALLEST_SIDE:
        raise Failure(strings.TOO_SMALL.format(width=box.width, height=box.height))
    return Source(image, layers[-1], box, box, selected=False)


def whole_name(name: str, first: bool) -> str:
    """The name of a frame that was composed: it is whole, so that it takes the place of the one before. All else of it stays, the delay too."""
    if _COMBINE.search(name):
        return _COMBINE.sub(REPLACE, name)
    return name if first or _REPLACE.search(name) else f"{name} {REPLACE}"


@dataclass(frozen=True)
class Frame:
    """name: of the new image's layer. canvas: the frame as it looks, a layer of `image` until the next one is asked for."""

    name: str
    image: Any
    canvas: Any

    def read(self) -> Plane:
        return pixels.read(self.image, self.canvas, pixels.way(self.image, self.canvas), pixels.whole(self.canvas))


class Frames:
    """A copy of an image in which its frames are composed, out of sight. Use it as a context manager; a palette becomes real colors."""

    def __init__(self, image: Any) -> None:
        self._given, self.title, self.count = image, str(image.get_name()), len(image.get_layers())
        self.image: Any = None

    def __enter__(self) -> Frames:
        self.image = ensured(self._given.duplicate(), "copy the image")
        self.image.undo_disable()
        if self.image.get_base_type() == Gimp.ImageBaseType.INDEXED:
            ensured(self.image.convert_rgb(), "give the image real colors")
        return self

    def __exit__(self, *_: object) -> None:
        self.image.delete()

    def __iter__(self) -> Iterator[Frame]:
        """In their order, each composed when it is asked for."""
        canvas: Any = None
        for number, layer in enumerate(reversed(self.image.get_layers())):
            name = str(layer.get_name())
            if canvas is None or _REPLACE.search(name):
                canvas = self._blank(canvas)
            canvas = self._over(canvas, layer)
            yield Frame(whole_name(name, not number), self.image, canvas)

    def _blank(self, old: Any | None) -> Any:
        """An empty canvas on top of all layers."""
        if old is not None:
            self.image.remove_layer(old)
        gray = self.image.get_base_type() == Gimp.ImageBaseType.GRAY
        type_ = Gimp.ImageType.GRAYA_IMAGE if gray else Gimp.ImageType.RGBA_IMAGE
        size = self.image.get_width(), self.image.get_height()
        canvas = ensured(Gimp.Layer.new(self.image, self.title, *size, type_, 100, Gimp.LayerMode.NORMAL), "make a layer for a frame")
        ensured(self.image.insert_layer(canvas, None, 0), "add a layer for a frame")
        return canvas

    def _over(self, canvas: Any, layer: Any) -> Any:
        """The canvas with a layer put over it, as that looks: with its filters, mask, opacity and place."""
        copy = ensured(layer.copy(), "copy a frame")
        ensured(self.image.insert_layer(copy, None, 0), "add the copy of a frame")
        for unlock in (copy.set_lock_content, copy.set_lock_position, copy.set_lock_visibility):
            unlock(False)
        copy.set_visible(True)
        if copy.is_group():
            copy = ensured(copy.merge(), "merge a group that is a frame")
        elif copy.get_filters():
            copy.merge_filters()
        return ensured(self.image.merge_down(copy, Gimp.MergeType.CLIP_TO_IMAGE), "compose a frame")


def first_request(frame: Frame, recipe: Recipe, *, batch: bool) -> JobRequest | None:
    """What is ordered of all frames, with the pixels of one; None when nothing is visible in it. Failure.

    A selection says what changes in every frame, as it does in a layer.
    """
    if not alpha.alpha_range(frame.read())[0]:
        return None
    box = pixels.whole(frame.canvas)
    made = order.order(Source(frame.image, frame.canvas, box, box, selected=False), recipe, batch)
    if Gimp.Selection.is_empty(frame.image):
        return made.request
    return replace(made.request, masks=(Mask(pixels.weights(frame.image.get_selection(), box), MaskUse.BLEND),))


def later_request(frame: Frame, first: JobRequest) -> JobRequest | None:
    """The same of another frame: styles, regions and settings are those that the run began with. None when nothing is visible in it."""
    content = frame.read()
    return replace(first, content=content) if alpha.alpha_range(content)[0] else None
