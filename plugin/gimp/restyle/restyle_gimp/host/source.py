"""Owns what is painted: the chosen layer and the part of it that the selection leaves, checked before anything else happens.

The menu's own guards (image types, sensitivity) bind only the menu: a script reaches the procedure with anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp
from restyle_contract.limits import SMALLEST_SIDE
from restyle_editor.boxes import Box
from restyle_editor.failures import Failure

from .. import strings
from . import pixels

PADDING = 96  # px around a selection that are sent for context: the deepest features used see about 200 px


@dataclass(frozen=True)
class Source:
    """box: what changes; sent: what is sent, with context around it; both in the layer's coordinates. selected: a selection says what changes."""

    image: Any
    layer: Any
    box: Box
    sent: Box
    selected: bool

    @property
    def mask(self) -> Any | None:
        """The layer's mask where it has effect."""
        mask = self.layer.get_mask()
        return mask if mask is not None and self.layer.get_apply_mask() else None

    @property
    def offsets(self) -> tuple[int, int]:
        _, x, y = self.layer.get_offsets()
        return x, y

    def alive(self) -> bool:
        return bool(self.image.is_valid())


def find(image: Any, drawables: list[Any], *, whole: bool = False) -> Source:
    """The source of a run. whole: as `of_layer` has it. Failure with one sentence when it can't be painted."""
    layer = _chosen_layer(image, drawables)
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise Failure(strings.INDEXED)
    if image.get_floating_sel() is not None:
        raise Failure(strings.FLOATING)
    return of_layer(image, layer, whole=whole)


def of_layer(image: Any, layer: Any, *, whole: bool = False) -> Source:
    """The source that a layer and the present selection make. whole: the selection has no say. Failure."""
    if not layer.is_valid():  # deleted while a window was open
        raise Failure(strings.LAYER_GONE)
    if (lock := _locked(layer)) is not None:
        raise Failure(strings.LOCKED.format(name=lock.get_name()))
    if layer.is_group() and not layer.get_children():
        raise Failure(strings.EMPTY_GROUP.format(name=layer.get_name()))
    selected = not whole and not Gimp.Selection.is_empty(image)
    box = pixels.whole(layer)
    if selected:
        touches, x, y, width, height = layer.mask_intersect()
        if not touches or width <= 0 or height <= 0:
            raise Failure(strings.SELECTION_OUTSIDE.format(name=layer.get_name(), menu=strings.SELECT_NOTHING))
        box = Box(x, y, width, height)
    sent = box.padded(PADDING, pixels.whole(layer)) if selected else box
    if min(sent.width, sent.height) < SMALLEST_SIDE:
        raise Failure(strings.TOO_SMALL.format(width=sent.width, height=sent.height))
    return Source(image, layer, box, sent, selected)


def _chosen_layer(image: Any, drawables: list[Any]) -> Any:
    if not drawables:
        raise Failure(strings.NO_LAYER)
    if len(drawables) > 1:
        raise Failure(strings.SEVERAL_LAYERS.format(count=len(drawables)))
    drawable = drawables[0]
    if drawable.is_layer_mask():
        raise Failure(strings.IS_MASK)
    if not drawable.is_layer():
        raise Failure(strings.IS_CHANNEL)
    return drawable


def _locked(item: Any) -> Any | None:
    """The layer itself or the innermost group around it whose pixels are locked."""
    while item is not None:
        if item.get_lock_content():
            return item
        item = item.get_parent()
    return None
