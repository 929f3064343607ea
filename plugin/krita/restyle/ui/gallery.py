"""Owns the gallery: the library's styles as pictures, and the files and layers that serve as styles; which of them are seen, and which are chosen."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import strings
from ..host import layers, thumbnails
from ..host.api import QtCore, QtGui, QtWidgets
from ..host.failures import guarded
from ..host.order import style_box
from ..host.recipe import StyleChoice
from ..model.controller import Controller
from ..packages import Failure, Narrowing, ServerState, Tile, dropping, tags_in
from .adding import Adding
from .tiles import ROOM, SIDES, Tiles, icon

SMALLER = 0.85  # titles, against the docker's font: most of them fit in one line then
LEAST_ROWS = 1.0  # rows that stay in sight
READING_SECONDS = 0.008  # of one turn of Krita's loop, for pictures that have come into sight
_CHOICE = QtCore.Qt.ItemDataRole.UserRole


class Gallery(QtWidgets.QListWidget):
    """Shows the controller's styles; the chosen ones are its recipe's. Pictures are read as they come into sight. narrowed: called when others are seen."""

    def __init__(self, controller: Controller, adding: Adding) -> None:
        super().__init__()
        self._controller, self._adding = controller, adding
        self._shown: tuple[Any, ...] = ()
        self._tiles: dict[str, Tile] = {}
        self._seen: set[tuple[Any, ...]] = set()
        self._taste: tuple[Any, ...] = ()
        self._filling = False
        self._icons: dict[tuple[Any, ...], Any] = {}
        self._unread: dict[tuple[Any, ...], Any] = {}  # persistent indexes of tiles that were drawn without their picture
        self.narrowing = Narrowing()
        self.narrowed: Callable[[], None] = lambda: None
        self._look()
        self._behave()
        self._revealing = self._soon(lambda: self._reveal())
        self._reading = self._soon(self._read)

    def _look(self) -> None:
        self.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.setMovement(QtWidgets.QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
        font = QtGui.QFont(self.font())
        font.setPointSizeF(max(6.0, SMALLER * font.pointSizeF()))
        self.setFont(font)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._delegate = Tiles(self, lambda: self._side, self._icon_of, self._favorite)
        self.setItemDelegate(self._delegate)
        self._fit()

    def _behave(self) -> None:
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QtWidgets.QAbstractItemView.DragDropMode.DropOnly)
        self.viewport().setAcceptDrops(True)  # a list whose tiles stay where they are switches it off
        self.setAccessibleName(strings.GALLERY)
        self.setToolTip(strings.GALLERY_HINT)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.itemSelectionChanged.connect(self._chosen)

    def _soon(self, deed: Callable[[], None]) -> Any:
        """A timer that does something in a turn of its own, as soon as there is one."""
        timer = QtCore.QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(0)
        timer.timeout.connect(deed)
        return timer

    @property
    def _side(self) -> int:
        return SIDES[self._controller.taste.tiles]

    # ---- what it shows ----

    def refresh(self) -> None:
        """Brings the list in step with the controller."""
        recipe, tiles, taste = self._controller.recipe, self._controller.server.tiles, self._controller.taste
        extra = tuple(style for style in recipe.styles if not style.library)
        new = self._shown != (tiles, extra)
        if new:
            self._fill(tiles, extra)
        if self._taste != (taste.tiles, taste.favorites, taste.tags):
            if self._taste and self._taste[0] != taste.tiles:
                self._fit()
            self._taste = (taste.tiles, taste.favorites, taste.tags)
            self._narrow()
        chosen = {style.key for style in recipe.styles}
        if {item.data(_CHOICE).key for item in self.selectedItems()} != chosen:
            self._filling = True
            for row in range(self.count()):
                self.item(row).setSelected(self.item(row).data(_CHOICE).key in chosen)
            self._filling = False
        if new or chosen != self._seen:
            hint = QtWidgets.QAbstractItemView.ScrollHint
            self._reveal(hint.PositionAtCenter if new else hint.EnsureVisible)
        self._seen = chosen
        if not self.count():
            self.viewport().update()

    def narrow(self, narrowing: Narrowing) -> None:
        """Shows the styles that fit. Those that are chosen stay chosen, seen or not."""
        if narrowing != self.narrowing:
            self.narrowing = narrowing
            self._narrow()
            self.narrowed()

    def first(self) -> None:
        """Hands the keyboard to the first style that is seen."""
        row = next((row for row in range(self.count()) if not self.item(row).isHidden()), None)
        if row is not None:
            self.setFocus()
            self.selectionModel().setCurrentIndex(self.model().index(row, 0), QtCore.QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollToItem(self.item(row))

    def _fill(self, tiles: tuple[Tile, ...], extra: tuple[StyleChoice, ...]) -> None:
        self._filling = True
        self._shown, self._tiles = (tiles, extra), {tile.id: tile for tile in tiles}
        self._unread.clear()
        self.clear()
        for choice in (*extra, *(StyleChoice(library=tile.id, title=tile.title) for tile in tiles)):
            item = QtWidgets.QListWidgetItem(choice.name)
            item.setData(_CHOICE, choice)
            self.addItem(item)
        self._narrow()
        self._filling = False

    def _tile(self, choice: StyleChoice) -> Tile | None:
        """Of the library, with the tags that this person gave it."""
        tile = self._tiles.get(choice.library)
        return self._controller.taste.with_tags(tile) if tile is not None else None

    def _name(self, item: Any, tile: Tile | None) -> None:
        """What is told of it; and for those who hear it, what the star shows."""
        choice = item.data(_CHOICE)
        starred = choice.library in self._controller.taste.favorites
        item.setToolTip(tile.hint if tile is not None else choice.name)
        item.setData(QtCore.Qt.ItemDataRole.AccessibleTextRole, f"{choice.name}, {strings.FAVORITE}" if starred else choice.name)

    def _narrow(self) -> None:
        favorites = self._controller.taste.favorites
        for row in range(self.count()):
            item = self.item(row)
            choice = item.data(_CHOICE)
            tile = self._tile(choice)
            shown = self.narrowing.shows(tile, favorites) if tile is not None else self.narrowing.shows_name(choice.name)
            if item.isHidden() == shown:
                item.setHidden(not shown)
            self._name(item, tile)
        self._revealing.start()
        self.viewport().update()

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if words := self._nothing():
            painter = QtGui.QPainter(self.viewport())
            painter.setPen(self.palette().color(QtGui.QPalette.ColorGroup.Disabled, QtGui.QPalette.ColorRole.Text))
            painter.drawText(self.viewport().rect(), QtCore.Qt.AlignmentFlag.AlignCenter | QtCore.Qt.TextFlag.TextWordWrap, words)
            painter.end()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        self._spread()
        super().resizeEvent(event)
        self._revealing.start()

    def sizeHint(self) -> Any:  # noqa: N802 - Qt's name
        return QtCore.QSize(3 * (self._side + ROOM) + 24, 3 * self.gridSize().height())

    def _fit(self) -> None:
        """Takes on the size of tiles that is wanted now."""
        self._icons.clear()
        side, line = self._side, self.fontMetrics().height()
        self.setIconSize(QtCore.QSize(side, side))
        self.setGridSize(QtCore.QSize(side + ROOM, side + ROOM + line))
        self.setMinimumHeight(round(LEAST_ROWS * (SIDES["medium"] + ROOM + line)))  # whatever the size, so that nothing below moves
        self._spread()

    def _spread(self) -> None:
        """The pictures over the whole width."""
        width, least = self.viewport().width() - 1, self._side + ROOM
        wanted = QtCore.QSize(width // max(1, width // least), self.gridSize().height())
        if width >= least and wanted != self.gridSize():
            self.setGridSize(wanted)

    def _nothing(self) -> str:
        """Why there are no styles; what went wrong is said in the status line."""
        if not self.count():
            return {ServerState.OFF: strings.NO_STYLES_YET, ServerState.STARTING: strings.LOADING_STYLES}.get(self._controller.server.state, "")
        return "" if any(not self.item(row).isHidden() for row in range(self.count())) else strings.NO_MATCH

    def _reveal(self, hint: Any = QtWidgets.QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        """Scrolls to what is chosen."""
        if seen := [item for item in self.selectedItems() if not item.isHidden()]:
            self.scrollToItem(seen[0], hint)

    # ---- pictures ----

    def _icon_of(self, index: Any) -> Any | None:
        """None: it is not read yet, and will be as soon as Krita has time."""
        key = self._picture_key(index.data(_CHOICE))
        if key not in self._icons:
            if key not in self._unread:
                self._unread[key] = QtCore.QPersistentModelIndex(index)
                self._reading.start()
            return None
        return self._icons[key]

    def _picture_key(self, choice: StyleChoice) -> tuple[Any, ...]:
        tile = self._tiles.get(choice.library)
        return (*choice.key, hash(tile.picture) if tile is not None else 0)  # another picture may have taken the name, and all begin alike

    def _read(self) -> None:
        """Reads the pictures in sight, for a moment; those that are left in the next turn."""
        end = time.monotonic() + READING_SECONDS
        while self._unread and time.monotonic() < end:
            key, index = self._unread.popitem()
            if index.isValid():
                self._icons[key] = self._icon(index.data(_CHOICE))
                self.update(self.model().index(index.row(), 0))
        if self._unread:
            self._reading.start()

    @guarded
    def _icon(self, choice: StyleChoice) -> Any:
        return icon(self._picture_of(choice), self._side, self.devicePixelRatioF())

    def _picture_of(self, style: StyleChoice) -> Any | None:
        if style.library:
            tile = self._tiles.get(style.library)
            return thumbnails.of_file(tile.picture) if tile is not None else None
        if style.file:
            with contextlib.suppress(Failure):
                return thumbnails.of_file(dropping.of_file(Path(style.file)).data)
            return None
        document = layers.find_document(style.layer.document) if style.layer else None
        node = layers.find_layer(document, style.layer.layer) if document is not None and style.layer else None
        if node is None:
            return None
        return thumbnails.of_part(node, style_box(document, node, style)) if style.crop else node.thumbnail(2 * self._side, 2 * self._side)

    # ---- what is done with it ----

    def _chosen(self) -> None:
        if self._filling:
            return
        recipe = self._controller.recipe
        known = {style.key: style for style in recipe.styles}
        choices = [item.data(_CHOICE) for item in self.selectedItems()]
        kept = [style for style in recipe.styles if style.key in {choice.key for choice in choices}]
        new = [choice for choice in choices if choice.key not in known]
        self._controller.choose_styles((*kept, *new))

    def _favorite(self, index: Any) -> bool | None:
        """None: no style of the library, which alone can be one."""
        library = index.data(_CHOICE).library
        return library in self._controller.taste.favorites if library else None

    def favor(self, item: Any) -> None:
        """Makes a style a favorite, or no longer one."""
        library = item.data(_CHOICE).library
        if library:
            self._controller.favor(library, library not in self._controller.taste.favorites)

    def mousePressEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        item = self.itemAt(event.pos())
        left = event.button() == QtCore.Qt.MouseButton.LeftButton
        if item is not None and left and item.data(_CHOICE).library and self._delegate.star(self.visualItemRect(item)).contains(event.pos()):
            self.favor(item)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        if event.text() == "*" and self.currentItem() is not None:
            self.favor(self.currentItem())
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        if self._adding.takes(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        self.dragEnterEvent(event)

    def dropEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        event.acceptProposedAction()
        data = event.mimeData()
        self._controller.attempt(lambda: self._adding.drop(data))

    def _menu(self, place: Any) -> None:
        item = self.itemAt(place)
        if item is not None and item.data(_CHOICE).library:
            self.menu_of(item).exec(self.mapToGlobal(place))

    def menu_of(self, item: Any) -> Any:
        """What can be done with a style of the library."""
        choice, menu = item.data(_CHOICE), QtWidgets.QMenu(self)
        favorite = menu.addAction(strings.FAVORITE)
        favorite.setCheckable(True)
        favorite.setChecked(choice.library in self._controller.taste.favorites)
        favorite.triggered.connect(lambda _checked=False: self.favor(item))
        tile = self._tile(choice)
        if tile is not None:
            menu.addAction(strings.TAGS_EDIT).triggered.connect(lambda _checked=False: self._controller.attempt(lambda: self._ask_tags(tile)))
        if tile is not None and tile.own:
            menu.addAction(strings.REMOVE_STYLE).triggered.connect(lambda _checked=False: self._remove(choice))
        return menu

    def _ask_tags(self, tile: Tile) -> None:
        normal, title = QtWidgets.QLineEdit.EchoMode.Normal, strings.TAGS_OF.format(name=tile.title)
        words, sure = QtWidgets.QInputDialog.getText(self, title, strings.TAGS_ASKED, normal, ", ".join(tile.tags))
        if sure:
            self._controller.tag(tile.id, tags_in(words))

    def _remove(self, choice: StyleChoice) -> None:
        self._controller.choose_styles(tuple(style for style in self._controller.recipe.styles if style.key != choice.key))
        self._controller.server.delete_style(choice.library)
