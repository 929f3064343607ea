"""Owns the frames of an animated layer: which are painted, what each looks like, and the new animated layer with the same keys, frame by frame.

A hold stays a hold: keys are painted, and what lies between two of them is Krita's.
"""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import Any

from .. import strings
from ..packages import Failure, Steps, alpha, client
from . import hidden_sources, layers, pixels, placing
from .api import QtCore, application
from .order import Order, order
from .placing import Placed
from .recipe import Recipe
from .source import Source

BACK_SECONDS = 3.0  # for Krita to take back a move of the playhead: it takes a few turns of its loop


def keys(document: Any, node: Any) -> list[int]:
    """The frames that have a picture of their own; of a range that is selected in the timeline, where one is, the one that is held into it included.

    Failure when there are not two.
    """
    first, last = document.fullClipRangeStartTime(), document.fullClipRangeEndTime()
    if not node.animated():
        raise Failure(strings.NOT_ANIMATED.format(name=node.name()))
    found = [time for time in range(first, last + 1) if node.hasKeyframeAtTime(time)]
    start, end = document.playBackStartTime(), document.playBackEndTime()
    if start < end and (start, end) != (first, last):
        held = max((time for time in found if time <= start), default=start)
        found = [time for time in found if held <= time <= end]
    if len(found) < 2:
        raise Failure((strings.ONE_FRAME if found else strings.NOT_ANIMATED).format(name=node.name(), restyle=strings.PAINT))
    return found


def first_order(document: Any, node: Any, source: Source, recipe: Recipe, time: int) -> Order | None:
    """What is ordered of all frames, with the pixels of one; None when nothing is visible in it. Failure."""
    try:
        return order(document, _Frame(node, time), source, recipe, batch=True)
    except Failure as failure:
        if str(failure) == strings.EMPTY.format(name=source.name):
            return None
        raise


def later_order(document: Any, node: Any, first: Order, time: int) -> Order | None:
    """The same of another frame: styles, regions and settings are those that the run began with. None when nothing is visible in it. Failure."""
    content = pixels.read(document, _Frame(node, time), first.source.sent)
    visible, opaque = alpha.alpha_range(content)
    return replace(first, request=replace(first.request, content=content), translucent=first.source.blends or not opaque) if visible else None


def place(document: Any, node: Any, made: Order, name: str) -> Placed:
    """Puts the new layer, `node`, a duplicate of the source, above it: the one step that undo takes back. Failure."""
    node.setName(name)
    placed = placing.add(document, node, made)
    node.setPinnedToTimeline(True)
    return placed


def writing(document: Any, node: Any, made: Order, time: int, plane: client.Plane) -> Steps[None]:
    """Puts a painted frame into its key. Krita writes only where the playhead is, so that it goes there and back."""
    before = document.currentTime()
    document.setCurrentTime(time)
    document.waitForDone()
    node.setPixelData(QtCore.QByteArray(bytes(plane.data)), *made.source.sent.rect)
    if time != before:
        yield from _going_back(document, before)
    if layers.find_document(made.source.document) is not None:
        document.refreshProjection()


def _going_back(document: Any, before: int) -> Steps[None]:
    """Takes back the move of the playhead, which is the image's last undo step: moved once more, it would leave one, and undo would seem to do nothing.

    Where another image is in front, undo would be that one's: there the step stays.
    """
    own, active = layers.id_of(document), layers.active_document()
    undo = application().action("edit_undo")
    if active is not None and layers.id_of(active) == own and undo is not None and undo.isEnabled():
        undo.trigger()
        end = monotonic() + BACK_SECONDS
        while layers.find_document(own) is not None and document.currentTime() != before and monotonic() < end:
            yield None
    if layers.find_document(own) is not None and document.currentTime() != before:
        document.setCurrentTime(before)
        document.waitForDone()


def hide_source(document: Any, node: Any, source: Source) -> tuple[str, ...]:
    """For the first frame that lets others through, where those before it did not. Returns what to say of it."""
    below = layers.find_layer(document, source.layer)
    if below is not None and hidden_sources.hide(document, below, node):
        return (strings.HIDDEN.format(name=below.name()),)
    return ()


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
