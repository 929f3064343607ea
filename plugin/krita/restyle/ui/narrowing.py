"""Owns the row above the gallery: what is looked for, the star, the tags, and how large the tiles are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import strings
from ..host.api import QtCore, QtGui, QtWidgets
from ..model.controller import Controller
from ..packages import TILES, tags
from .gallery import Gallery
from .tiles import star_path

LEAST_SEARCH = 60  # px: some seven letters
LONGEST_TAG = 76  # px, of the button that names the tag that is chosen
STAR = 14  # px


class NarrowingRow(QtWidgets.QWidget):
    """Narrows one gallery down."""

    def __init__(self, controller: Controller, gallery: Gallery) -> None:
        super().__init__()
        self._controller, self._gallery = controller, gallery
        self.search = QtWidgets.QLineEdit()
        self.search.setPlaceholderText(strings.SEARCH)
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(LEAST_SEARCH)
        self.search.setToolTip(strings.SEARCH_HINT)
        self.search.setAccessibleName(strings.SEARCH_HINT)
        self.search.textChanged.connect(lambda text: gallery.narrow(replace(gallery.narrowing, words=text)))
        self.search.returnPressed.connect(gallery.first)
        self.favorites = self._button(strings.FAVORITES_HINT)
        self.favorites.setCheckable(True)
        self.favorites.toggled.connect(lambda on: gallery.narrow(replace(gallery.narrowing, favorites=on)))
        self.tags = self._button(strings.TAGS_HINT, menu=True)
        self.tags.menu().aboutToShow.connect(self._offer_tags)
        self.sizes = self._button(strings.TILES, menu=True)
        self.sizes.setText("▦")
        self.sizes.menu().aboutToShow.connect(self._offer_sizes)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.search, 1)
        for button in (self.favorites, self.tags, self.sizes):
            row.addWidget(button)
        gallery.narrowed = self._show
        self._show()

    def widgets(self) -> list[Any]:
        """In the order that Tab goes through."""
        return [self.search, self.favorites, self.tags, self.sizes]

    def changeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange and hasattr(self, "favorites"):
            self._show()

    def _button(self, hint: str, *, menu: bool = False) -> Any:
        button = QtWidgets.QToolButton()
        button.setAutoRaise(True)
        button.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        if menu:
            button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setMenu(QtWidgets.QMenu(button))
        return button

    def _show(self) -> None:
        """What narrows the gallery now."""
        now = self._gallery.narrowing
        if self.search.text() != now.words:
            self.search.setText(now.words)
        self.favorites.setChecked(now.favorites)
        self.favorites.setIcon(self._star(now.favorites))
        tag = self.fontMetrics().elidedText(now.tag or strings.TAGS, QtCore.Qt.TextElideMode.ElideRight, LONGEST_TAG)
        self.tags.setText(strings.on_button(tag))
        self.tags.setAccessibleName(f"{strings.TAGS_HINT}: {now.tag or strings.TAGS_ALL}")

    def _star(self, filled: bool) -> Any:
        """In the theme's own color of words."""
        density = self.devicePixelRatioF()
        pixmap = QtGui.QPixmap(round(STAR * density), round(STAR * density))
        pixmap.setDevicePixelRatio(density)
        pixmap.fill(QtCore.Qt.GlobalColor.transparent)
        line = self.palette().color(QtGui.QPalette.ColorRole.WindowText)
        painter = QtGui.QPainter(pixmap)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtGui.QPen(line, 1.2))
        painter.setBrush(line if filled else QtCore.Qt.BrushStyle.NoBrush)
        painter.drawPath(star_path(QtCore.QRectF(1, 1, STAR - 2, STAR - 2)))
        painter.end()
        return QtGui.QIcon(pixmap)

    def _offer_tags(self) -> None:
        now = self._gallery.narrowing
        found = tags(map(self._controller.taste.with_tags, self._controller.server.library))
        words = [("", strings.TAGS_ALL), *((tag, strings.TAG_COUNTED.format(tag=tag, count=count)) for tag, count in found)]
        self._offer(self.tags.menu(), words, now.tag, lambda tag: self._gallery.narrow(replace(self._gallery.narrowing, tag=tag)))

    def _offer_sizes(self) -> None:
        self._offer(self.sizes.menu(), [(size, strings.TILE_SIZES[size]) for size in TILES], self._controller.taste.tiles, self._controller.resize_tiles)

    def _offer(self, menu: Any, words: list[tuple[str, str]], now: str, choose: Any) -> None:
        """Entries of which one is chosen."""
        menu.clear()
        for value, text in words:
            action = menu.addAction(strings.on_button(text))
            action.setCheckable(True)
            action.setChecked(value == now)
            action.triggered.connect(lambda _checked=False, value=value: choose(value))
