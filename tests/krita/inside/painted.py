"""Owns what promises about paintings share: the layers' colours, and painting the active layer to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OPAQUE = bytes([10, 20, 30, 255])
SOFT = bytes([10, 20, 30, 128])
Until = Callable[[Callable[[], Any]], None]


def paint(shop: Any, document: Any, until: Until) -> Any:
    """The painting of a document's active layer, once it is over."""
    painting = shop.paint(document, document.active)
    until(lambda: painting.over)
    return painting
