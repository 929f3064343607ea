"""Owns the layers that were hidden under their paintings.

Krita's undo does not know visibility: so undoing a painting shows its source again here, and redoing it hides it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import layers


@dataclass
class _Veil:
    document: str
    hidden: str
    painting: str
    down: bool = True


_veils: list[_Veil] = []


def hide(document: Any, layer: Any, painting: Any) -> None:
    """Hides `layer` as long as `painting` is in the image."""
    layer.setVisible(False)
    _veils.append(_Veil(layers.id_of(document), layers.layer_id(layer), layers.layer_id(painting)))


def follow() -> None:
    """Brings every hidden layer in step with undo and redo. Call it now and then; it costs nothing while nothing is hidden."""
    for veil in list(_veils):
        document = layers.find_document(veil.document)
        if document is None:
            _veils.remove(veil)
            continue
        there = layers.find_layer(document, veil.painting) is not None
        if there != veil.down:
            veil.down = there
            hidden = layers.find_layer(document, veil.hidden)
            if hidden is not None:
                hidden.setVisible(not there)
                document.refreshProjection()
