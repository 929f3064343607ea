"""Owns painting an animated layer: its keys, one job each, and the new animated layer with the same keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import strings
from ..packages import Failure, Steps, client
from . import layers, pixels, placing
from .api import QtCore
from .order import Order, order
from .placing import Placed
from .recipe import Recipe
from .source import Source

IN_FLIGHT = 4  # jobs at a time: the server caches the style for them, and their pixels lie in memory


def keys(document: Any, node: Any) -> list[int]:
    """The frames that have a picture of their own. Failure when the layer is not animated."""
    if not node.animated():
        raise Failure(strings.NOT_ANIMATED.format(name=node.name()))
    found = [time for time in range(document.fullClipRangeStartTime(), document.fullClipRangeEndTime() + 1) if node.hasKeyframeAtTime(time)]
    if not found:
        raise Failure(strings.NOT_ANIMATED.format(name=node.name()))
    return found


def whole_canvas(document: Any, source: Source) -> Source:
    """Frames differ in what they cover, so all of the canvas is sent."""
    return replace(source, sent=pixels.box_of(document.bounds()), selected=False)


def frame_order(document: Any, node: Any, source: Source, recipe: Recipe, time: int) -> Order | None:
    """The request of one key; None when nothing is visible in it. Failure."""
    try:
        return order(document, _Frame(node, time), source, recipe, batch=True)
    except Failure as failure:
        if str(failure) == strings.EMPTY.format(name=source.name):
            return None
        raise


def placing_all(node: Any, whole: Order, planes: dict[int, client.Plane], name: str) -> Steps[Placed]:
    """Puts a duplicate of the source, `node`, above it, with the painted keys. One undo step takes it back. Failure."""
    document = layers.find_document(whole.source.document)
    if document is None:
        raise Failure(strings.IMAGE_GONE)
    node.setName(name)
    placed = placing.add(document, node, whole)
    for time, plane in sorted(planes.items()):
        if layers.find_document(placed.document) is None:
            raise Failure(strings.IMAGE_GONE)
        before = document.currentTime()
        document.setCurrentTime(time)
        document.waitForDone()
        node.setPixelData(QtCore.QByteArray(plane.data), *whole.source.sent.rect)
        document.setCurrentTime(before)
        document.waitForDone()
        yield
    document.refreshProjection()
    return placed


class _Frame:
    """A layer as it is at one time; everything else is the layer's own."""

    def __init__(self, node: Any, time: int) -> None:
        self._node, self._time = node, time

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)

    def childNodes(self) -> list[Any]:  # noqa: N802 - Krita's name
        """None: the duplicate that the painting is put into has the layer's masks too."""
        return []

    def pixelData(self, x: int, y: int, width: int, height: int) -> Any:  # noqa: N802 - Krita's name
        return self._node.pixelDataAtTime(x, y, width, height, self._time)
