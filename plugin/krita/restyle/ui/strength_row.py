"""Owns the slider that lowers a finished painting's strength."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import strings
from ..host.api import QtCore, QtWidgets
from ..packages import lowering


class StrengthRow(QtWidgets.QWidget):
    """moved: called when it has another strength. Its places are those of `lowering`, by number. title: before it."""

    def __init__(self, moved: Callable[[], None], title: str = strings.STRENGTH) -> None:
        super().__init__()
        self._moved, self._painted = moved, 0.0
        self.slider: Any = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(title)
        self.slider.setToolTip(strings.LOWER_HINT)
        self.slider.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.slider.valueChanged.connect(self._on_value)
        self.number = QtWidgets.QLabel()
        self.number.setFixedWidth(self.number.fontMetrics().horizontalAdvance(strings.lowered(100, 100)))
        self.number.setToolTip(strings.LOWER_HINT)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(QtWidgets.QLabel(title))
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.aim(0.0)

    def aim(self, painted: float, strength: float | None = None) -> None:
        """A painting that was painted at this strength, 0–100, seen at another; 0: there is none whose strength could be moved."""
        self._painted, self._places = painted, lowering.places(painted)
        at = lowering.place_of(painted if strength is None else strength, painted)
        before = self.slider.blockSignals(True)
        self.slider.setRange(0, len(self._places) - 1)
        self.slider.setValue(self._places.index(at))
        self.slider.blockSignals(before)
        self.number.setText(strings.lowered(at, painted) if painted > 0 else "")

    @property
    def strength(self) -> float:
        return self._places[int(self.slider.value())]

    @property
    def wanted(self) -> float | None:
        """The strength to ask for; None: the painting as it is."""
        return lowering.wanted(self.strength, self._painted)

    def _on_value(self, _value: int) -> None:
        self.number.setText(strings.lowered(self.strength, self._painted))
        self._moved()
