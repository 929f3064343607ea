"""Owns how a style looks in the gallery: its picture with round corners, its name, the ground that says it is chosen, and the star of a favorite."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..host import thumbnails
from ..host.api import QtCore, QtGui, QtWidgets

SIDES = {"small": 50, "medium": 68, "large": 104}  # px of a picture: four, three and two in a row of a narrow docker
ROUNDING = 5  # px
ROOM = 8  # px around a picture
STAR = 17  # px, side of the corner that makes a favorite
INNER = 0.42  # of a star's points: where its edges meet


class Tiles(QtWidgets.QStyledItemDelegate):
    """side: px of a picture now. icon, favorite: of an index; a favorite of None can't be one. A chosen tile stands on the theme's own highlight."""

    def __init__(self, parent: Any, side: Callable[[], int], icon: Callable[[Any], Any | None], favorite: Callable[[Any], bool | None]) -> None:
        super().__init__(parent)
        self._side, self._icon, self._favorite = side, icon, favorite

    def paint(self, painter: Any, option: Any, index: Any) -> None:
        tile = QtWidgets.QStyleOptionViewItem(option)
        self.initStyleOption(tile, index)
        chosen = bool(tile.state & QtWidgets.QStyle.StateFlag.State_Selected)
        over = bool(tile.state & QtWidgets.QStyle.StateFlag.State_MouseOver)
        picture = self.picture(tile.rect)
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        if chosen or over:
            _ground(painter, tile, picture, 1.0 if chosen else 0.3)
        icon = self._icon(index)
        if icon is None:
            _waiting(painter, tile, picture)
        else:
            icon.paint(painter, picture)
        self._name(painter, tile, picture, chosen)
        if tile.state & QtWidgets.QStyle.StateFlag.State_HasFocus and not chosen:
            painter.setPen(QtGui.QPen(tile.palette.color(QtGui.QPalette.ColorRole.Highlight), 1.5))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QtCore.QRectF(picture).adjusted(-2, -2, 2, 2), ROUNDING + 1, ROUNDING + 1)
        favorite = self._favorite(index)
        if favorite or (over and favorite is not None):
            _starred(painter, tile, self.star(tile.rect), bool(favorite))
        painter.restore()

    def sizeHint(self, option: Any, _index: Any) -> Any:  # noqa: N802 - Qt's name
        """Of every tile, before its picture is read."""
        return QtCore.QSize(self._side() + ROOM, self._side() + ROOM + option.fontMetrics.height())

    def picture(self, tile: Any) -> Any:
        """Where the picture is in a tile's rectangle."""
        side = self._side()
        return QtCore.QRect(tile.center().x() - side // 2 + 1, tile.top() + ROOM // 2, side, side)

    def star(self, tile: Any) -> Any:
        """Where the star is in it: a click there makes a favorite."""
        picture = self.picture(tile)
        return QtCore.QRect(picture.right() - STAR - 1, picture.top() + 2, STAR, STAR)

    def _name(self, painter: Any, tile: Any, picture: Any, chosen: bool) -> None:
        painter.setFont(tile.font)
        role = QtGui.QPalette.ColorRole.HighlightedText if chosen else QtGui.QPalette.ColorRole.Text
        painter.setPen(tile.palette.color(role))
        words = QtCore.QRect(picture.left() - 2, picture.bottom() + 1, picture.width() + 4, tile.rect.bottom() - picture.bottom() - 1)
        text = tile.fontMetrics.elidedText(tile.text, QtCore.Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, QtCore.Qt.AlignmentFlag.AlignCenter, text)


def icon(image: Any | None, side: int, density: float = 1.0) -> Any:
    """A square icon with round corners; an empty one when there is no picture. side: px, of which each has `density` of the screen's."""
    length = round(side * density)
    pixmap = QtGui.QPixmap(length, length)
    pixmap.fill(QtCore.Qt.GlobalColor.transparent)
    if image is not None and not image.isNull():
        painter = QtGui.QPainter(pixmap)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        outline = QtGui.QPainterPath()
        outline.addRoundedRect(QtCore.QRectF(0, 0, length, length), ROUNDING * density, ROUNDING * density)
        painter.setClipPath(outline)
        painter.drawImage(0, 0, thumbnails.filled(image, length, length))
        painter.end()
    pixmap.setDevicePixelRatio(density)
    made = QtGui.QIcon()
    for mode in (QtGui.QIcon.Mode.Normal, QtGui.QIcon.Mode.Selected, QtGui.QIcon.Mode.Active):
        made.addPixmap(pixmap, mode)  # the same when selected: Qt would tint the picture, and its colors are what is chosen
    return made


def star_path(place: Any) -> Any:
    """A star of five points that fills a rectangle."""
    middle, radius = QtCore.QRectF(place).center(), place.width() / 2
    path = QtGui.QPainterPath()
    for corner in range(10):
        length, angle = radius * (INNER if corner % 2 else 1), math.pi * corner / 5
        point = QtCore.QPointF(middle.x() + length * math.sin(angle), middle.y() - length * math.cos(angle))
        if corner:
            path.lineTo(point)
        else:
            path.moveTo(point)
    path.closeSubpath()
    return path


def _ground(painter: Any, tile: Any, picture: Any, share: float) -> None:
    color = tile.palette.color(QtGui.QPalette.ColorRole.Highlight)
    color.setAlphaF(share)
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(color)
    ground = QtCore.QRect(picture.left() - 3, picture.top() - 3, picture.width() + 6, tile.rect.bottom() - picture.top() + 3)
    painter.drawRoundedRect(QtCore.QRectF(ground), ROUNDING + 1, ROUNDING + 1)


def _waiting(painter: Any, tile: Any, picture: Any) -> None:
    """The place of a picture that is read as soon as Krita has time for it."""
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(tile.palette.color(QtGui.QPalette.ColorRole.AlternateBase))
    painter.drawRoundedRect(QtCore.QRectF(picture), ROUNDING, ROUNDING)


def _starred(painter: Any, tile: Any, place: Any, favorite: bool) -> None:
    """On a disc of the theme's own ground, so that it is seen on every picture."""
    disc = tile.palette.color(QtGui.QPalette.ColorRole.Window)
    disc.setAlphaF(0.8)
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(disc)
    painter.drawEllipse(place)
    line = tile.palette.color(QtGui.QPalette.ColorRole.WindowText)
    painter.setPen(QtGui.QPen(line, 1.0))
    painter.setBrush(line if favorite else QtCore.Qt.BrushStyle.NoBrush)
    painter.drawPath(star_path(place.adjusted(3, 3, -3, -3)))
