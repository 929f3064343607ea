"""Owns how a picture of one's own becomes a style: from a file, the layer, its selection, the clipboard, or dropped on the gallery."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import strings
from ..host import layers, source, thumbnails
from ..host.api import QtCore, QtWidgets
from ..host.recipe import LayerReference, StyleChoice
from ..model.controller import Controller
from ..packages import Failure, dropping
from .picture_dialog import ask_files


class Adding:
    """The ways. Each raises Failure with a sentence when there is nothing to take."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def files(self, parent: Any) -> None:
        """Asks for picture files."""
        self.take(ask_files(parent))

    def take(self, paths: list[Path]) -> None:
        """Puts picture files into the library, and chooses them as they arrive there."""
        for picture in dropping.of_files(paths):
            self._add(picture)

    def layer(self) -> None:
        document, node = source.active()
        found = source.find(document, node, whole=True)
        self._choose(StyleChoice(layer=LayerReference(found.document, found.layer, found.name), title=_title_of(document, found.name)))

    def selection(self) -> None:
        document, node = source.active()
        selection = document.selection()
        if selection is None:
            raise Failure(strings.NO_SELECTION)
        found = source.find(document, node, whole=True)
        crop = (selection.x(), selection.y(), selection.width(), selection.height())
        title = strings.SELECTION_OF.format(name=_title_of(document, found.name))
        self._choose(StyleChoice(layer=LayerReference(found.document, found.layer, found.name), title=title, crop=crop))
        self._controller.say(strings.SELECTION_LIMITS.format(menu=strings.SELECT_NOTHING), wrong=False)

    def clipboard(self) -> None:
        image = QtWidgets.QApplication.clipboard().image()
        if image.isNull():
            raise Failure(strings.NO_CLIPBOARD)
        self._add(dropping.Picture(thumbnails.png(image), strings.CLIPBOARD))

    def takes(self, data: Any) -> bool:
        """Whether something that is dragged may be a picture. data: a QMimeData."""
        return bool(data.hasImage() or data.hasUrls())

    def drop(self, data: Any) -> None:
        """Takes what was dropped: files, or else the picture itself, as browsers hand it over beside its address."""
        addresses = [bytes(url.toEncoded()).decode("ascii") for url in data.urls()]
        image = data.imageData() if data.hasImage() and not any(url.isLocalFile() for url in data.urls()) else None
        if image is not None and not image.isNull():
            self._add(dropping.Picture(thumbnails.png(image), strings.DROPPED))
            return
        for picture in dropping.pictures(addresses):
            self._add(picture)

    def _add(self, picture: dropping.Picture) -> None:
        title = picture.title
        self._controller.server.add_style(picture.data, title, lambda style: self._choose(StyleChoice(library=style, title=title)))

    def _choose(self, choice: StyleChoice) -> None:
        self._controller.choose_styles((choice,))


class AddButton(QtWidgets.QToolButton):
    """The menu of the ways."""

    def __init__(self, controller: Controller, adding: Adding) -> None:
        super().__init__()
        self.adding = adding
        self.setText(strings.ADD)
        self.setToolTip(strings.ADD_HINT)
        self.setAccessibleName(strings.ADD_HINT)
        self.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAutoRaise(True)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        menu = QtWidgets.QMenu(self)
        ways: tuple[tuple[str, Callable[[], None]], ...] = (
            (strings.ADD_FILE, lambda: adding.files(self)), (strings.ADD_ACTIVE, adding.layer),
            (strings.ADD_SELECTION, adding.selection), (strings.ADD_CLIPBOARD, adding.clipboard),
        )  # fmt: skip
        for words, way in ways:
            menu.addAction(words).triggered.connect(lambda _checked=False, way=way: controller.attempt(way))
        self.setMenu(menu)


def _title_of(document: Any, layer: str) -> str:
    """What a layer is called as a style: the only one of an image goes by the name of the image's file, as "Background" says nothing."""
    file = Path(document.fileName().replace("\\", "/")).stem
    return file if file and len([node for node in document.rootNode().childNodes() if not layers.is_mask(node)]) == 1 else layer
