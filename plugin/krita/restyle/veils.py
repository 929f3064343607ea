"""Owns the layers that were hidden under their paintings.

Krita keeps a layer's visibility out of its undo on purpose (its own eye button is not in there either), and no call of a plug-in changes that. So the one
step that undo takes back is the new layer, and this watches for it: its source is shown as soon as the painting is gone, and hidden when redo brings it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import layers
from .api import QtCore
from .failures import guarded

LOOK_MS = 150  # between two looks, while something is hidden: an undone painting that leaves a hole must not be seen for long


@dataclass
class _Veil:
    """known: the unique ids of the image's layers when the painting was last there. down: whether the source is hidden for it now."""

    document: str
    hidden: str
    painting: str
    known: set[str] = field(default_factory=set)
    down: bool = True


_veils: list[_Veil] = []
_watch: list[Any] = []  # the timer, made on Krita's thread when it is first needed


def hide(document: Any, layer: Any, painting: Any) -> None:
    """Hides `layer` as long as `painting` is in the image."""
    _show(document, layer, False)
    _veils.append(_Veil(layers.id_of(document), layers.layer_id(layer), layers.layer_id(painting)))
    if not _watch:
        timer = QtCore.QTimer()
        timer.setInterval(LOOK_MS)
        timer.timeout.connect(guarded(follow))
        _watch.append(timer)
    follow()
    _watch[0].start()


def follow() -> None:
    """Brings every hidden layer in step with undo and redo."""
    for veil in list(_veils):
        document = layers.find_document(veil.document)
        if document is None:
            _veils.remove(veil)
            continue
        now = {layers.layer_id(node) for node in layers.walk(document.rootNode())}
        there = veil.painting in now
        if there:
            veil.known = now
        elif not now <= veil.known:  # merged into a layer that is new: what was painted is still seen
            continue
        if there != veil.down:
            veil.down = there
            hidden = layers.find_layer(document, veil.hidden)
            if hidden is not None:
                _show(document, hidden, not there)
    if not _veils and _watch:
        _watch[0].stop()


def _show(document: Any, layer: Any, visible: bool) -> None:
    """Krita does not draw the image anew for a script's change of visibility: both would be seen, one over the other."""
    layer.setVisible(visible)
    document.waitForDone()
    document.refreshProjection()
