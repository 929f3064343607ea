"""Owns the line at the docker's foot: what the server does, what went wrong and what to do next, and the buttons that do it."""

from __future__ import annotations

from typing import Any

from . import strings
from .api import QtCore, QtGui, QtWidgets, application
from .painter import ServerState
from .painting import Painting, Phase
from .workshop import Workshop

MOST_LINES = 4  # of a sentence: at 270 px of height it may not push the buttons out; the tooltip has all of it


class Status(QtWidgets.QWidget):
    def __init__(self, workshop: Workshop) -> None:
        super().__init__()
        self._workshop = workshop
        self._all = ""
        self._wrong = self._low = False
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.words = QtWidgets.QLabel()
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self.words.setMaximumHeight(MOST_LINES * self.words.fontMetrics().lineSpacing() + 2)
        font = QtGui.QFont(self.words.font())
        font.setPointSizeF(max(6.0, 0.9 * font.pointSizeF()))
        self.words.setFont(font)
        self.retry = self._button(strings.RETRY, workshop.painter.connect)
        self.install = self._button(strings.INSTALL, workshop.painter.install_weights)
        self.install.setText(strings.INSTALL_SHORT)
        self.sign = QtWidgets.QLabel()
        side = self.words.fontMetrics().lineSpacing()
        self.sign.setPixmap(application().icon("dialog-warning").pixmap(side, side))
        row.addWidget(self.sign, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        row.addWidget(self.install)
        row.addWidget(self.retry)

    def refresh(self, last: Painting | None) -> None:
        """last: the painting of this image that ended last, while its word still matters."""
        workshop, painter = self._workshop, self._workshop.painter
        words, wrong = self._sentence(last)
        self._all, self._wrong = words, wrong
        self._show()
        self.words.setToolTip(words)
        self.sign.setVisible(wrong)
        better = painter.better_weights
        self.install.setVisible(better is not None and not painter.installing and not wrong)
        if better is not None:
            self.install.setToolTip(strings.INSTALL_HINT.format(size=strings.bytes_(better.size)))
        self.retry.setVisible(painter.state in (ServerState.ERROR, ServerState.OFF) and not workshop.complaint and bool(words))

    def squeeze(self, low: bool) -> None:
        """low: one line has to do, in a docker that is short of height, unless something is wrong."""
        if low != self._low:
            self._low = low
            self._show()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        short = self._low and not self._wrong
        self.words.setWordWrap(not short)
        elided = self.words.fontMetrics().elidedText(self._all, QtCore.Qt.TextElideMode.ElideRight, self.words.width())
        self.words.setText(elided if short else self._all)

    def _sentence(self, last: Painting | None) -> tuple[str, bool]:
        """What to say, and whether something is wrong. What the painter just pressed comes first, then the server, then the last painting."""
        workshop, painter = self._workshop, self._workshop.painter
        if workshop.complaint:
            return workshop.complaint, True
        if last is not None and last.phase is Phase.FAILED:
            return last.text, True
        if painter.state is ServerState.ERROR:
            return painter.sentence, True
        if painter.installing:
            return painter.installing, False
        if last is not None and last.text:
            return " ".join((last.text, *last.notes)), False
        if painter.state in (ServerState.READY, ServerState.BUSY):
            return " · ".join(word for word in (painter.sentence, painter.facts) if word), False
        return painter.sentence, False

    def _button(self, words: str, deed: Any) -> Any:
        button = QtWidgets.QToolButton()
        button.setText(words)
        button.setAccessibleName(words)
        button.clicked.connect(lambda: self._workshop.attempt(deed))
        button.hide()
        return button
