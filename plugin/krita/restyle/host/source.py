"""Owns what is painted: a layer and the part of it that the selection leaves, checked before anything else happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import strings
from ..packages import Box, Failure, limits
from . import layers, memory, pixels

PADDING = 96  # px around a selection that are sent for context: the deepest features used see about 200 px
PAINTABLE = ("paintlayer", "grouplayer", "clonelayer", "filelayer", "vectorlayer", "filllayer")
PASSING_BLEND = "normal"
NO_LAYER = ""  # the id of what a texture is painted from
OPAQUE = 255  # Krita's opacity


@dataclass(frozen=True)
class Source:
    """document, layer: unique ids. sent: what is sent, on the canvas. selected: a selection says what changes. blends: opacity or mode let others through.

    part: what changes, without what is sent around it. origin: what its painting is called after.
    """

    document: str
    layer: str
    name: str
    sent: Box
    selected: bool
    blends: bool
    part: Box
    origin: str


def active() -> tuple[Any, Any]:
    """The active image and layer. Failure when there is none."""
    return chosen_in(layers.active_document())


def chosen_in(document: Any | None) -> tuple[Any, Any]:
    """An image and its active layer. Failure when there is none."""
    if document is None:
        raise Failure(strings.NO_DOCUMENT)
    node = document.activeNode()
    if node is None:
        raise Failure(strings.NO_LAYER)
    return document, node


def to_paint(document: Any | None) -> tuple[Any, Any]:
    """An image and the layer that its painter means: what the active one was painted from, where it is a painting, for that is what a painting leaves active.

    Failure when there is none.
    """
    document, node = chosen_in(document)
    return document, memory.painted_from(document, node) or node


def find(document: Any, node: Any, whole: bool = False) -> Source:
    """The source that a layer and the present selection make. whole: as if nothing were selected. Failure with one sentence."""
    _check(node)
    name = node.name()
    canvas = pixels.box_of(document.bounds())
    content = pixels.box_of(node.bounds())
    if content.empty:
        raise Failure(strings.EMPTY.format(name=name))
    box = content.common(canvas)
    if box.empty:
        raise Failure(strings.OUTSIDE.format(name=name))
    selection = None if whole else document.selection()
    part = box
    if selection is not None:
        part = _selected(selection).common(box)
        if part.empty:
            raise Failure(strings.SELECTION_OUTSIDE.format(name=name, menu=strings.SELECT_NOTHING))
        box = part.padded(PADDING, box)
    box = box.at_least(limits.SMALLEST_SIDE, canvas)
    _check_size(box)
    return _source(document, node, box, part, selection is not None)


def as_painted(document: Any, node: Any, sent: Box, part: Box | None) -> Source:
    """The part of a layer that was painted before, whatever is selected now. part: what of it shows; None: all. Failure with one sentence."""
    _check(node)
    return _source(document, node, sent, part or sent, part is not None)


def _source(document: Any, node: Any, sent: Box, part: Box, selected: bool) -> Source:
    """Failure for a color space that can't be painted in."""
    pixels.colors_of(node)
    blends = node.opacity() < OPAQUE or node.blendingMode() != PASSING_BLEND
    return Source(layers.id_of(document), layers.layer_id(node), node.name(), sent, selected, blends, part, memory.name_of_origin(document, node))


def _check_size(box: Box) -> None:
    if min(box.width, box.height) < limits.SMALLEST_SIDE:
        raise Failure(strings.TOO_SMALL.format(width=box.width, height=box.height))


def of_canvas(document: Any, node: Any) -> Source:
    """All of the canvas, whatever is selected and whatever the layer covers now: its frames differ in that. Failure with one sentence."""
    _check(node)
    canvas = pixels.box_of(document.bounds())
    _check_size(canvas)
    return _source(document, node, canvas, canvas, False)


def _check(node: Any) -> None:
    if layers.is_mask(node):
        raise Failure(strings.IS_MASK)
    if node.type() not in PAINTABLE:
        raise Failure(strings.UNPAINTABLE.format(name=node.name()))
    parent = node
    while parent is not None:
        if parent.locked():
            raise Failure(strings.LOCKED.format(name=parent.name()))
        parent = parent.parentNode()


def selected_part(document: Any) -> Box | None:
    """What of the canvas is selected; None when nothing is, which is all of it."""
    selection = document.selection()
    return _selected(selection).common(pixels.box_of(document.bounds())) if selection is not None else None


def _selected(selection: Any) -> Box:
    return Box(selection.x(), selection.y(), selection.width(), selection.height())
