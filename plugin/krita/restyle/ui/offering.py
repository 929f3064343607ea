"""Owns what the docker shows in the place of all else while there is no painter: what would be installed, how far that is, and the buttons for it."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host.api import QtCore, QtGui, QtWidgets
from ..model.controller import Controller
from ..packages import Stage
from .running import STEPS, slim
from .scrolling import Scrolling


class Offering(QtWidgets.QWidget):
    """rest: the docker's own content, which is seen when nothing is offered."""

    def __init__(self, controller: Controller, rest: Any) -> None:
        super().__init__()
        self._installation, self._rest = controller.installation, rest
        self.title, self.words = _wrapped(), _wrapped()
        bold = QtGui.QFont(self.title.font())
        bold.setBold(True)
        self.title.setFont(bold)
        self.title.setText(strings.PAINTER_TITLE)
        self.words.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        self.line = QtWidgets.QLabel()
        self.line.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self.bar = QtWidgets.QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName(strings.PAINTER_PROGRESS)
        self.install = self._button(strings.PAINTER_INSTALL, self._installation.install)
        self.install.setDefault(True)
        self.retry = self._button(strings.RETRY, self._installation.retry)
        self.go_on = self._button(strings.PAINTER_GO_ON, self._installation.finish)
        self.cancel = self._button(strings.CANCEL, self._installation.cancel)
        self.undo = self._button(strings.PAINTER_UNDO, self._installation.undo)
        self.undo.setToolTip(strings.PAINTER_UNDO_HINT)
        self.log = self._button(strings.PAINTER_LOG, self._open_log)
        self.log.setToolTip(strings.PAINTER_LOG_HINT.format(log=self._installation.log))
        buttons = QtWidgets.QHBoxLayout()
        buttons.setSpacing(4)
        for button in self.focus_chain():
            buttons.addWidget(button, 1)
        told = QtWidgets.QVBoxLayout()
        told.setContentsMargins(4, 4, 4, 2)
        told.setSpacing(6)
        for each in (self.title, self.words, self.bar, self.line):
            told.addWidget(each)
        told.addLayout(buttons)
        told.addStretch(1)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Scrolling(told))
        column.addStretch(1)
        self.hide()

    def focus_chain(self) -> list[Any]:
        """The buttons in the order that Tab goes through."""
        return [self.install, self.retry, self.go_on, self.cancel, self.undo, self.log]

    def refresh(self) -> None:
        """Shows the installation as it is now."""
        now = self._installation
        self._rest.setVisible(not now.offered)
        self.setVisible(now.offered)
        if not now.offered:
            return
        self.title.setVisible(now.stage is not Stage.DONE)
        self.words.setText(now.words)
        self.line.setText(self.line.fontMetrics().elidedText(now.line, QtCore.Qt.TextElideMode.ElideRight, max(40, self.width() - 10)))
        self.line.setToolTip(now.line)
        self.line.setVisible(bool(now.line))
        self.bar.setVisible(now.busy)
        self.bar.setRange(0, 0 if now.share is None else STEPS)
        self.bar.setValue(round(STEPS * (now.share or 0.0)))
        shown = {
            self.install: now.can_install,
            self.retry: now.can_retry,
            self.go_on: now.stage is Stage.DONE,
            self.cancel: now.can_cancel or now.stage is Stage.CANCELLING,
            self.undo: now.can_undo,
            self.log: now.has_log,
        }
        for button, wanted in shown.items():
            button.setVisible(wanted)
        self.cancel.setEnabled(now.can_cancel)

    def _open_log(self) -> None:
        QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(self._installation.log)))

    def _button(self, words: str, deed: Any) -> Any:
        button = slim(QtWidgets.QPushButton(words))
        button.clicked.connect(lambda: deed())
        return button


def _wrapped() -> Any:
    label = QtWidgets.QLabel()
    label.setWordWrap(True)
    label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    label.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
    return label
