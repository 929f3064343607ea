"""Owns the line at the docker's foot: what the server does, what went wrong and what to do next, and the buttons that do it."""

from __future__ import annotations

from enum import Enum
from typing import Any

from .. import strings
from ..host.api import QtCore, QtGui, QtWidgets, application
from ..model.controller import Controller
from ..packages import Painting, Phase, ServerState

LEAST_LINES = 2  # that are kept free, so that nothing moves when one sentence follows another; one where the docker is low
MOST_LINES, MOST_LINES_LOW = 8, 4  # of a sentence: at 270 px of height it may not push the buttons out; the tooltip has all of it
MORE_WORDS = "…"
_WRAPPED = int(QtCore.Qt.TextFlag.TextWordWrap)


class Tone(Enum):
    """STATE: how the server is, which may be cut short. NEWS: what became of something. WRONG: and what to do next."""

    STATE = "state"
    NEWS = "news"
    WRONG = "wrong"


class Status(QtWidgets.QWidget):
    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._all = ""
        self._whole = self._low = False
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.words = QtWidgets.QLabel()
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        font = QtGui.QFont(self.words.font())
        font.setPointSizeF(max(6.0, 0.9 * font.pointSizeF()))
        self.words.setFont(font)
        self.words.setAlignment(QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignTop)
        self.words.installEventFilter(self)
        self.retry = self._button(strings.RETRY, controller.server.connect)
        self.install = self._button(strings.INSTALL, controller.server.install_weights)
        self.install.setText(strings.INSTALL_SHORT)
        self.sign = QtWidgets.QLabel()
        side = self.words.fontMetrics().lineSpacing()
        self.sign.setPixmap(application().icon("dialog-warning").pixmap(side, side))
        row.addWidget(self.sign, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        row.addWidget(self.install)
        row.addWidget(self.retry)

    def refresh(self, last: Painting | None, ready: str) -> None:
        """last: the painting of this image that ended last, while its word still matters. ready: what a server that is ready waits for, in words."""
        controller, server = self._controller, self._controller.server
        self._all, tone = self._sentence(last, ready)
        self._whole = tone is not Tone.STATE
        self.words.setToolTip(self._all)
        self.sign.setVisible(tone is Tone.WRONG)
        installable = server.installable
        offered = tone is Tone.STATE or (tone is Tone.WRONG and server.install_failed)
        self.install.setVisible(installable is not None and not server.installing and offered)
        if installable is not None:
            self.install.setToolTip(strings.INSTALL_HINT.format(size=strings.bytes_(installable.size)))
        self.retry.setVisible(server.state is ServerState.ERROR and not controller.complaint)
        self._show()

    def squeeze(self, low: bool) -> None:
        """low: in a docker that is short of height, one line has to do for how the server is."""
        if low != self._low:
            self._low = low
            self._show()

    def eventFilter(self, _watched: Any, event: Any) -> bool:  # noqa: N802 - Qt's name
        """The words have another width, also where a button beside them came or went: others fit."""
        if event.type() == QtCore.QEvent.Type.Resize and event.size().width() != event.oldSize().width():
            self._show()
        return False

    def _show(self) -> None:
        short = self._low and not self._whole
        line = self.words.fontMetrics().lineSpacing()
        most = MOST_LINES_LOW if self._low else MOST_LINES if self._whole else LEAST_LINES
        self.words.setMaximumHeight(most * line + 2)
        self.setMinimumHeight((1 if self._low else LEAST_LINES) * line + 2)
        self.words.setWordWrap(not short)
        elided = self.words.fontMetrics().elidedText(self._all, QtCore.Qt.TextElideMode.ElideRight, self.words.width())
        self.words.setText(elided if short else self._fitting())

    def _fitting(self) -> str:
        """As many of the words as there are lines for."""
        room = QtCore.QRect(0, 0, max(40, self.words.width()), 10_000)
        kept = self._all.split(" ")
        text = self._all
        while len(kept) > 1 and self.words.fontMetrics().boundingRect(room, _WRAPPED, text).height() > self.words.maximumHeight():
            kept.pop()
            text = f"{' '.join(kept)} {MORE_WORDS}"
        return text

    def _sentence(self, last: Painting | None, ready: str) -> tuple[str, Tone]:
        """What the painter just pressed comes first, then the server, then the last painting."""
        controller, server = self._controller, self._controller.server
        if controller.complaint:
            return controller.complaint, Tone.WRONG
        if last is not None and last.phase is Phase.FAILED:
            return last.text, Tone.WRONG
        if server.state is ServerState.ERROR:
            return server.sentence, Tone.WRONG
        if server.installing or controller.notice:
            return server.installing or controller.notice, Tone.NEWS
        if last is not None and last.text:
            return " ".join((last.text, *last.notes)), Tone.NEWS
        if server.state in (ServerState.READY, ServerState.BUSY):
            state = ready if server.state is ServerState.READY else server.sentence
            return " · ".join(word for word in (state, server.facts) if word), Tone.STATE
        return server.sentence, Tone.STATE

    def _button(self, words: str, deed: Any) -> Any:
        button = QtWidgets.QToolButton()
        button.setText(words)
        button.setAccessibleName(words)
        button.clicked.connect(lambda: self._controller.attempt(deed))
        button.hide()
        return button
