"""Owns the row of a running Live: what it does or waits for, and the buttons that make a layer or a painting of it."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host.api import QtWidgets
from ..model.controller import Controller
from ..model.live import live_of
from .running import slim


class LiveRow(QtWidgets.QWidget):
    """Seen while Live is on."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._live = live_of(controller)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.words = QtWidgets.QLabel()
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self.keep = slim(QtWidgets.QPushButton(strings.LIVE_KEEP))
        self.keep.setToolTip(strings.LIVE_KEEP_HINT)
        self.keep.clicked.connect(lambda: controller.attempt(self._live.keep))
        self.full = slim(QtWidgets.QPushButton(strings.LIVE_FULL))
        self.full.setToolTip(strings.LIVE_FULL_HINT)
        self.full.clicked.connect(lambda: controller.attempt(self._live.paint_in_full))
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.keep, 1)
        row.addWidget(self.full, 1)
        column.addWidget(self.words)
        column.addLayout(row)

    def refresh(self, document: str) -> None:
        """document: unique id of the window's image."""
        here = self._live.on and self._live.document() == document
        self.setVisible(here)
        words = self._live.words or (strings.LIVE_ON.format(name=self._live.name) if here else "")
        self.words.setText(words)
        self.words.setToolTip(words)


def live_button(controller: Controller, begin: Any) -> Any:
    """The button that turns Live on, by `begin`, and off. Its state is the docker's to show."""
    button = slim(QtWidgets.QPushButton(strings.LIVE))
    button.setToolTip(strings.LIVE_HINT)
    button.setCheckable(True)
    button.clicked.connect(lambda checked=False: controller.attempt(begin if checked else live_of(controller).end))
    return button
