"""Owns comparing a painting with what it was painted from: one picture, the layer on the left of a line that can be dragged, the painting on the right."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host.api import QtCore, QtGui, QtWidgets

WIDTH, HEIGHT = 520, 440  # px: a picture of 384 px, a little larger
STEP = 0.05  # of the width, for an arrow key
LINE = 2  # px
HANDLE = 7  # px, radius of what is dragged


class Comparison(QtWidgets.QWidget):
    """split: 0 to 1 of the picture's width, where the layer ends and the painting begins."""

    def __init__(self) -> None:
        super().__init__()
        self.split = 0.5
        self._before: Any | None = None
        self._after: Any | None = None
        self.setMinimumSize(160, 120)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.setCursor(QtGui.QCursor(QtCore.Qt.CursorShape.SplitHCursor))
        self.setToolTip(strings.COMPARE_HINT)
        self.setAccessibleName(strings.COMPARE)

    def show_pictures(self, before: Any | None, after: Any | None) -> None:
        """QImages; None: there is none."""
        self._before, self._after = before, after
        self.update()

    def sizeHint(self) -> Any:  # noqa: N802 - Qt's name
        return QtCore.QSize(WIDTH, HEIGHT)

    def split_at(self, split: float) -> None:
        self.split = min(1.0, max(0.0, split))
        self.update()

    def paintEvent(self, _event: Any) -> None:  # noqa: N802 - Qt's name
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        if self._after is None:
            painter.drawText(self.rect(), QtCore.Qt.AlignmentFlag.AlignCenter | QtCore.Qt.TextFlag.TextWordWrap, strings.COMPARE_NONE)
            painter.end()
            return
        place = self._place()
        painter.drawImage(place, self._after)
        if self._before is not None:
            line = place.left() + self.split * place.width()
            painter.save()
            painter.setClipRect(QtCore.QRectF(place.left(), place.top(), line - place.left(), place.height()))
            painter.drawImage(place, self._before)
            painter.restore()
            self._draw_line(painter, line, place)
        painter.end()

    def _draw_line(self, painter: Any, x: float, place: Any) -> None:
        painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0, 120), LINE + 2))  # seen on every picture: white, edged with black
        painter.drawLine(QtCore.QPointF(x, place.top()), QtCore.QPointF(x, place.bottom()))
        painter.setPen(QtGui.QPen(QtCore.Qt.GlobalColor.white, LINE))
        painter.drawLine(QtCore.QPointF(x, place.top()), QtCore.QPointF(x, place.bottom()))
        painter.setBrush(self.palette().color(QtGui.QPalette.ColorRole.Highlight) if self.hasFocus() else QtGui.QColor(0, 0, 0, 160))
        painter.drawEllipse(QtCore.QPointF(x, place.center().y()), HANDLE, HANDLE)

    def mousePressEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        self._drag(event)

    def mouseMoveEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        self._drag(event)

    def keyPressEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        steps = {QtCore.Qt.Key.Key_Left: -STEP, QtCore.Qt.Key.Key_Right: STEP}
        if event.key() in steps:
            self.split_at(self.split + steps[event.key()])
        else:
            super().keyPressEvent(event)

    def _drag(self, event: Any) -> None:
        place = self._place()
        x = event.position().x() if hasattr(event, "position") else event.x()  # Qt 6, Qt 5
        self.split_at((x - place.left()) / max(1.0, place.width()))

    def _place(self) -> Any:
        """Where the pictures are: as large as there is room."""
        size = QtCore.QSizeF(self._after.size()) if self._after is not None else QtCore.QSizeF(1, 1)
        size.scale(QtCore.QSizeF(self.size()), QtCore.Qt.AspectRatioMode.KeepAspectRatio)
        place = QtCore.QRectF(QtCore.QPointF(0, 0), size)
        place.moveCenter(QtCore.QRectF(self.rect()).center())
        return place


class Comparing(QtWidgets.QDialog):
    """A window beside the image, which stays usable."""

    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self.comparison = Comparison()
        self.words = QtWidgets.QLabel()
        self.words.setWordWrap(True)
        column = QtWidgets.QVBoxLayout(self)
        column.addWidget(self.comparison, 1)
        column.addWidget(self.words)

    def show_painting(self, before: Any | None, after: Any | None, title: str, words: str) -> None:
        self.setWindowTitle(title)
        self.words.setText(words)
        self.comparison.show_pictures(before, after)
        self.show()
        self.raise_()
