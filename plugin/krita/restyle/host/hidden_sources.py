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
class _HiddenSource:
    """One layer that one painting hides. known: the unique ids of the image's layers when the painting was last there. down: whether it hides for it now."""

    document: str
    hidden: str
    painting: str
    known: set[str] = field(default_factory=set)
    down: bool = True

    @property
    def place(self) -> tuple[str, str]:
        return self.document, self.hidden


_hidden: list[_HiddenSource] = []
_watch: list[Any] = []  # the timer, made on Krita's thread when it is first needed


def hide(document: Any, layer: Any, painting: Any) -> bool:
    """Hides `layer` as long as `painting` is in the image. Returns whether it was seen before; one that a person hid stays theirs."""
    hidden = _HiddenSource(layers.id_of(document), layers.layer_id(layer), layers.layer_id(painting))
    seen = bool(layer.visible())
    if not seen and not _hides(hidden.place):
        return False
    if seen:
        _show(document, layer, False)
    _hidden.append(hidden)
    if not _watch:
        timer = QtCore.QTimer()
        timer.setInterval(LOOK_MS)
        timer.timeout.connect(guarded(follow))
        _watch.append(timer)
    follow()
    _watch[0].start()
    return seen


def follow() -> None:
    """Brings every hidden layer in step with undo and redo: it is seen again when the last painting that hides it is gone."""
    before = {hidden.place: _hides(hidden.place) for hidden in _hidden}
    there: dict[str, set[str]] = {}
    for document_id in {hidden.document for hidden in _hidden}:
        if (document := layers.find_document(document_id)) is not None:
            there[document_id] = {layers.layer_id(node) for node in layers.walk(document.rootNode())}
    _hidden[:] = [hidden for hidden in _hidden if hidden.document in there]
    for hidden in _hidden:
        now = there[hidden.document]
        if hidden.painting in now:
            hidden.known, hidden.down = now, True
        elif now <= hidden.known:  # else it was merged into a layer that is new: what was painted is still seen
            hidden.down = False
    for place, was_hidden in before.items():
        if _hides(place) == was_hidden:
            continue
        document = layers.find_document(place[0])
        layer = layers.find_layer(document, place[1]) if document is not None else None
        if layer is not None:
            _show(document, layer, not _hides(place))
    if not _hidden and _watch:
        _watch[0].stop()


def _hides(place: tuple[str, str]) -> bool:
    return any(hidden.down for hidden in _hidden if hidden.place == place)


def _show(document: Any, layer: Any, visible: bool) -> None:
    """Krita does not draw the image anew for a script's change of visibility: both would be seen, one over the other."""
    layer.setVisible(visible)
    document.waitForDone()
    document.refreshProjection()
