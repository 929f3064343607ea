"""Owns the sight of a painting under way: its preview, its progress, and the buttons that end it."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host import thumbnails
from ..host.api import QtCore, QtGui, QtWidgets
from ..model.controller import Controller
from ..packages import Painting, client

LEAST_PREVIEW = 64  # px: still a picture, where the docker has 270 px of height
STEPS = 1000  # of the progress bar
BUTTON_MARGIN = 12  # px beside the words


class PreviewPicture(QtWidgets.QWidget):
    """Shows a picture as large as there is room, on the theme's own ground."""

    def __init__(self) -> None:
        super().__init__()
        self._image: Any = None
        self.setMinimumHeight(LEAST_PREVIEW)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Expanding)
        self.setAccessibleName(strings.PREVIEW)

    def show_image(self, image: Any | None) -> None:
        self._image = image
        self.update()

    def paintEvent(self, _event: Any) -> None:  # noqa: N802 - Qt's name
        painter = QtGui.QPainter(self)
        if self._image is None:
            painter.setPen(self.palette().color(QtGui.QPalette.ColorGroup.Disabled, QtGui.QPalette.ColorRole.WindowText))
            painter.drawText(self.rect(), QtCore.Qt.AlignmentFlag.AlignCenter, strings.PREPARING)
        else:
            density = self.devicePixelRatioF()
            wanted = QtCore.QSize(round(self.width() * density), round(self.height() * density))
            fitted = self._image.scaled(wanted, QtCore.Qt.AspectRatioMode.KeepAspectRatio, QtCore.Qt.TransformationMode.SmoothTransformation)
            fitted.setDevicePixelRatio(density)
            width, height = fitted.width() / density, fitted.height() / density
            painter.drawImage(QtCore.QPointF((self.width() - width) / 2, (self.height() - height) / 2), fitted)
        painter.end()

    def sizeHint(self) -> Any:  # noqa: N802 - Qt's name
        return QtCore.QSize(240, 200)


class Running(QtWidgets.QWidget):
    """The painting of the window's image."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._document = ""
        self._seen: client.Preview | None = None
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.title = QtWidgets.QLabel()
        self.title.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self.title.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        self.picture = PreviewPicture()
        self.words = QtWidgets.QLabel()
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self.bar = QtWidgets.QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName(strings.PROGRESS_BAR)
        self.keep = slim(QtWidgets.QPushButton(strings.STOP_AND_KEEP))
        self.keep.setToolTip(strings.KEEP_HINT)
        self.cancel = slim(QtWidgets.QPushButton(strings.CANCEL))
        buttons = QtWidgets.QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self.keep, 1)
        buttons.addWidget(self.cancel, 1)
        column.addWidget(self.title)
        column.addWidget(self.picture, 1)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addLayout(buttons)
        self.keep.clicked.connect(lambda: controller.finish(self._document))
        self.cancel.clicked.connect(lambda: controller.cancel(self._document))

    def refresh(self, document: str, paintings: list[Painting]) -> None:
        """paintings: those under way in this image; the latest is shown."""
        self._document = document
        if not paintings:
            self._seen = None
            self.picture.show_image(None)
            return
        now = paintings[-1]
        if now.preview is not self._seen:
            self._seen = now.preview
            self.picture.show_image(thumbnails.of_preview(now.preview) if now.preview is not None else None)
        self.title.setText(self.title.fontMetrics().elidedText(now.title, QtCore.Qt.TextElideMode.ElideMiddle, max(40, self.width() - 2)))
        self.title.setToolTip(now.title)
        self.bar.setValue(round(STEPS * now.fraction))
        words = self._controller.complaint or (now.text if len(paintings) == 1 else f"{now.text} (+{len(paintings) - 1})")
        self.words.setText(words)
        self.words.setToolTip(words)
        self.keep.setEnabled(any(each.can_finish for each in paintings))
        self.cancel.setEnabled(any(not each.cancellation.cancelled for each in paintings))


def slim(button: Any) -> Any:
    """Lets a button shrink to its words: styles give buttons a least width that a narrow docker doesn't have."""
    button.setMinimumWidth(button.fontMetrics().horizontalAdvance(button.text()) + BUTTON_MARGIN)
    return button
