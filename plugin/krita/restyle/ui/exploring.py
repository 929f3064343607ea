"""Owns the page of six drafts: click the one to paint in full."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host import layers, source, thumbnails
from ..host.api import QtCore, QtGui, QtWidgets
from ..model.controller import Controller
from ..model.explore import Draft, explore
from ..packages import Phase
from .scrolling import Scrolling

SMALLEST, LARGEST = 68, 200  # px of a draft: three beside each other in a narrow docker; a draft has 256
ROOM = 6  # px around a draft
WAYS = (2, 3)  # drafts beside each other


class Exploring(QtWidgets.QWidget):
    """done: called when a draft was chosen or the page left."""

    def __init__(self, controller: Controller, done: Any) -> None:
        super().__init__()
        self._controller, self._done = controller, done
        self.drafts: list[Draft] = []
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        title = QtWidgets.QLabel(strings.EXPLORE_TITLE)
        title.setWordWrap(True)
        column.addWidget(title)
        self._grid = QtWidgets.QGridLayout()
        self._grid.setSpacing(2)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._laid: tuple[int, int] = (0, 0)
        self.buttons = [self._tile(number) for number in range(6)]
        self._lay(WAYS[-1], SMALLEST)
        self._scrolling = Scrolling(self._grid, WAYS[-1] * (SMALLEST + ROOM))
        column.addWidget(self._scrolling)
        column.addStretch(1)
        self.back = QtWidgets.QPushButton(strings.EXPLORE_CLOSE)
        self.back.clicked.connect(self._leave)
        column.addWidget(self.back)

    def begin(self) -> None:
        """Starts the drafts of the active layer. Failure."""
        self._end_drafts()
        self.drafts = explore(self._controller, self.refresh)
        self.refresh()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Shows the drafts as large as there is room."""
        super().resizeEvent(event)
        width = self.width() - self._scrolling.verticalScrollBar().sizeHint().width()
        height = self.height() - (self._scrolling.y() + self.back.height() + 2 * self.layout().spacing())
        sides = [(min(width // columns, height // (len(self.buttons) // columns)) - ROOM - 2, columns) for columns in WAYS]
        side, columns = max(sides)
        if side < SMALLEST:
            side, columns = SMALLEST, WAYS[-1]
        self._lay(columns, min(side, LARGEST))

    def refresh(self) -> None:
        for button, draft in zip(self.buttons, self.drafts):  # noqa: B905 - both are six, or there are no drafts
            failed = draft.painting.phase in (Phase.FAILED, Phase.CANCELLED)
            button.setText(strings.DRAFT_FAILED if failed else "" if draft.image is not None else f"{round(100 * draft.painting.fraction)} %")
            button.setEnabled(draft.image is not None)
            button.setToolTip(draft.painting.text if failed else draft.words)
            button.setAccessibleName(draft.words)
            image = draft.image or (thumbnails.of_preview(draft.painting.preview) if draft.painting.preview is not None else None)
            button.setIcon(QtGui.QIcon(QtGui.QPixmap.fromImage(thumbnails.filled(image, LARGEST, LARGEST))) if image is not None else QtGui.QIcon())
            both, only = QtCore.Qt.ToolButtonStyle.ToolButtonIconOnly, QtCore.Qt.ToolButtonStyle.ToolButtonTextOnly
            button.setToolButtonStyle(both if image is not None else only)

    def _tile(self, number: int) -> Any:
        button = QtWidgets.QToolButton()
        button.setAutoRaise(True)
        button.setAccessibleName(strings.DRAFT.format(number=number + 1))
        button.setEnabled(False)
        button.clicked.connect(lambda: self._controller.attempt(lambda: self._paint(self.drafts[number])))
        return button

    def _lay(self, columns: int, side: int) -> None:
        if self._laid == (columns, side):
            return
        self._laid = (columns, side)
        for number, button in enumerate(self.buttons):
            button.setIconSize(QtCore.QSize(side, side))
            button.setFixedSize(side + ROOM, side + ROOM)
            self._grid.addWidget(button, number // columns, number % columns)

    def _paint(self, draft: Draft) -> None:
        document, node = source.to_paint(layers.active_document())
        self._end_drafts()
        self._controller.choose(draft.recipe)
        self._controller.paint(document, node)
        self._done()

    def _leave(self) -> None:
        self._end_drafts()
        self._done()

    def _end_drafts(self) -> None:
        for draft in self.drafts:
            draft.painting.cancel()
        self.drafts = []
