"""Owns how a painting gets into the image: a layer made whole outside of the tree and added in one step, which is the one that undo takes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import layers, pixels, strings, veils
from .api import QtCore, krita
from .client import client
from .failures import Failure
from .order import Order
from .scratch import converted
from .turns import Steps


@dataclass(frozen=True)
class Placed:
    """notes: sentences about what else happened."""

    document: str
    layer: str
    notes: tuple[str, ...] = ()


def placing(order: Order, plane: client.Plane, name: str) -> Steps[Placed]:
    """Adds the painting right above its source. Failure when the image is gone, or Krita refuses."""
    document = _document(order)
    node = document.createNode(name, "paintlayer")
    yield from _filling(node, order, plane)
    document = _document(order)
    if order.mask is not None:
        _mask(document, node, order)
    return add(document, node, order)


def add(document: Any, node: Any, order: Order) -> Placed:
    """Puts a finished layer above its source, and hides that one where the two would add up. Failure."""
    below = layers.find_layer(document, order.source.layer)
    replaces = below is not None and order.veiled
    if replaces:
        node.setOpacity(below.opacity())  # type: ignore[union-attr]
        node.setBlendingMode(below.blendingMode())  # type: ignore[union-attr]
    parent = (below.parentNode() if below is not None else None) or document.rootNode()
    if not parent.addChildNode(node, below):  # draws the image anew; and Krita chooses the layer by itself, as soon as its own lists know it
        raise Failure(strings.PLACING_FAILED)
    notes = (strings.SOURCE_GONE,) if below is None else ()
    if replaces and below.visible():  # type: ignore[union-attr]
        veils.hide(document, below, node)
        notes = (strings.HIDDEN.format(name=below.name()),)  # type: ignore[union-attr]
    return Placed(order.source.document, layers.layer_id(node), notes)


def _document(order: Order) -> Any:
    document = layers.find_document(order.source.document)
    if document is None:
        raise Failure(strings.IMAGE_GONE)
    return document


def _filling(node: Any, order: Order, plane: client.Plane) -> Steps[None]:
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
            yield
        if node.setPixelData(QtCore.QByteArray(bytes(memoryview(plane.data)[start:end])), *band.rect) is False:
            raise Failure(strings.PLACING_FAILED)


def _mask(document: Any, node: Any, order: Order) -> None:
    selection = krita.Selection()
    selection.setPixelData(QtCore.QByteArray(order.mask.data), *order.source.sent.rect)  # type: ignore[union-attr]
    layer = document.createTransparencyMask(strings.MASK_NAME)
    layer.setSelection(selection)
    node.addChildNode(layer, None)
