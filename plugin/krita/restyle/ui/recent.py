"""Owns the list of recent paintings: their thumbnails, and painting with their settings again, on from them, placing them, or forgetting them."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host import layers, source, thumbnails
from ..host.api import QtCore, QtWidgets
from ..model import recents
from ..model.controller import Controller
from ..model.settings import Recent
from ..packages import Failure
from .gallery import icon
from .running import slim

SIDE = 40  # px
_RECENT = QtCore.Qt.ItemDataRole.UserRole


class RecentPaintings(QtWidgets.QWidget):
    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._shown: list[Recent] | None = None
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.list = QtWidgets.QListWidget()
        self.list.setIconSize(QtCore.QSize(SIDE, SIDE))
        self.list.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.list.setTextElideMode(QtCore.Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(strings.RECENT)
        self.empty = QtWidgets.QLabel(strings.RECENT_EMPTY)
        self.empty.setWordWrap(True)
        self.empty.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(4)
        self.again = self._button(strings.AGAIN, strings.AGAIN_HINT, self._again)
        self.resume = self._button(strings.CONTINUE, strings.CONTINUE_HINT, self._resume)
        self.place = self._button(strings.PLACE, strings.PLACE_HINT, self._place)
        self.remove = self._button(strings.DELETE, "", self._remove)
        second = QtWidgets.QHBoxLayout()
        second.setSpacing(4)
        for number, button in enumerate(self.buttons()):
            (row if number < 2 else second).addWidget(button, 1)  # four in one row are wider than a narrow docker
        column.addLayout(row)
        column.addLayout(second)
        self.list.itemSelectionChanged.connect(self._enable)

    def buttons(self) -> list[Any]:
        return [self.again, self.resume, self.place, self.remove]

    def refresh(self) -> None:
        listed = self._controller.recents
        if listed == self._shown:
            return
        self._shown = list(listed)
        self.list.clear()
        for recent in listed:
            picture = thumbnails.of_file(recent.picture.read_bytes()) if recent.picture is not None and recent.picture.is_file() else None
            item = QtWidgets.QListWidgetItem(icon(picture, self.devicePixelRatioF()), recent.title)
            item.setData(_RECENT, recent)
            item.setToolTip(f"{recent.title}\n{QtCore.QDateTime.fromSecsSinceEpoch(int(recent.ended)).toString(QtCore.Qt.DateFormat.TextDate)}")
            self.list.addItem(item)
        self.list.setVisible(bool(listed))
        self.empty.setVisible(not listed)
        self._enable()

    def _again(self, recent: Recent) -> None:
        document, node = source.to_paint(layers.active_document())
        self._controller.choose(recent.recipe)
        self._controller.paint(document, node)

    def _resume(self, recent: Recent) -> None:
        self._controller.resume_recent(recent)

    def _place(self, recent: Recent) -> None:
        recents.place(self._controller, recent)

    def _remove(self, recent: Recent) -> None:
        self._controller.forget_recent(recent)

    def _button(self, words: str, hint: str, deed: Any) -> Any:
        button = slim(QtWidgets.QPushButton(words))
        button.setToolTip(hint)
        button.clicked.connect(lambda: self._controller.attempt(lambda: deed(self._current())))
        return button

    def _current(self) -> Recent:
        items = self.list.selectedItems()
        if not items:
            raise Failure(strings.RECENT_EMPTY)
        recent: Recent = items[0].data(_RECENT)
        return recent

    def _enable(self) -> None:
        for button in self.buttons():
            button.setEnabled(bool(self.list.selectedItems()))
        if self.list.selectedItems():
            self.place.setEnabled(self._current().spot is not None)
