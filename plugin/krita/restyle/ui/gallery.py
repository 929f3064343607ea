"""Owns the gallery: the library's styles as pictures, layers that serve as styles, and adding one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import strings
from ..host import layers, source, thumbnails
from ..host.api import QtCore, QtGui, QtWidgets
from ..host.order import picture_file, style_box
from ..host.recipe import LayerReference, StyleChoice
from ..model.controller import Controller
from ..packages import Failure, ServerState, Tile

SIDE = 68  # px of a picture: three in a row of a narrow docker
ROUNDING = 5  # px
ROOM = 8  # px around a picture
SMALLER = 0.85  # titles, against the docker's font: most of them fit in one line then
LEAST_ROWS = 1.0  # rows that stay in sight
_CHOICE = QtCore.Qt.ItemDataRole.UserRole


class _Tile(QtWidgets.QStyledItemDelegate):
    """Draws a style; a chosen one stands on the theme's own highlight, which frames its picture."""

    def paint(self, painter: Any, option: Any, index: Any) -> None:
        tile = QtWidgets.QStyleOptionViewItem(option)
        self.initStyleOption(tile, index)
        chosen = bool(tile.state & QtWidgets.QStyle.StateFlag.State_Selected)
        picture = QtCore.QRect(tile.rect.center().x() - SIDE // 2 + 1, tile.rect.top() + ROOM // 2, SIDE, SIDE)
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        if chosen or tile.state & QtWidgets.QStyle.StateFlag.State_MouseOver:
            color = tile.palette.color(QtGui.QPalette.ColorRole.Highlight)
            color.setAlphaF(1.0 if chosen else 0.3)
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(color)
            ground = QtCore.QRect(picture.left() - 3, picture.top() - 3, SIDE + 6, tile.rect.bottom() - picture.top() + 3)
            painter.drawRoundedRect(QtCore.QRectF(ground), ROUNDING + 1, ROUNDING + 1)
        tile.icon.paint(painter, picture)
        painter.setFont(tile.font)
        role = QtGui.QPalette.ColorRole.HighlightedText if chosen else QtGui.QPalette.ColorRole.Text
        painter.setPen(tile.palette.color(role))
        words = QtCore.QRect(picture.left() - 2, picture.bottom() + 1, SIDE + 4, tile.rect.bottom() - picture.bottom() - 1)
        text = tile.fontMetrics.elidedText(tile.text, QtCore.Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, QtCore.Qt.AlignmentFlag.AlignCenter, text)
        if tile.state & QtWidgets.QStyle.StateFlag.State_HasFocus and not chosen:
            painter.setPen(QtGui.QPen(tile.palette.color(QtGui.QPalette.ColorRole.Highlight), 1.5))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QtCore.QRectF(picture).adjusted(-2, -2, 2, 2), ROUNDING + 1, ROUNDING + 1)
        painter.restore()


class Gallery(QtWidgets.QListWidget):
    """Shows the controller's styles; the chosen ones are its recipe's."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._shown: tuple[Any, ...] = ()
        self._seen: set[tuple[Any, ...]] = set()
        self._filling = False
        self._icons: dict[tuple[str, bytes], Any] = {}
        self.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.setMovement(QtWidgets.QListView.Movement.Static)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
        font = QtGui.QFont(self.font())
        font.setPointSizeF(max(6.0, SMALLER * font.pointSizeF()))
        self.setFont(font)
        self.setIconSize(QtCore.QSize(SIDE, SIDE))
        self.setGridSize(QtCore.QSize(SIDE + ROOM, SIDE + ROOM + self.fontMetrics().height()))
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Tile(self))
        self.setMinimumHeight(round(LEAST_ROWS * self.gridSize().height()))
        self.setAccessibleName(strings.GALLERY)
        self.setToolTip(strings.GALLERY_HINT)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.itemSelectionChanged.connect(self._chosen)
        self._revealing = QtCore.QTimer(self)
        self._revealing.setSingleShot(True)
        self._revealing.setInterval(0)  # as soon as the list has laid itself out in its new size
        self._revealing.timeout.connect(lambda: self._reveal())

    def refresh(self) -> None:
        """Brings the list in step with the controller."""
        recipe, tiles = self._controller.recipe, self._controller.server.tiles
        extra = tuple(style for style in recipe.styles if not style.library)
        wanted = (tuple((tile.id, tile.title, len(tile.picture)) for tile in tiles), tuple(style.key for style in extra))
        self._filling = True
        new = wanted != self._shown
        if new:
            self._shown = wanted
            self.clear()
            for style in extra:
                self._add(style, style.name, self._picture_of(style))
            for tile in tiles:
                self._add(StyleChoice(library=tile.id, title=tile.title, scale=tile.scale), tile.hint, self._icon(tile))
        chosen = {style.key for style in recipe.styles}
        for row in range(self.count()):
            item = self.item(row)
            item.setSelected(item.data(_CHOICE).key in chosen)
        self._filling = False
        if new or chosen != self._seen:
            hint = QtWidgets.QAbstractItemView.ScrollHint
            self._reveal(hint.PositionAtCenter if new else hint.EnsureVisible)
        self._seen = chosen
        if not self.count():
            self.viewport().update()

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if self.count() == 0:
            painter = QtGui.QPainter(self.viewport())
            painter.setPen(self.palette().color(QtGui.QPalette.ColorGroup.Disabled, QtGui.QPalette.ColorRole.Text))
            painter.drawText(self.viewport().rect(), QtCore.Qt.AlignmentFlag.AlignCenter | QtCore.Qt.TextFlag.TextWordWrap, self._nothing())
            painter.end()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Spreads the pictures over the whole width."""
        width, least = self.viewport().width() - 1, SIDE + ROOM
        wanted = QtCore.QSize(width // max(1, width // least), self.gridSize().height())
        if width >= least and wanted != self.gridSize():
            self.setGridSize(wanted)
        super().resizeEvent(event)
        self._revealing.start()

    def sizeHint(self) -> Any:  # noqa: N802 - Qt's name
        return QtCore.QSize(3 * (SIDE + ROOM) + 24, 3 * self.gridSize().height())

    def _nothing(self) -> str:
        """Why there are no styles; what went wrong is said in the status line."""
        return {ServerState.OFF: strings.NO_STYLES_YET, ServerState.STARTING: strings.LOADING_STYLES}.get(self._controller.server.state, "")

    def _reveal(self, hint: Any = QtWidgets.QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        """Scrolls to what is chosen."""
        if self.selectedItems():
            self.scrollToItem(self.selectedItems()[0], hint)

    def _add(self, choice: StyleChoice, hint: str, icon: Any) -> None:
        item = QtWidgets.QListWidgetItem(icon, choice.name)
        item.setData(_CHOICE, choice)
        item.setToolTip(f"{choice.name}\n{hint}" if hint and hint != choice.name else choice.name)
        self.addItem(item)

    def _chosen(self) -> None:
        if self._filling:
            return
        recipe = self._controller.recipe
        known = {style.key: style for style in recipe.styles}
        choices = [item.data(_CHOICE) for item in self.selectedItems()]
        kept = [style for style in recipe.styles if style.key in {choice.key for choice in choices}]
        new = [choice for choice in choices if choice.key not in known]
        self._controller.choose_styles((*kept, *new))

    def _menu(self, place: Any) -> None:
        item = self.itemAt(place)
        choice = item.data(_CHOICE) if item is not None else None
        own = {tile.id for tile in self._controller.server.tiles if tile.own}
        if choice is not None and choice.library in own:
            menu = QtWidgets.QMenu(self)
            menu.addAction(strings.REMOVE_STYLE).triggered.connect(lambda: self._remove(choice))
            menu.exec(self.mapToGlobal(place))

    def _remove(self, choice: StyleChoice) -> None:
        self._controller.choose_styles(tuple(style for style in self._controller.recipe.styles if style.key != choice.key))
        self._controller.server.delete_style(choice.library)

    def _icon(self, tile: Tile) -> Any:
        key = (tile.id, tile.picture[:64])
        if key not in self._icons:
            self._icons[key] = icon(thumbnails.of_file(tile.picture), self.devicePixelRatioF())
        return self._icons[key]

    def _picture_of(self, style: StyleChoice) -> Any:
        if style.file:
            path = Path(style.file)
            return icon(thumbnails.of_file(path.read_bytes() if path.is_file() else b""), self.devicePixelRatioF())
        document = layers.find_document(style.layer.document) if style.layer else None
        node = layers.find_layer(document, style.layer.layer) if document is not None and style.layer else None
        if node is None:
            return icon(None, self.devicePixelRatioF())
        picture = thumbnails.of_part(node, style_box(document, node, style)) if style.crop else node.thumbnail(2 * SIDE, 2 * SIDE)
        return icon(picture, self.devicePixelRatioF())


def icon(image: Any | None, density: float = 1.0) -> Any:
    """A square icon with round corners; an empty one when there is no picture."""
    side = round(SIDE * density)
    pixmap = QtGui.QPixmap(side, side)
    pixmap.fill(QtCore.Qt.GlobalColor.transparent)
    if image is not None and not image.isNull():
        painter = QtGui.QPainter(pixmap)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        outline = QtGui.QPainterPath()
        outline.addRoundedRect(QtCore.QRectF(0, 0, side, side), ROUNDING * density, ROUNDING * density)
        painter.setClipPath(outline)
        painter.drawImage(0, 0, thumbnails.filled(image, side, side))
        painter.end()
    pixmap.setDevicePixelRatio(density)
    made = QtGui.QIcon()
    for mode in (QtGui.QIcon.Mode.Normal, QtGui.QIcon.Mode.Selected, QtGui.QIcon.Mode.Active):
        made.addPixmap(pixmap, mode)  # the same when selected: Qt would tint the picture, and its colors are what is chosen
    return made


def _title_of(document: Any, layer: str) -> str:
    """What a layer is called as a style: the only one of an image goes by the name of the image's file, as "Background" says nothing."""
    file = Path(document.fileName().replace("\\", "/")).stem
    return file if file and len([node for node in document.rootNode().childNodes() if not layers.is_mask(node)]) == 1 else layer


class AddButton(QtWidgets.QToolButton):
    """The menu that adds a style of one's own."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.setText(strings.ADD)
        self.setToolTip(strings.ADD_HINT)
        self.setAccessibleName(strings.ADD_HINT)
        self.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAutoRaise(True)
        menu = QtWidgets.QMenu(self)
        ways: tuple[tuple[str, Callable[[], None]], ...] = (
            (strings.ADD_FILE, self._file), (strings.ADD_ACTIVE, self._layer),
            (strings.ADD_SELECTION, self._selection), (strings.ADD_CLIPBOARD, self._clipboard),
        )  # fmt: skip
        for words, way in ways:
            menu.addAction(words).triggered.connect(lambda _checked=False, way=way: controller.attempt(way))
        self.setMenu(menu)

    def _file(self) -> None:
        path, _ = QtWidgets.QFileDialog.getOpenFileName(self, strings.FILE_TITLE, "", strings.FILE_FILTER)
        if path:
            self.add_file(Path(path))

    def add_file(self, path: Path) -> None:
        """Puts a picture file into the library and chooses it. Failure."""
        self._controller.server.add_style(picture_file(path), path.stem, lambda style: self._choose(StyleChoice(library=style, title=path.stem)))

    def _layer(self) -> None:
        document, node = source.active()
        found = source.find(document, node, whole=True)
        self._choose(StyleChoice(layer=LayerReference(found.document, found.layer, found.name), title=_title_of(document, found.name)))

    def _selection(self) -> None:
        document, node = source.active()
        selection = document.selection()
        if selection is None:
            raise Failure(strings.NO_SELECTION)
        found = source.find(document, node, whole=True)
        crop = (selection.x(), selection.y(), selection.width(), selection.height())
        title = strings.SELECTION_OF.format(name=_title_of(document, found.name))
        self._choose(StyleChoice(layer=LayerReference(found.document, found.layer, found.name), title=title, crop=crop))
        self._controller.say(strings.SELECTION_LIMITS.format(menu=strings.SELECT_NOTHING), wrong=False)

    def _clipboard(self) -> None:
        image = QtWidgets.QApplication.clipboard().image()
        if image.isNull():
            raise Failure(strings.NO_CLIPBOARD)
        title = strings.CLIPBOARD
        self._controller.server.add_style(thumbnails.png(image), title, lambda style: self._choose(StyleChoice(library=style, title=title)))

    def _choose(self, choice: StyleChoice) -> None:
        self._controller.choose_styles((choice,))
