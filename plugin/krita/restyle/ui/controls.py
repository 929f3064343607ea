"""Owns the settings in the docker: strength and quality in sight, the rest under "more", and the presets."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import strings
from ..host.api import QtCore, QtWidgets
from ..host.layers import active_document
from ..host.recipe import COLORS, FULL_SIZE, OBJECTIVES, PLACED_AS, PRESETS, SEAMLESS, SIZES, STARTS, SYMMETRIES, Recipe, recipe_from
from ..host.source import chosen_in
from ..model.controller import Controller
from ..model.legible import mark
from ..packages import parameters, presets

if TYPE_CHECKING:
    from restyle_contract.parameters import Number

NUMBERS = parameters.NUMBERS


class Controls(QtWidgets.QWidget):
    """Edits the controller's recipe, and shows it when someone else changed it."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._filling = False
        self._fields: dict[str, Any] = {}
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        form = _form()
        column.addLayout(form)
        form.addRow(strings.STRENGTH, self._strength())
        form.addRow(strings.QUALITY, self._first_row())
        self.panel = QtWidgets.QWidget()
        self.panel.setLayout(self._more())
        self.panel.hide()
        column.addWidget(self.panel)
        self.more.toggled.connect(self._toggled)

    def refresh(self) -> None:
        recipe = self._controller.recipe
        self._filling = True
        self.slider.setValue(round(recipe.strength))
        self.number.setValue(round(recipe.strength))
        for name, widget in self._fields.items():
            value = getattr(recipe, name)
            if isinstance(widget, QtWidgets.QComboBox):
                widget.setCurrentIndex(max(0, widget.findData(value)))
            else:
                widget.setValue(value)
        self._filling = False

    def focus_chain(self) -> list[Any]:
        """The widgets in the order that Tab goes through."""
        return [self.slider, self.number, self._fields["preset"], self.more, *(self._fields[name] for name in self._fields if name != "preset"), self.saved]

    def _strength(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        self.slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self.number = QtWidgets.QSpinBox()
        for widget in (self.slider, self.number):
            widget.setRange(0, 100)
            widget.setToolTip(strings.STRENGTH_HINT)
            widget.setAccessibleName(strings.STRENGTH)
            widget.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
            widget.valueChanged.connect(lambda value: self._set("strength", float(value)))
        self.slider.setPageStep(10)
        self.slider.setMinimumWidth(60)
        self.number.setSuffix(" %")
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        return row

    def _first_row(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        row.addWidget(
            self._combo(
                "preset",
                [(key, strings.QUALITIES[key]) for key in PRESETS],
                strings.QUALITY,
                "\n".join(f"{strings.QUALITIES[key]}: {hint}" for key, hint in strings.QUALITY_HINTS.items()),
            ),
            1,
        )
        self.more = QtWidgets.QToolButton()
        self.more.setText(strings.MORE)
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.more.setArrowType(QtCore.Qt.ArrowType.RightArrow)
        self.more.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row.addWidget(self.more)
        return row

    def _more(self) -> Any:
        form = _form()
        sizes = [(size, {0: strings.SIZE_AUTOMATIC, FULL_SIZE: strings.SIZE_FULL}.get(size, strings.SIZE_PX.format(size=size))) for size in SIZES]
        form.addRow(strings.SIZE, self._combo("size", sizes, strings.SIZE, strings.SIZE_HINT))
        form.addRow(strings.COLOR, self._combo("color", [(key, strings.COLORS[key]) for key in COLORS], strings.COLOR))
        form.addRow(strings.COLOR_MIX, self._number(NUMBERS["color_mix"]))
        form.addRow(strings.SEED, self._seed())
        form.addRow(strings.OBJECTIVE, self._combo("objective", [(key, strings.OBJECTIVES[key]) for key in OBJECTIVES], strings.OBJECTIVE))
        form.addRow(strings.SMOOTHNESS, self._number(NUMBERS["tv"]))
        form.addRow(strings.SYMMETRY, self._combo("symmetry", [(key, strings.SYMMETRIES[key]) for key in SYMMETRIES], strings.SYMMETRY))
        form.addRow(strings.START, self._combo("start", [(key, strings.STARTS[key]) for key in STARTS], strings.START))
        ways = [(key, strings.SEAMLESS_WAYS[key]) for key in SEAMLESS]
        form.addRow(strings.SEAMLESS, self._combo("seamless", ways, strings.SEAMLESS, strings.SEAMLESS_HINT))
        placed = [(key, strings.LAYERS_WAYS[key]) for key in PLACED_AS]
        form.addRow(strings.LAYERS, self._combo("layers", placed, strings.LAYERS, strings.LAYERS_HINT))
        form.addRow(strings.NUMBERS["legibility"], self._legibility())
        for number in NUMBERS.values():
            if number.title and number.name not in (*self._fields, "strength"):
                form.addRow(strings.NUMBERS[number.name], self._number(number))
        form.addRow(strings.PRESETS, self._presets())
        return form

    def _combo(self, name: str, choices: list[tuple[Any, str]], title: str, hint: str = "") -> Any:
        combo = QtWidgets.QComboBox()
        for value, words in choices:
            combo.addItem(words, value)
        combo.setAccessibleName(title)
        combo.setToolTip(hint)
        combo.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        combo.setMinimumContentsLength(4)
        combo.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.currentIndexChanged.connect(lambda _index: self._set(name, combo.currentData()))
        self._fields[name] = combo
        return combo

    def _number(self, number: Number) -> Any:
        """A control of a number that the contract declares."""
        spin = QtWidgets.QDoubleSpinBox()  # a QSpinBox ends at 2³¹ − 1, before the seeds do
        spin.setDecimals(0 if number.whole else 2)
        spin.setRange(number.lowest, number.highest)
        spin.setSingleStep(number.step)
        spin.setAccessibleName(strings.NUMBERS.get(number.name, ""))
        spin.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        spin.valueChanged.connect(lambda value: self._set(number.name, int(value) if number.whole else round(value, 3)))
        self._fields[number.name] = spin
        return spin

    def _seed(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        spin = self._number(NUMBERS["seed"])
        spin.setToolTip(strings.SEED_HINT)
        dice = QtWidgets.QToolButton()
        dice.setText(strings.SEED_NEW)
        dice.setToolTip(strings.SEED_HINT)
        dice.setAutoRaise(True)
        dice.clicked.connect(lambda: spin.setValue(random.randrange(10_000)))
        row.addWidget(spin, 1)
        row.addWidget(dice)
        return row

    def _legibility(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        spin = self._number(NUMBERS["legibility"])
        spin.setToolTip(strings.LEGIBLE_HINT)
        spin.setDecimals(0)
        button = QtWidgets.QToolButton()
        button.setText(strings.LEGIBLE_AS_MASK)
        button.setToolTip(strings.LEGIBLE_AS_MASK_HINT)
        button.setAutoRaise(True)
        button.clicked.connect(lambda: self._controller.attempt(lambda: mark(self._controller, *chosen_in(active_document()))))
        row.addWidget(spin, 1)
        row.addWidget(button)
        return row

    def _presets(self) -> Any:
        self.saved = QtWidgets.QToolButton()
        self.saved.setText(strings.PRESETS_MENU)
        self.saved.setAccessibleName(strings.PRESETS)
        self.saved.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self.saved.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        menu = QtWidgets.QMenu(self.saved)
        menu.aboutToShow.connect(lambda: self._fill_presets(menu))
        self.saved.setMenu(menu)
        return self.saved

    def _fill_presets(self, menu: Any) -> None:
        menu.clear()
        saved = presets.of_user()
        names = saved.names()
        for name in names:
            menu.addAction(strings.on_button(name)).triggered.connect(lambda _checked=False, name=name: self._controller.attempt(lambda: self._load(name)))
        if names:
            menu.addSeparator()
        menu.addAction(strings.PRESET_SAVE).triggered.connect(lambda: self._controller.attempt(self._save))
        for name in names:
            words = strings.on_button(strings.PRESET_DELETE.format(name=name))
            menu.addAction(words).triggered.connect(lambda _checked=False, name=name: self._controller.attempt(lambda: saved.remove(name)))

    def _load(self, name: str) -> None:
        self._controller.choose(recipe_from(presets.of_user().load(name), Recipe(styles=self._controller.recipe.styles)))

    def _save(self) -> None:
        name, sure = QtWidgets.QInputDialog.getText(self, strings.TITLE, strings.PRESET_NAME)
        if sure and name.strip():
            presets.of_user().save(name, presets.settings_of(self._controller.recipe))

    def _set(self, name: str, value: Any) -> None:
        if not self._filling:
            self._controller.choose(replace(self._controller.recipe, **{name: value}))

    def _toggled(self, open_: bool) -> None:
        self.panel.setVisible(open_)
        self.more.setArrowType(QtCore.Qt.ArrowType.DownArrow if open_ else QtCore.Qt.ArrowType.RightArrow)


def _form() -> Any:
    form = QtWidgets.QFormLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(6)
    form.setRowWrapPolicy(QtWidgets.QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setVerticalSpacing(4)
    form.setFieldGrowthPolicy(QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter)
    return form
