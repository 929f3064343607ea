"""Owns the slider that lowers the chosen layer's painting, at hand above the settings, and the picture of it in the gallery's place while it is moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import strings
from ..host import thumbnails
from ..host.api import QtWidgets
from ..model import recents
from ..model.controller import Controller
from ..packages import SIDE, Recent, client, lowering
from .running import PreviewPicture, slim
from .strength_row import StrengthRow


class Afterwards(QtWidgets.QWidget):
    """The row. picture: what a layer of the strength that is chosen here would be. seen: called with whether that is another than the layer's own."""

    def __init__(self, controller: Controller, seen: Callable[[bool], None]) -> None:
        super().__init__()
        self._controller, self._seen = controller, seen
        self._lowering = lowering.Lowering(controller.background, self._lowered, self._not_lowered)
        self._aimed: tuple[str, float] = ("", 0.0)
        self._recent: Recent | None = None
        self.picture = Picture(self._rest)
        self.strength = StrengthRow(self._moved, strings.AFTERWARDS)
        self.place = slim(QtWidgets.QPushButton(strings.PLACE))
        self.place.setFixedWidth(self.place.minimumWidth())
        self.place.setToolTip(strings.PLACE_HINT)
        self.place.clicked.connect(lambda: controller.attempt(self._place))
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.strength, 1)
        row.addWidget(self.place)
        self._rest()

    def focus_chain(self) -> list[Any]:
        return [self.strength.slider, self.place]

    def aim(self, job: str, strength: float) -> None:
        """The chosen layer is this painting, at this strength; an empty job: none."""
        if (job, strength) == self._aimed:
            return
        self._aimed = (job, strength)
        self._recent = next((each for each in self._controller.history.recents if each.id == job), None) if job else None
        self._rest()
        if self._recent is not None and self._controller.background.connected:
            self._controller.keeping.ask()

    def refresh(self) -> None:
        """Seen as long as the painter has the painting, as far as is known, and other strengths of it."""
        recent, controller = self._recent, self._controller
        movable = recent is not None and bool(recent.before) and recent.spot is not None and recent.recipe.strength > 0
        here = movable and controller.background.connected and not controller.keeping.gone(recent)  # type: ignore[arg-type]
        if not here:
            self._rest()
        self.setVisible(here)

    @property
    def _away(self) -> bool:
        """Whether the slider is at another strength than the layer."""
        recent = self._recent
        return recent is not None and self.strength.strength != lowering.place_of(self._aimed[1], recent.recipe.strength)

    def _rest(self) -> None:
        """Brings the slider to where the layer is."""
        self._lowering.stop()
        self.strength.aim(self._recent.recipe.strength if self._recent is not None else 0.0, self._aimed[1])
        self.picture.show_image(None)
        self._show()

    def _show(self) -> None:
        self.place.setEnabled(self._away)
        self._seen(self._away)

    def _moved(self) -> None:
        recent, wanted = self._recent, self.strength.wanted
        if recent is None:
            return
        if wanted is None or not self._away:
            self._lowering.stop()
            self.picture.show_image(recents.picture(self._controller, recent.picture))
        else:
            self._lowering.show(recent.id, wanted, SIDE)
        self._show()

    def _lowered(self, preview: client.Preview) -> None:
        self.picture.show_image(thumbnails.of_preview(preview))

    def _not_lowered(self, words: str, error: BaseException) -> None:
        """The layer stays as it is; a painting that has no other strength is not offered any more."""
        if lowering.fixed(error):
            self._recent = None
        self._rest()
        self._controller.say(words)

    def _place(self) -> None:
        if self._recent is not None:
            recents.place(self._controller, self._recent, self.strength.wanted)
            self._rest()


class Picture(PreviewPicture):
    """pressed: called at a click, as whoever is done with it wants the styles."""

    def __init__(self, pressed: Callable[[], None]) -> None:
        super().__init__()
        self._pressed = pressed
        self.setToolTip(strings.AFTERWARDS_BACK)

    def mousePressEvent(self, _event: Any) -> None:  # noqa: N802 - Qt's name
        self._pressed()
