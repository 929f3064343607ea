"""Owns the rows of the chosen styles: each one's share, size of strokes and region."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import strings
from ..host.api import QtCore, QtWidgets
from ..host.order import regions
from ..host.recipe import StyleChoice
from ..model.controller import Controller
from ..packages import limits

LEAST_WIDTH = 64  # px of a number: two of them and their titles beside each other in a narrow docker


class Strokes(QtWidgets.QDoubleSpinBox):
    """A size of strokes, whose lowest value is automatic; a step up from there leads to what was chosen last. title: before the number; may be empty."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._chosen: float | None = None
        self.setRange(strings.AUTOMATIC_STROKES, limits.STYLE_SCALES[1])
        self.setSingleStep(strings.STROKES_STEP)
        self.setPrefix(f"{title} × " if title else "× ")
        self.tell(None)

    def tell(self, chosen: float | None) -> None:
        """chosen: automatically, the last time; None: nobody knows."""
        self._chosen = chosen
        self.setSpecialValueText(f"{self._title} {strings.automatic_strokes(chosen)}".strip())

    def stepBy(self, steps: int) -> None:  # noqa: N802 - Qt's name
        if self.value() < limits.STYLE_SCALES[0] and steps > 0:
            self.setValue(self._chosen or 1.0)
        else:
            super().stepBy(steps)


class SelectedStyles(QtWidgets.QWidget):
    """One row per chosen style; shares only where there are several."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._shown: tuple[Any, ...] = ()
        self._spins: dict[tuple[tuple[Any, ...], str], Any] = {}
        self._places: dict[tuple[Any, ...], Any] = {}
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)

    def refresh(self, document: Any | None) -> None:
        """Brings the rows in step with the recipe; they are made anew only when other styles are chosen or the image has other regions."""
        styles = self._controller.recipe.styles
        places = regions(document) if document is not None and styles else [("", strings.EVERYWHERE)]
        wanted = (tuple((style.key, bool(style.region)) for style in styles), tuple(places))
        if wanted == self._shown:
            self._fill(styles)
            return
        self._shown = wanted
        self._spins.clear()
        self._places.clear()
        while (item := self._grid.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        for row, style in enumerate(styles):
            self._row(3 * row, style, len(styles) > 1, places)
        self.setVisible(bool(styles))

    def _fill(self, styles: tuple[StyleChoice, ...]) -> None:
        """Shows what a preset, a draft or another window set."""
        for style in styles:
            strokes = self._spins[style.key, "scale"]
            strokes.tell(self._controller.history.strokes_of(style))
            for field, value in (("scale", style.scale or strings.AUTOMATIC_STROKES), ("weight", style.weight)):
                spin = self._spins.get((style.key, field))
                if spin is not None and round(spin.value(), 2) != round(value, 2):
                    spin.blockSignals(True)
                    spin.setValue(value)
                    spin.blockSignals(False)
            combo = self._places.get(style.key)
            if combo is not None and combo.currentData() != style.region:
                combo.blockSignals(True)
                combo.setCurrentIndex(max(0, combo.findData(style.region)))
                combo.blockSignals(False)

    def _row(self, row: int, style: StyleChoice, several: bool, places: list[tuple[str, str]]) -> None:
        name = QtWidgets.QLabel(style.name)
        name.setTextFormat(QtCore.Qt.TextFormat.PlainText)  # whoever shares a style names it
        name.setMinimumWidth(20)
        name.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        name.setToolTip(style.name)
        alone = not several and not style.region
        strokes = self._strokes(style, strings.STROKES if alone else "")
        if alone:
            strokes.setMinimumWidth(strokes.minimumSizeHint().width())  # the longest of its words is not cut
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(strokes, row, 1)
            return
        share = self._share(style)
        self._grid.addWidget(name, row, 0)
        self._grid.addWidget(self._where(style, places), row, 1)
        self._grid.addWidget(_labelled(strings.SHARE, share), row + 1, 0)
        self._grid.addWidget(_labelled(strings.STROKES, strokes), row + 1, 1)

    def _strokes(self, style: StyleChoice, title: str) -> Any:
        spin = Strokes(title)
        spin.tell(self._controller.history.strokes_of(style))
        spin.setValue(style.scale or strings.AUTOMATIC_STROKES)
        self._prepare(spin, style, "scale", strings.STROKES)
        spin.setToolTip(f"{strings.STROKES_HINT}: {style.name}")
        return spin

    def _share(self, style: StyleChoice) -> Any:
        spin = QtWidgets.QDoubleSpinBox()
        spin.setRange(0.05, 20.0)
        spin.setSingleStep(0.25)
        spin.setValue(style.weight)
        return self._prepare(spin, style, "weight", strings.SHARE)

    def _prepare(self, spin: Any, style: StyleChoice, field: str, title: str) -> Any:
        spin.setMinimumWidth(LEAST_WIDTH)
        spin.setToolTip(f"{title}: {style.name}")
        spin.setAccessibleName(f"{title}: {style.name}")
        spin.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self._spins[style.key, field] = spin
        spin.valueChanged.connect(lambda new: self._set(style.key, **{field: None if new < limits.STYLE_SCALES[0] and field == "scale" else round(new, 2)}))
        return spin

    def _where(self, style: StyleChoice, places: list[tuple[str, str]]) -> Any:
        combo = QtWidgets.QComboBox()
        combo.setAccessibleName(f"{strings.REGION}: {style.name}")
        combo.setToolTip(f"{strings.REGION}: {style.name}")
        combo.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(4)
        for region, title in places:
            combo.addItem(title, region)
        combo.setCurrentIndex(max(0, combo.findData(style.region)))
        self._places[style.key] = combo
        combo.currentIndexChanged.connect(lambda _index: self._set(style.key, region=combo.currentData() or ""))
        return combo

    def _set(self, key: tuple[Any, ...], **values: Any) -> None:
        recipe = self._controller.recipe
        style = next((each for each in recipe.styles if each.key == key), None)
        if style is not None:
            self._controller.choose(recipe.with_style(replace(style, **values)))


def _labelled(words: str, widget: Any) -> Any:
    row = QtWidgets.QWidget()
    line = QtWidgets.QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(4)
    label = QtWidgets.QLabel(words)
    label.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
    line.addWidget(label, 1)
    line.addWidget(widget, 1)
    return row
