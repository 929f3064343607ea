"""Owns small pictures: of files, previews and results, as Qt wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..packages import Box, client
from .api import QtCore, QtGui, buffer
from .scratch import converted

SHOWN = ("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")  # what Qt calls ARGB32
SIDE = 192  # px of a kept thumbnail: twice what is shown, for dense screens
QUALITY = 85  # of JPEG: strokes stay clean, and a picture is some 30 KB
GROUND = 0xFF808080  # a gray
MOST = 2048  # px, longest side of what Krita is asked to draw of a layer at a time: it would take its thread seconds
ROUGHLY = 4  # times the size wanted: what a picture is shrunk to before it is shrunk with care

_SHOWN = client.PixelFormat(client.Channels.BGRA, client.Depth.U8)


def of_preview(preview: client.Preview) -> Any:
    """A QImage of its own bytes."""
    return QtGui.QImage(preview.rgba, preview.width, preview.height, 4 * preview.width, QtGui.QImage.Format.Format_RGBA8888).copy()


def of_painting(plane: client.Plane, preview: client.Preview | None, side: int = SIDE) -> Any | None:
    """The result itself where Qt can show it, 8 bits of RGB; else the last preview of it."""
    if plane.format == _SHOWN:
        return fitted(of_plane(plane), side)
    return fitted(of_preview(preview), side) if preview is not None else None


def of_source(plane: client.Plane, node: Any | None, box: Box, side: int) -> Any | None:
    """What was sent of a layer, where Qt can show it; else the layer's part as it looks now. None when it can't be seen."""
    if plane.format == _SHOWN:
        return fitted(of_plane(plane), side)
    bounds = node.bounds() if node is not None else None
    if bounds is None or bounds.isEmpty():
        return None
    factor = min(1.0, side / max(box.width, box.height), MOST / max(bounds.width(), bounds.height()))
    image = node.thumbnail(max(1, round(factor * bounds.width())), max(1, round(factor * bounds.height())))  # type: ignore[union-attr]
    x, y, width, height = box.moved(-bounds.x(), -bounds.y()).rect
    return image.copy(*(round(factor * each) for each in (x, y)), *(max(1, round(factor * each)) for each in (width, height)))


def of_layer(node: Any, side: int) -> client.Plane | None:
    """A layer as it looks, its longest side `side` px at most, in colors that Qt can show; None for an empty one."""
    bounds = node.bounds()
    longest = max(bounds.width(), bounds.height())
    if not longest:
        return None
    width, height = (max(1, round(length * min(1.0, side / longest))) for length in (bounds.width(), bounds.height()))
    image = node.thumbnail(width, height).convertToFormat(QtGui.QImage.Format.Format_ARGB32)
    bits = image.constBits()
    if bits is None:
        return None
    bits.setsize(image.width() * image.height() * 4)  # rows of 4 bytes a pixel have nothing between them
    return client.Plane(client.PixelFormat(client.Channels.BGRA, client.Depth.U8), image.width(), image.height(), bytes(bits))


def of_plane(plane: client.Plane) -> Any:
    """A QImage of its own bytes, of 8 bits of B, G, R and A."""
    return QtGui.QImage(bytes(plane.data), plane.width, plane.height, 4 * plane.width, QtGui.QImage.Format.Format_ARGB32).copy()


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


def saved(image: Any | None, path: Path) -> str:
    """The file's name, or nothing when it could not be written: a list without a picture is still a list. JPEG, gray where the picture is transparent."""
    if image is None:
        return ""
    ground = QtGui.QImage(image.size(), QtGui.QImage.Format.Format_RGB32)
    ground.fill(GROUND)
    painter = QtGui.QPainter(ground)
    painter.drawImage(0, 0, image)
    painter.end()
    return path.name if ground.save(str(path), "JPEG", QUALITY) else ""


def png(image: Any) -> bytes:
    """A QImage as a PNG file."""
    content = QtCore.QByteArray()
    store = QtCore.QBuffer(content)
    store.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    image.save(store, "PNG")
    return bytes(content)
