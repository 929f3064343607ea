"""Owns what scrolls up and down where there is no room for all of it, and takes no more room than it needs."""

from __future__ import annotations

from typing import Any

from .api import QtCore, QtWidgets

LEAST_HEIGHT = 34  # px: one row of settings stays in sight


class Scrolling(QtWidgets.QScrollArea):
    """Shows a layout at its own height, or less with a scroll bar."""

    def __init__(self, layout: Any) -> None:
        super().__init__()
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
        return self._content.sizeHint()

    def minimumSizeHint(self) -> Any:  # noqa: N802 - Qt's name
        return QtCore.QSize(self._content.minimumSizeHint().width(), min(LEAST_HEIGHT, self._content.minimumSizeHint().height()))

    def eventFilter(self, _watched: Any, event: Any) -> bool:  # noqa: N802 - Qt's name
        """The content wants another height: so does this."""
        if event.type() == QtCore.QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return False
