"""Owns small pictures: of files, previews and results, as Qt wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..packages import Box, client
from .api import QtCore, QtGui, buffer
from .scratch import converted

SHOWN = ("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")  # what Qt calls ARGB32
SIDE = 192  # px of a kept thumbnail: twice what is shown, for dense screens
ROUGHLY = 4  # times the size wanted: what a picture is shrunk to before it is shrunk with care


def of_preview(preview: client.Preview) -> Any:
    """A QImage of its own bytes."""
    return QtGui.QImage(preview.rgba, preview.width, preview.height, 4 * preview.width, QtGui.QImage.Format.Format_RGBA8888).copy()


def of_painting(plane: client.Plane, preview: client.Preview | None) -> Any | None:
    """The result itself where Qt can show it, 8 bits of RGB; else the last preview of it."""
    if plane.format == client.PixelFormat(client.Channels.BGRA, client.Depth.U8):
        image = QtGui.QImage(bytes(plane.data), plane.width, plane.height, 4 * plane.width, QtGui.QImage.Format.Format_ARGB32)
        return fitted(image, SIDE)
    return fitted(of_preview(preview), SIDE) if preview is not None else None


def of_part(node: Any, box: Box) -> Any | None:
    """A part of a layer, in colors that Qt can show; None when Krita can't bring it there."""
    if box.empty:
        return None
    own = (node.colorModel(), node.colorDepth(), node.colorProfile())
    data = node.pixelData(*box.rect) if node.type() == "paintlayer" else node.projectionPixelData(*box.rect)
    if own[:2] != SHOWN[:2]:
        data = converted(data, box.width, box.height, own, SHOWN)
    if data is None:
        return None
    return fitted(QtGui.QImage(bytes(buffer(data)), box.width, box.height, 4 * box.width, QtGui.QImage.Format.Format_ARGB32), SIDE)


def of_file(data: bytes) -> Any | None:
    """None when Qt can't read it."""
    image = QtGui.QImage.fromData(QtCore.QByteArray(data)) if data else QtGui.QImage()
    return None if image.isNull() else image


def fitted(image: Any, side: int) -> Any:
    """Scaled into a square; a large one first without care, which would take Krita's thread a tenth of a second."""
    keep = QtCore.Qt.AspectRatioMode.KeepAspectRatio
    if max(image.width(), image.height()) > 2 * ROUGHLY * side:
        image = image.scaled(ROUGHLY * side, ROUGHLY * side, keep, QtCore.Qt.TransformationMode.FastTransformation)
    return image.scaled(side, side, keep, QtCore.Qt.TransformationMode.SmoothTransformation)


def filled(image: Any, width: int, height: int) -> Any:
    """Scaled and cut to fill a rectangle."""
    scaled = image.scaled(width, height, QtCore.Qt.AspectRatioMode.KeepAspectRatioByExpanding, QtCore.Qt.TransformationMode.SmoothTransformation)
    return scaled.copy((scaled.width() - width) // 2, (scaled.height() - height) // 2, width, height)


def save(image: Any, folder: Path, name: str) -> str:
    """The name, or nothing when it could not be written: a list without a picture is still a list."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return name if image.save(str(folder / name), "PNG") else ""


def png(image: Any) -> bytes:
    """A QImage as a PNG file."""
    content = QtCore.QByteArray()
    store = QtCore.QBuffer(content)
    store.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    image.save(store, "PNG")
    return bytes(content)
