"""Owns what scrolls up and down where there is no room for all of it, and takes no more room than it needs."""

from __future__ import annotations

from typing import Any

from ..host.api import QtCore, QtWidgets

LEAST_HEIGHT = 34  # px: one row of settings stays in sight
_TURNED_BY_WHEELS = (QtWidgets.QAbstractSpinBox, QtWidgets.QSlider, QtWidgets.QComboBox)


class Scrolling(QtWidgets.QScrollArea):
    """Shows a layout at its own height, or less with a scroll bar. least_width: px, of a layout that is made narrower where there is less room than it has."""

    def __init__(self, layout: Any, least_width: int | None = None) -> None:
        super().__init__()
        self._least_width = least_width
        self._content = QtWidgets.QWidget()
        self._content.setLayout(layout)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Preferred, QtWidgets.QSizePolicy.Policy.Maximum)
        self._content.installEventFilter(self)

    def sizeHint(self) -> Any:  # noqa: N802 - Qt's name
        hint = self._content.sizeHint()
        return QtCore.QSize(hint.width(), max(hint.height(), self._content.heightForWidth(self.viewport().width())))  # rows wrap in a narrow docker

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def minimumSizeHint(self) -> Any:  # noqa: N802 - Qt's name
        least = self._content.minimumSizeHint()
        return QtCore.QSize(least.width() if self._least_width is None else self._least_width, min(LEAST_HEIGHT, least.height()))

    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Follows the height that the content wants, and keeps the wheel from what it meets on the way.

        A wheel over a number would change it, where all that is wanted is to see what lies below; over one that was clicked it still does.
        """
        if event.type() == QtCore.QEvent.Type.LayoutRequest:
            self.updateGeometry()
            for each in self._content.findChildren(QtWidgets.QWidget):
                if isinstance(each, _TURNED_BY_WHEELS):
                    each.installEventFilter(self)
        turned = event.type() == QtCore.QEvent.Type.Wheel and isinstance(watched, _TURNED_BY_WHEELS)
        if turned and not watched.hasFocus() and self.verticalScrollBar().maximum():
            QtCore.QCoreApplication.sendEvent(self.verticalScrollBar(), event)
            return True
        return bool(super().eventFilter(watched, event))  # Qt's own has the scroll bars follow
