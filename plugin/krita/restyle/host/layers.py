"""Owns finding images and layers again: Krita's objects die with what they stand for, so everything that lasts holds unique ids only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .api import QtCore, application


def id_of(document: Any) -> str:
    """The image's: its root layer's unique id, the same for every window and as long as it is open."""
    return str(document.rootNode().uniqueId().toString())


def layer_id(node: Any) -> str:
    return str(node.uniqueId().toString())


def find_document(document_id: str) -> Any | None:
    """None when it is closed."""
    opened = (each for each in application().documents() if each.rootNode() is not None)  # one that is loading has no layers yet
    return next((each for each in opened if id_of(each) == document_id), None)


def find_layer(document: Any, wanted: str) -> Any | None:
    """None when it is deleted."""
    return next((node for node in walk(document.rootNode()) if layer_id(node) == wanted), None)


def by_id(document: Any, wanted: str) -> Any | None:
    """The same as find_layer, without walking through all of them where this Krita can: for what is asked many times a second."""
    if not wanted:
        return None
    if not hasattr(document, "nodeByUniqueID"):
        return find_layer(document, wanted)
    node = document.nodeByUniqueID(QtCore.QUuid(wanted))
    return node if node is not None and node.parentNode() is not None else None


def seen(node: Any) -> bool:
    """Whether neither its own eye nor that of a group around it is closed."""
    while node is not None:
        if not node.visible():
            return False
        node = node.parentNode()
    return True


def walk(node: Any) -> Iterator[Any]:
    """Everything below a layer, masks included, the lowest first."""
    for child in node.childNodes():
        yield child
        yield from walk(child)


def is_mask(node: Any) -> bool:
    return str(node.type()).endswith("mask")


def active_document() -> Any | None:
    return application().activeDocument()


def document_beside(docker: Any) -> Any | None:
    """The image in front in the docker's own window, whichever window is active; None when there is none."""
    for window in application().windows():
        if window.qwindow() == docker.parentWidget():
            view = window.activeView()
            return view.document() if view is not None else None
    return active_document()
