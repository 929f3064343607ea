"""Owns how a painting gets into the image: a layer made whole outside of the tree and added in one step, which is the one that undo takes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import strings
from ..packages import Box, Failure, Steps, client
from . import hidden_sources, layers, memory, pixels, two_layers
from .api import QtCore, krita
from .order import Order
from .recipe import Recipe
from .scratch import converted
from .source import NO_LAYER, Source


@dataclass(frozen=True)
class Place:
    """Where a painting belongs, and as what. mask: what of it shows; None: all."""

    source: Source
    colors: pixels.Colors
    translucent: bool
    mask: client.Plane | None


@dataclass(frozen=True)
class Placed:
    """notes: sentences about what else happened."""

    document: str
    layer: str
    notes: tuple[str, ...] = ()


def placing(order: Order | Place, plane: client.Plane, name: str, recipe: Recipe) -> Steps[Placed]:
    """Adds the painting above its source and what else was painted from that one. Failure when the image is gone, or Krita refuses."""
    two, photo = None, order.source.layer != NO_LAYER and order.mask is None and not order.translucent
    if recipe.layers == "two" and photo and two_layers.fits(_document(order), order.colors):
        two = yield from two_layers.separated(_document(order), order, plane)
    made = []
    for part, words in zip(two, two_layers.names(order.source.origin, recipe), strict=True) if two else ((plane, name),):
        made.append(_document(order).createNode(words, "paintlayer"))
        yield from _filling(made[-1], order, part)
    document = _document(order)
    node = two_layers.grouped(document, name, *made) if two else made[0]
    if order.mask is not None:
        hang_mask(document, node, strings.MASK_NAME, order.mask, order.source.sent)
    return add(document, node, order)


def add(document: Any, node: Any, order: Order | Place) -> Placed:
    """Puts a finished layer above its source and that one's earlier paintings, and hides what it stands for. Failure."""
    below = layers.find_layer(document, order.source.layer)
    replaces = below is not None and order.translucent
    if replaces:
        node.setOpacity(below.opacity())  # type: ignore[union-attr]
        node.setBlendingMode(below.blendingMode())  # type: ignore[union-attr]
    earlier = _earlier(document, order)
    parent = (below.parentNode() if below is not None else None) or document.rootNode()
    above = _topmost(parent, below, {layers.layer_id(each) for each in earlier}) if below is not None else None
    if not parent.addChildNode(node, above):  # draws the image anew; and Krita chooses the layer by itself, as soon as its own lists know it
        raise Failure(strings.PLACING_FAILED)
    notes: tuple[str, ...] = (strings.SOURCE_GONE,) if below is None and order.source.layer != NO_LAYER else ()
    if replaces and hidden_sources.hide(document, below, node):
        notes += (strings.HIDDEN.format(name=below.name()),)  # type: ignore[union-attr]
    hidden = [hidden_sources.hide(document, each, node) for each in earlier if _covers(order, document, each)]
    if any(hidden) and below is not None:
        notes += (strings.EARLIER_HIDDEN.format(name=below.name()),)
    return Placed(order.source.document, layers.layer_id(node), notes)


def _earlier(document: Any, order: Order | Place) -> list[Any]:
    """What was painted from the same source before, and is still in the image."""
    if order.source.layer == NO_LAYER:
        return []
    known = memory.paintings_of(document, order.source.layer)
    return [node for node in layers.walk(document.rootNode()) if layers.layer_id(node) in known]


def _topmost(parent: Any, below: Any, earlier: set[str]) -> Any:
    """The source, or the highest beside it that is, or holds, one of its earlier paintings: what is new is not put underneath."""
    beside = parent.childNodes()
    place = next(place for place, node in enumerate(beside) if layers.layer_id(node) == layers.layer_id(below))
    holding = [node for node in beside[place + 1 :] if earlier & {layers.layer_id(each) for each in (node, *layers.walk(node))}]
    return holding[-1] if holding else below


def _covers(order: Order | Place, document: Any, earlier: Any) -> bool:
    """Whether nothing of an earlier painting would be seen beside the new one: one of another part of the layer stays as it is."""
    if order.mask is None:
        return True
    painted = memory.recall(document, earlier)
    part = Box(*painted.part) if painted is not None and painted.part else pixels.box_of(earlier.bounds())
    return part.common(order.source.part) == part


def _document(order: Order | Place) -> Any:
    document = layers.find_document(order.source.document)
    if document is None:
        raise Failure(strings.IMAGE_GONE)
    return document


def _filling(node: Any, order: Order | Place, plane: client.Plane) -> Steps[None]:
    """Gives a layer that is in no tree the color space and the pixels of the painting. Failure."""
    colors, box = order.colors, order.source.sent
    if (node.colorModel(), node.colorDepth(), node.colorProfile()) != colors.own:  # only where the layer's differs from its image's: it is an undo step
        node.setColorSpace(*colors.own)
    if not colors.native:
        data = converted(QtCore.QByteArray(plane.data), box.width, box.height, colors.sent, colors.own)
        if data is None or node.setPixelData(data, *box.rect) is False:  # some versions say nothing
            raise Failure(strings.PLACING_FAILED)
        return
    for band, start, end in pixels.bands(box, plane.size):
        if start:
            yield None
        if node.setPixelData(QtCore.QByteArray(bytes(memoryview(plane.data)[start:end])), *band.rect) is False:
            raise Failure(strings.PLACING_FAILED)


def hang_mask(document: Any, node: Any, name: str, mask: client.Plane, box: Box, visible: bool = True) -> None:
    """Gives a layer a transparency mask, GRAY U8, of a box of the canvas. Failure."""
    selection = krita.Selection()
    selection.setPixelData(QtCore.QByteArray(bytes(mask.data)), *box.rect)
    layer = document.createTransparencyMask(name)
    layer.setSelection(selection)
    if not visible:  # before it is hung: Krita does not draw the image anew for a script's change of visibility
        layer.setVisible(False)
    if node.addChildNode(layer, None) is False:
        raise Failure(strings.MASK_FAILED)
