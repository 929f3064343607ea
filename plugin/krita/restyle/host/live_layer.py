"""Owns the layer that shows a live painting: how it comes and goes without an undo step, and how a part of it is drawn anew while a brush is at work.

Whatever Krita lets scripts add or remove is an undo step, but for a whole list of children at once. And it draws anew for a script all of the image or nothing,
and waits for the end of a stroke to do so; but a shape of a vector layer can say that it looks different, in any place. So the layer is a group of two: a paint
layer, and a vector layer with one shape that shows nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from .. import strings
from ..packages import Box, Failure, log
from . import layers, pixels
from .api import QtCore, application

POINTS = 72.0  # to the inch: shapes are measured in them
SHAPE = '<svg xmlns="http://www.w3.org/2000/svg" width="16px" height="16px" viewBox="0 0 16 16"><rect x="1" y="1" width="2" height="2" fill="none"/></svg>'
FIXED = ("selectionmask", "referenceimageslayer")  # what an image must not lose even for a moment
MOST_CALLS = 1000  # to take all children out of a group: Krita 5.2 takes one at a time


class Shown(Enum):
    """GONE: deleted, or undone. HIDDEN: by its eye or a group's. UNLOCKED: by a person, who may paint on it."""

    SHOWN = "shown"
    GONE = "gone"
    HIDDEN = "hidden"
    UNLOCKED = "unlocked"


@dataclass
class LiveLayer:
    """group, picture, marker: unique ids of the two layers and of the group around them. beside: of what lay beside it at first. quiet: whether it came without
    an undo step. lender: the image that the marker was read from, whose shape controller it goes on using, and which Krita closes when nobody holds it; None:
    there is no marker, and parts are drawn anew between strokes only.
    """

    document: str
    group: str
    picture: str
    marker: str
    beside: tuple[str, ...]
    lender: Any | None
    quiet: bool

    def node(self, document: Any) -> Any | None:
        """The paint layer."""
        return layers.by_id(document, self.picture)

    def state(self, document: Any) -> Shown:
        group, picture = layers.by_id(document, self.group), self.node(document)
        if group is None or picture is None or layers.layer_id(picture.parentNode()) != self.group:
            return Shown.GONE
        if not group.locked() or not picture.locked():
            return Shown.UNLOCKED
        return Shown.SHOWN if layers.seen(picture) else Shown.HIDDEN

    def write(self, document: Any, box: Box, data: bytes) -> None:
        """Puts a part into the picture, and has it drawn. Nothing when it is gone."""
        picture = self.node(document)
        if picture is not None:
            picture.setPixelData(QtCore.QByteArray(data), *box.rect)
            self.draw(document, box)

    def draw(self, document: Any, box: Box) -> None:
        """Has a part of the image drawn anew, soon."""
        marker = layers.by_id(document, self.marker) if self.lender is not None else None
        shapes = marker.shapes() if marker is not None else []
        if shapes:
            x, y = POINTS / document.xRes(), POINTS / document.yRes()
            shapes[0].updateAbsolute(QtCore.QRectF(box.x * x, box.y * y, box.width * x, box.height * y))
        elif document.tryBarrierLock():  # nobody draws: it takes all of the image, and would wait for the end of a stroke
            document.unlock()
            document.refreshProjection()

    def take_out(self, document: Any | None) -> None:
        """Out of the image, without an undo step unless what was done meanwhile may know of it. document: None when it is closed."""
        group = layers.by_id(document, self.group) if document is not None else None
        parent = group.parentNode() if group is not None else None
        if document is None:
            self._give_back()
        if document is None or parent is None:  # where it was deleted, undo may bring it back, so that its lender stays
            return
        rest = [node for node in parent.childNodes() if layers.layer_id(node) != self.group]
        if self.quiet and tuple(map(layers.layer_id, rest)) == self.beside and exchangeable(rest):
            active = document.activeNode()
            exchange(document, parent, rest)
            if active is not None and layers.layer_id(active) not in (self.group, self.picture, self.marker):
                document.setActiveNode(active)
            self._give_back()
        else:
            group.remove()  # type: ignore[union-attr]
        document.refreshProjection()

    def _give_back(self) -> None:
        """Closes the image that lent the marker, unless somebody has: closing it twice crashes Krita."""
        lender, self.lender = self.lender, None
        if lender is not None and lender.rootNode() is not None and layers.find_document(layers.id_of(lender)) is not None:
            lender.close()


def put_in(document: Any, source: Any, name: str) -> LiveLayer:
    """A live layer right above the source, empty, locked, so that nobody paints on it unawares. Failure."""
    colors = pixels.colors_of(source)
    picture = document.createNode(name, "paintlayer")
    if not colors.native or pixels.colors_of(picture).own != colors.own:
        raise Failure(strings.LIVE_COLORS.format(name=source.name()))
    group = document.createGroupLayer(name)
    lender, marker = _marker()
    if marker is not None:
        marker.setName(strings.LIVE_MARKER)
    group.setChildNodes([picture] if marker is None else [marker, picture])
    for node in (picture, group, *([] if marker is None else [marker])):
        node.setLocked(True)
    group.setCollapsed(True)
    parent = source.parentNode() or document.rootNode()
    beside = parent.childNodes()
    place = [layers.layer_id(node) for node in beside].index(layers.layer_id(source)) + 1
    quiet = exchangeable(beside)
    if quiet:
        exchange(document, parent, [*beside[:place], group, *beside[place:]])
    elif not parent.addChildNode(group, source):
        raise Failure(strings.PLACING_FAILED)
    document.setActiveNode(source)
    document.refreshProjection()
    ids = (layers.layer_id(group), layers.layer_id(picture), layers.layer_id(marker) if marker is not None else "")
    return LiveLayer(layers.id_of(document), *ids, tuple(map(layers.layer_id, beside)), lender, quiet)


def exchangeable(nodes: Iterable[Any]) -> bool:
    return not any(node.type() in FIXED or not node.type() for node in nodes)


def exchange(document: Any, parent: Any, nodes: list[Any]) -> None:
    """Gives a group these children, in this order, the lowest first; no undo step. Nothing may be at work on the image meanwhile, so that it is locked."""
    document.waitForDone()
    before = parent.childNodes()
    document.lock()
    try:
        for _ in range(MOST_CALLS):
            if not parent.childNodes():
                break
            parent.setChildNodes([])
        parent.setChildNodes(nodes)
    finally:
        if nodes and not parent.childNodes():  # whatever went wrong, no layer of a person's is lost
            parent.setChildNodes(before)
        document.unlock()


def _marker() -> tuple[Any | None, Any | None]:
    """An image in no window and its vector layer, taken out of it; none where this Krita can't. Scripts add shapes by an undo step, files bring them."""
    app = application()
    try:
        with tempfile.TemporaryDirectory(prefix="restyle-") as folder:
            path = Path(folder) / "live.svg"
            path.write_text(SHAPE, encoding="utf-8")
            quiet = app.batchmode()
            app.setBatchmode(True)  # else it asks for a resolution
            try:
                lender = app.openDocument(str(path))
            finally:
                app.setBatchmode(quiet)
        marker = next(node for node in lender.rootNode().childNodes() if node.type() == "vectorlayer" and node.shapes())
        exchange(lender, lender.rootNode(), [])
        lender.setModified(False)
    except Exception:
        log.write_traceback()
        return None, None
    return lender, marker
