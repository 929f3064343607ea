"""Owns the page of six drafts: what they differ in, and a click on the one to paint in full."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host import layers, source, thumbnails
from ..host.api import QtCore, QtGui, QtWidgets
from ..model.controller import Controller
from ..model.explore import Draft, explore
from ..packages import COUNT, Phase, Vary
from .gallery import SMALLER
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
        self.vary = Vary.STRENGTH
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._varying())
        title = QtWidgets.QLabel(strings.EXPLORE_TITLE)
        title.setWordWrap(True)
        column.addWidget(title)
        self._grid = QtWidgets.QGridLayout()
        self._grid.setSpacing(2)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._laid: tuple[int, int] = (0, 0)
        self.buttons = [self._tile(number) for number in range(COUNT)]
        self._lay(WAYS[-1], SMALLEST)
        self._scrolling = Scrolling(self._grid, WAYS[-1] * (SMALLEST + ROOM))
        column.addWidget(self._scrolling)
        column.addStretch(1)
        self.back = QtWidgets.QPushButton(strings.EXPLORE_BACK)
        self.back.clicked.connect(self._leave)
        column.addWidget(self.back)

    def begin(self) -> None:
        """Starts the drafts of the active layer. Failure."""
        self._end_drafts()
        try:
            self.drafts = explore(self._controller, self.vary, self.refresh)
        finally:
            self.refresh()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Shows the drafts as large as there is room."""
        super().resizeEvent(event)
        width = self.width() - self._scrolling.verticalScrollBar().sizeHint().width()
        height = self.height() - (self._scrolling.y() + self.back.height() + 2 * self.layout().spacing())
        around = ROOM + 2
        sides = [(min(width // columns - around, height // (COUNT // columns) - around - self._line()), columns) for columns in WAYS]
        side, columns = max(sides)
        if side < SMALLEST:
            side, columns = SMALLEST, WAYS[-1]
        self._lay(columns, min(side, LARGEST))

    def refresh(self) -> None:
        side = self._laid[1]
        for number, button in enumerate(self.buttons):
            draft = self.drafts[number] if number < len(self.drafts) else None
            button.setVisible(draft is not None or not self.drafts)
            if draft is None:  # what was there before can't be painted any more
                button.setEnabled(False)
                button.setText("")
                button.setToolTip("")
                button.setIcon(QtGui.QIcon())
                continue
            caption, failed = draft.variation.caption, draft.painting.phase in (Phase.FAILED, Phase.CANCELLED)
            button.setText(strings.on_button(button.fontMetrics().elidedText(caption, QtCore.Qt.TextElideMode.ElideRight, side + ROOM - 4)))
            button.setToolTip(draft.painting.text if failed else f"{caption}\n{draft.variation.words}")
            button.setAccessibleName(caption)
            image = draft.image or (thumbnails.of_preview(draft.painting.preview) if draft.painting.preview is not None else None)
            button.setEnabled(image is not None and not failed)
            word = strings.DRAFT_FAILED if failed else "" if draft.image is not None else f"{round(100 * draft.painting.fraction)} %"
            button.setIcon(self._picture(None if failed else image, word))

    def _picture(self, image: Any | None, word: str) -> Any:
        """A draft's picture, or what there is of it, and a word over it; the same while it can't be pressed: Qt would gray it."""
        pixmap = QtGui.QPixmap(LARGEST, LARGEST)
        pixmap.fill(self.palette().color(QtGui.QPalette.ColorRole.Base))
        painter = QtGui.QPainter(pixmap)
        if image is not None:
            painter.drawImage(0, 0, thumbnails.filled(image, LARGEST, LARGEST))
        if word:
            font = QtGui.QFont(self.font())
            font.setPixelSize(LARGEST // 8)
            painter.setFont(font)
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.Text))
            place = pixmap.rect()
            if image is not None:  # on a strip of its own, as words over a painting can't be read
                place.setTop(place.bottom() - LARGEST // 6)
                painter.fillRect(place, self.palette().color(QtGui.QPalette.ColorRole.Base))
            painter.drawText(place, QtCore.Qt.AlignmentFlag.AlignCenter, word)
        painter.end()
        icon = QtGui.QIcon()
        for mode in (QtGui.QIcon.Mode.Normal, QtGui.QIcon.Mode.Disabled):
            icon.addPixmap(pixmap, mode)
        return icon

    def _varying(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(2)
        self.ways = []
        group = QtWidgets.QButtonGroup(self)
        for vary in Vary:
            button = QtWidgets.QToolButton()
            button.setText(strings.VARIES[vary.value])
            button.setCheckable(True)
            button.setChecked(vary is self.vary)
            button.setToolTip(strings.EXPLORE_VARY)
            button.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
            button.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda _checked=False, vary=vary: self._controller.attempt(lambda: self._change(vary)))
            group.addButton(button)
            row.addWidget(button, 1)
            self.ways.append(button)
        return row

    def _change(self, vary: Vary) -> None:
        if vary is not self.vary or not self.drafts:  # none: they could not begin the last time
            self.vary = vary
            self.begin()

    def _tile(self, number: int) -> Any:
        button = QtWidgets.QToolButton()
        button.setAutoRaise(True)
        button.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setAccessibleName(strings.DRAFT.format(number=number + 1))
        font = QtGui.QFont(self.font())
        font.setPointSizeF(max(6.0, SMALLER * font.pointSizeF()))
        button.setFont(font)
        button.setEnabled(False)
        button.clicked.connect(lambda: self._controller.attempt(lambda: self._paint(self.drafts[number])))
        return button

    def _line(self) -> int:
        """px that a caption takes."""
        return int(self.fontMetrics().height()) + 2

    def _lay(self, columns: int, side: int) -> None:
        if self._laid == (columns, side):
            return
        self._laid = (columns, side)
        for number, button in enumerate(self.buttons):
            button.setIconSize(QtCore.QSize(side, side))
            button.setFixedSize(side + ROOM, side + ROOM + self._line())
            self._grid.addWidget(button, number // columns, number % columns)
        if self.drafts:
            self.refresh()

    def _paint(self, draft: Draft) -> None:
        document, node = source.to_paint(layers.active_document())
        self._end_drafts()
        self._controller.choose(draft.variation.recipe)
        self._controller.paint(document, node)
        self._done()

    def _leave(self) -> None:
        self._end_drafts()
        self._done()

    def _end_drafts(self) -> None:
        for draft in self.drafts:
            draft.painting.cancel()
        self.drafts = []
