"""Owns the question for a texture's size, and whether it can be laid beside itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import strings
from ..host import layers
from ..host.api import QtWidgets
from ..host.recipe import SEAMLESS
from ..model.controller import controller
from ..packages import Failure, limits

STEP = 16  # px
USUAL_SIDE = 512  # px


def ask() -> bool:
    """Asks, and begins to paint in the docker's styles; a person may change their mind. Failure with a sentence, without an image or a style first of all."""
    document = layers.active_document()
    if document is None:
        raise Failure(strings.NO_DOCUMENT)
    if not controller().recipe.styles:
        raise Failure(strings.NO_STYLE)
    dialog = TextureDialog(min(USUAL_SIDE, document.width()), min(USUAL_SIDE, document.height()), controller().recipe.seamless)
    if dialog.exec():
        controller().texture(document, *dialog.sides, replace(controller().recipe, seamless=dialog.seamless))
    return True


class TextureDialog(QtWidgets.QDialog):
    """width, height: px, to begin with. seamless: a word of the contract."""

    def __init__(self, width: int, height: int, seamless: str) -> None:
        super().__init__()
        self.setWindowTitle(strings.TEXTURE_TITLE)
        form = QtWidgets.QFormLayout(self)
        self._width, self._height = _side(width, strings.WIDTH), _side(height, strings.HEIGHT)
        self._seamless = QtWidgets.QComboBox()
        for value in SEAMLESS:
            self._seamless.addItem(strings.SEAMLESS_WAYS[value], value)
        self._seamless.setCurrentIndex(SEAMLESS.index(seamless))
        self._seamless.setToolTip(strings.SEAMLESS_HINT)
        self._seamless.setAccessibleName(strings.SEAMLESS)
        told = QtWidgets.QLabel(strings.TEXTURE_IN.format(styles=controller().recipe.title))
        told.setWordWrap(True)
        form.addRow(told)
        for title, widget in ((strings.WIDTH, self._width), (strings.HEIGHT, self._height), (strings.SEAMLESS, self._seamless)):
            form.addRow(title, widget)
        self._note = QtWidgets.QLabel()
        self._note.setWordWrap(True)
        form.addRow(self._note)
        for side in (self._width, self._height):
            side.valueChanged.connect(lambda _side: self._tell())
        self._tell()
        buttons = QtWidgets.QDialogButtonBox()
        buttons.addButton(strings.PAINT, QtWidgets.QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(strings.CANCEL, QtWidgets.QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)

    def _tell(self) -> None:
        """What the size does not allow."""
        words = strings.pattern_note(*self.sides)
        self._note.setText(words)
        self._note.setVisible(bool(words))

    @property
    def sides(self) -> tuple[int, int]:
        """Width and height in px."""
        return self._width.value(), self._height.value()

    @property
    def seamless(self) -> str:
        return str(self._seamless.currentData())


def _side(value: int, title: str) -> Any:
    spin = QtWidgets.QSpinBox()
    spin.setRange(limits.SMALLEST_SIDE, limits.LARGEST_SIDE)
    spin.setSingleStep(STEP)
    spin.setSuffix(" px")
    spin.setValue(value)
    spin.setAccessibleName(title)
    return spin
