"""Owns the list of recent paintings: their pictures and facts; using their settings, going on from them, placing, comparing and forgetting them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import strings
from ..host import thumbnails
from ..host.api import QtCore, QtGui, QtWidgets
from ..model import recents
from ..model.controller import Controller
from ..packages import SIDE as LOWERED_SIDE
from ..packages import Failure, Recent, client, lowering
from .comparing import Comparing
from .gallery import SMALLER
from .running import slim
from .strength_row import StrengthRow

SIDE = 96  # px of a picture
ROOM = 6  # px around it
_RECENT = QtCore.Qt.ItemDataRole.UserRole


class RecentPaintings(QtWidgets.QWidget):
    """chosen: called when the settings of one were taken."""

    def __init__(self, controller: Controller, chosen: Callable[[], None]) -> None:
        super().__init__()
        self._controller, self._chosen = controller, chosen
        self._shown: list[Recent] | None = None
        self.comparing: Comparing | None = None
        self._lowering = lowering.Lowering(controller.background, self._lowered, self._not_lowered)
        self._aimed = ""  # id of the painting whose strength can be moved
        self._filled: set[str] = set()  # whose pictures are read
        self._filling: Any = QtCore.QTimer(self)
        self._filling.setSingleShot(True)
        self._filling.setInterval(0)
        self._filling.timeout.connect(self._fill)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.list = QtWidgets.QListWidget()
        self.list.setIconSize(QtCore.QSize(SIDE, SIDE))
        font = QtGui.QFont(self.list.font())
        font.setPointSizeF(max(6.0, SMALLER * font.pointSizeF()))
        self.list.setFont(font)
        self.list.setUniformItemSizes(True)  # else Qt measures each of a thousand
        self.list.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.list.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
        self.list.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(strings.RECENT)
        self.list.verticalScrollBar().valueChanged.connect(lambda _value: self._filling.start())
        self.empty = QtWidgets.QLabel(strings.RECENT_EMPTY)
        self.empty.setWordWrap(True)
        self.empty.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        self.words = QtWidgets.QLabel()
        self.words.setWordWrap(True)
        self.words.hide()
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        column.addWidget(self.words)
        self.strength = StrengthRow(self._moved)
        self.strength.setEnabled(False)
        column.addWidget(self.strength)
        self.take = self._button(strings.USE_SETTINGS, strings.USE_SETTINGS_HINT, self._take)
        self.resume = self._button(strings.CONTINUE, strings.CONTINUE_HINT, self._resume)
        self.place = self._button(strings.PLACE, strings.PLACE_HINT, self._place)
        self.compare = self._button(strings.COMPARE, strings.COMPARE_HINT, self._compare)
        self.remove = self._button(strings.DELETE, strings.DELETE_HINT, self._remove)
        for row_of in (self.buttons()[:2], self.buttons()[2:]):  # five in one row are wider than a narrow docker
            row = QtWidgets.QHBoxLayout()
            row.setSpacing(4)
            for button in row_of:
                row.addWidget(button, 1)
            column.addLayout(row)
        self.list.itemSelectionChanged.connect(self._enable)

    def focus_chain(self) -> list[Any]:
        return [self.list, self.strength.slider, *self.buttons()]

    def buttons(self) -> list[Any]:
        return [self.take, self.resume, self.place, self.compare, self.remove]

    def showEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._filling.start()
        if self._controller.background.connected:
            self._controller.keeping.ask()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._make_room()
        self._filling.start()

    def refresh(self) -> None:
        listed = self._controller.history.recents
        if listed != self._shown:
            self._list(listed)
        self._enable()

    def _list(self, listed: list[Recent]) -> None:
        self._shown = list(listed)
        chosen = self._current().id if self.list.selectedItems() else ""
        self.list.clear()
        blank = QtGui.QIcon(_square(None, self.devicePixelRatioF()))
        height = max(SIDE, 3 * self.list.fontMetrics().lineSpacing()) + ROOM
        for recent in listed:
            item = QtWidgets.QListWidgetItem(blank, "\n".join(recent.facts))
            item.setData(_RECENT, recent)
            item.setToolTip("\n".join(recent.facts))
            item.setSizeHint(QtCore.QSize(SIDE, height))
            self.list.addItem(item)
            item.setSelected(recent.id == chosen)
        self.list.setVisible(bool(listed))
        self.empty.setVisible(not listed)
        self._filled = set()
        self._filling.start()

    def _fill(self) -> None:
        """Reads the pictures that are seen: a thousand of them would take seconds."""
        if not self.isVisible() or not self.list.count():
            return
        seen = self.list.viewport().rect()
        first = self.list.indexAt(QtCore.QPoint(1, 1)).row()
        for row in range(max(0, first), self.list.count()):
            item = self.list.item(row)
            if self.list.visualItemRect(item).top() > seen.bottom():
                return
            recent: Recent = item.data(_RECENT)
            if recent.id not in self._filled:
                self._filled.add(recent.id)
                item.setIcon(self._icon(recents.picture(self._controller, recent.picture)))

    # ---- what the buttons do ----

    def _take(self, recent: Recent) -> None:
        self._controller.choose(recent.recipe)
        self._chosen()

    def _resume(self, recent: Recent) -> None:
        self._controller.resume_recent(recent)

    def _place(self, recent: Recent) -> None:
        recents.place(self._controller, recent, self.strength.wanted)

    def _compare(self, recent: Recent) -> None:
        if self.comparing is None:
            self.comparing = Comparing(self)
        words = " · ".join((*recent.facts[1:], self._controller.keeping.words(recent))).rstrip(" ·")
        self.comparing.show_painting(recents.picture(self._controller, recent.before), recents.picture(self._controller, recent.picture), recent.title, words)

    def _remove(self, recent: Recent) -> None:
        self._controller.forget_recent(recent)

    # ---- its strength ----

    def _aim(self, recent: Recent | None, movable: bool) -> None:
        """Another painting is chosen, or the painter has lost it: it is seen at its own strength again."""
        aimed = recent.id if recent is not None and movable else ""
        if aimed == self._aimed:
            return
        self._lowering.stop()
        self._filled.discard(self._aimed)
        self._aimed = aimed
        self.strength.aim(recent.recipe.strength if recent is not None and movable else 0.0)
        self.strength.setEnabled(movable)
        self._filling.start()

    def _moved(self) -> None:
        recent, strength = self._current(), self.strength.wanted
        if strength is None:
            self._lowering.stop()
            self._show_lowered(recent, recents.picture(self._controller, recent.picture))
        else:
            self._lowering.show(recent.id, strength, LOWERED_SIDE)

    def _lowered(self, preview: client.Preview) -> None:
        if self.list.selectedItems() and self._current().id == self._aimed:
            self._show_lowered(self._current(), thumbnails.of_preview(preview))

    def _not_lowered(self, words: str, error: BaseException) -> None:
        """The painting is seen as it would be placed, at its own strength."""
        recent = self._current() if self.list.selectedItems() else None
        movable = recent is not None and not lowering.fixed(error)
        self.strength.aim(recent.recipe.strength if recent is not None and movable else 0.0)
        self.strength.setEnabled(movable)
        if recent is not None:
            self._show_lowered(recent, recents.picture(self._controller, recent.picture))
        self._controller.say(words)

    def _show_lowered(self, recent: Recent, image: Any | None) -> None:
        """In the list, and in the window that compares where that is open."""
        self._filled.add(recent.id)  # else its own picture would come on top
        for item in self.list.selectedItems():
            item.setIcon(self._icon(image))
        if self.comparing is not None and self.comparing.isVisible():
            words = strings.LOWER_SHOWS.format(strength=round(self.strength.strength))
            self.comparing.show_painting(recents.picture(self._controller, recent.before), image, recent.title, words)

    def _icon(self, image: Any | None) -> Any:
        icon, pixmap = QtGui.QIcon(), _square(image, self.devicePixelRatioF())
        for mode in (QtGui.QIcon.Mode.Normal, QtGui.QIcon.Mode.Selected):
            icon.addPixmap(pixmap, mode)  # the same when selected: Qt would tint the picture
        return icon

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
        recent = self._current() if self.list.selectedItems() else None
        gone = recent is not None and self._controller.keeping.gone(recent)
        for button in self.buttons():
            button.setEnabled(recent is not None)
        self.resume.setEnabled(recent is not None and not gone)
        self.place.setEnabled(recent is not None and not gone and recent.spot is not None)
        self._aim(recent, recent is not None and not gone and bool(recent.before))
        words = self._controller.keeping.words(recent) if recent is not None else ""
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self._make_room()

    def _make_room(self) -> None:
        """For all lines of the sentence: pages of a stack are not asked how high they are for their width."""
        self.words.setMinimumHeight(self.words.heightForWidth(self.width()) if self.words.text() else 0)


def _square(image: Any | None, density: float) -> Any:
    """The middle of a picture, SIDE px; nothing where there is none."""
    pixmap = QtGui.QPixmap(round(SIDE * density), round(SIDE * density))
    pixmap.fill(QtCore.Qt.GlobalColor.transparent)
    if image is not None:
        painter = QtGui.QPainter(pixmap)
        painter.drawImage(0, 0, thumbnails.filled(image, pixmap.width(), pixmap.height()))
        painter.end()
    pixmap.setDevicePixelRatio(density)
    return pixmap
