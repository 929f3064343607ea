"""Owns the page that a painting is chosen on: the gallery and what narrows it, the preview, the chosen layer's strength, the chosen styles, the settings."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host.api import QtWidgets
from ..model.controller import Controller
from .adding import Adding
from .afterwards import Afterwards
from .controls import Controls
from .gallery import Gallery
from .narrowing import NarrowingRow
from .running import PreviewPicture
from .scrolling import Scrolling
from .selected_styles import SelectedStyles

PREVIEW_HEIGHT = 150  # px


class Making(QtWidgets.QWidget):
    """adding: the ways to a style of one's own, for what is dropped on the gallery."""

    def __init__(self, controller: Controller, adding: Adding) -> None:
        super().__init__()
        self.gallery = Gallery(controller, adding)
        self.narrowing = NarrowingRow(controller, self.gallery)
        self.selected_styles = SelectedStyles(controller)
        self.controls = Controls(controller)
        self.shown: Any = QtWidgets.QStackedWidget()
        self.preview: Any = PreviewPicture()
        self._previewed = False  # there is a picture for it
        self.afterwards = Afterwards(controller, self._see)
        for each in (self.gallery, self.afterwards.picture):
            self.shown.addWidget(each)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)  # 4 would be more than a docker of 270 px has, between its four rows
        settings = QtWidgets.QVBoxLayout()
        settings.setContentsMargins(0, 0, 0, 0)
        settings.setSpacing(4)
        settings.addWidget(self.afterwards)
        settings.addWidget(self.selected_styles)
        settings.addWidget(self.controls)
        self.preview.setFixedHeight(PREVIEW_HEIGHT)
        self.preview.setAccessibleName(strings.LIVE_PREVIEW)
        self.preview.setToolTip(strings.LIVE_PREVIEW_HINT)
        self.preview.hide()
        column.addWidget(self.narrowing)
        column.addWidget(self.shown, 1)
        column.addWidget(self.preview)
        column.addWidget(Scrolling(settings))

    def show_preview(self, image: Any | None) -> None:
        """Of the chosen style; None: there is none."""
        self._previewed = image is not None
        self.preview.show_image(image)
        self._see(self.shown.currentWidget() is not self.gallery)

    def _see(self, lowered: bool) -> None:
        """The styles, or else the chosen layer's painting at a lower strength, with all the room there is."""
        self.shown.setCurrentIndex(int(lowered))
        self.preview.setVisible(self._previewed and not lowered)

    def squeeze(self, low: bool) -> None:
        """Where there is little room, the gallery needs it; but whatever hides styles is seen."""
        self.narrowing.setVisible(not low or self.gallery.narrowing.narrows)
