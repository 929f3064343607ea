"""Owns the docker: its pages, which of them is seen, and the order that Tab goes through them. One for each window; all show one controller."""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

from .. import strings
from ..host import frames, layers, memory, source
from ..host.api import QtCore, QtWidgets, krita
from ..host.failures import guarded
from ..model.animation import Animation
from ..model.controller import Controller, controller
from ..model.live import live_of
from ..model.previewing import Previewing
from ..packages import Box, Failure, Painting, Phase, ServerState, forecast
from .adding import AddButton, Adding
from .exploring import Exploring
from .live_row import LiveRow, live_button
from .making import Making
from .offering import Offering
from .recent import RecentPaintings
from .running import Running, slim
from .status import Status

LOOK_MS = 400  # between two looks at what Krita doesn't tell: the chosen layer, closed images
SERVER_MS = 5000  # between two questions to the server, while the docker is seen
ESTIMATE_MS = 500  # after the last change of a setting
LOW = 320  # px of height: a docker beside others on a small screen has 270
PREVIEW_FROM = 560  # px of height: in a lower docker the gallery needs the room
WORD_MS = 12_000  # that the last painting's word stays
WRONG_WORD_MS = 60_000  # the same, where something went wrong and nothing is done about it


class Docker(krita.DockWidget):
    """The whole of Restyle in a Krita window."""

    def __init__(self, shared: Controller | None = None) -> None:
        super().__init__()
        self.controller = shared or controller()
        self._document = ""
        self._layer = ""
        self._selection: Box | None = None
        self._aimed, self._below = False, ""  # whether it is known how the chosen layer was painted; the name of what it was painted from
        self._recipe = self.controller.recipe
        self._last: Painting | None = None
        self._previewing = Previewing(self.controller, self._show_preview)
        self.setWindowTitle(strings.TITLE)
        self.setWidget(self._built())
        self._chain()
        self._timers()
        self.controller.listen(self.refresh)
        self.controller.ended.append(self._ended)
        self.refresh()

    def canvasChanged(self, _canvas: Any) -> None:  # noqa: N802 - Krita's name
        self.look()

    def showEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self.look()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.status.squeeze(self.height() < LOW)
        self.making.squeeze(self.height() < LOW)
        self._show_preview()

    # ---- what it looks like ----

    def _built(self) -> Any:
        body, inside = QtWidgets.QWidget(), QtWidgets.QWidget()
        around = QtWidgets.QVBoxLayout(body)
        around.setContentsMargins(0, 0, 0, 0)  # Krita sets these, of whatever a docker holds, to 1 px
        around.addWidget(inside)
        self.offering = Offering(self.controller, inside)
        around.addWidget(self.offering)
        column = QtWidgets.QVBoxLayout(inside)
        column.setContentsMargins(4, 1, 4, 2)
        column.setSpacing(3)
        self.tabs = QtWidgets.QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        for words in (strings.GALLERY, strings.RECENT):
            self.tabs.addTab(words)
        adding = Adding(self.controller)
        self.add = AddButton(self.controller, adding)
        top = QtWidgets.QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.tabs)
        top.addStretch(1)
        top.addWidget(self.add)
        self.top = QtWidgets.QWidget()
        top.setContentsMargins(0, 0, 0, 0)
        self.top.setLayout(top)
        self.running = Running(self.controller)
        self.recent = RecentPaintings(self.controller, lambda: self.tabs.setCurrentIndex(0))
        self.making: Any = Making(self.controller, adding)
        self.gallery, self.narrowing, self.preview = self.making.gallery, self.making.narrowing, self.making.preview
        self.selected_styles, self.controls = self.making.selected_styles, self.making.controls
        self.pages: Any = QtWidgets.QStackedWidget()
        self.exploring = Exploring(self.controller, lambda: self.pages.setCurrentWidget(self.making))
        for page in (self.making, self.recent, self.exploring, self.running):
            self.pages.addWidget(page)
        self.tabs.currentChanged.connect(lambda index: self.pages.setCurrentWidget((self.making, self.recent)[index]))
        self.status = Status(self.controller)
        column.addWidget(self.top)
        column.addWidget(self.pages, 1)
        self.live_row = LiveRow(self.controller)
        column.addWidget(self.live_row)
        column.addWidget(self.status)
        column.addLayout(self._buttons())  # at the foot, where no sentence above moves them
        return body

    def _buttons(self) -> Any:
        self.paint = slim(QtWidgets.QPushButton(strings.PAINT))
        self.paint.setToolTip(strings.PAINT_HINT)
        self.paint.setDefault(True)
        self.paint.clicked.connect(lambda: self.controller.attempt(self._paint))
        self.explore = slim(QtWidgets.QPushButton(strings.EXPLORE))
        self.explore.setToolTip(strings.EXPLORE_HINT)
        self.explore.clicked.connect(lambda: self.controller.attempt(self._explore))
        self.live = live_button(self.controller, self._live)
        self.other = QtWidgets.QToolButton()
        self.other.setText("…")
        self.other.setAccessibleName(strings.MORE)
        self.other.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self.other.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        menu = QtWidgets.QMenu(self.other)
        self.frames = menu.addAction(strings.FRAMES)
        self.frames.setToolTip(strings.FRAMES_HINT)
        self.this = menu.addAction(strings.PAINT_THIS)
        self.this.setToolTip(strings.PAINT_THIS_HINT)
        self.update_painting = menu.addAction(strings.UPDATE)
        self.update_painting.setToolTip(strings.UPDATE_HINT)
        self.again = menu.addAction(strings.AGAIN)
        self.resume = menu.addAction(strings.CONTINUE)
        self.take = menu.addAction(strings.USE_SETTINGS)
        deeds = (self._animate, self._paint_this, self._update, self._again, self._resume, self._take)
        for action, deed in zip((self.frames, self.this, self.update_painting, self.again, self.resume, self.take), deeds):  # noqa: B905 - Python 3.10
            action.triggered.connect(lambda _checked=False, deed=deed: self.controller.attempt(deed))
        menu.aboutToShow.connect(self._offer)
        self.other.setMenu(menu)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.paint, 2)
        row.addWidget(self.explore, 1)
        row.addWidget(self.live, 1)
        row.addWidget(self.other)
        return row

    def focus_chain(self) -> list[Any]:
        """The widgets in the order that Tab goes through, from the top to the foot."""
        return [
            self.tabs, self.add, *self.narrowing.widgets(), self.gallery, *self.making.afterwards.focus_chain(), *self.controls.focus_chain(),
            *self.recent.focus_chain(),
            *self.exploring.ways, *self.exploring.buttons, self.exploring.back, self.running.keep, self.running.cancel,
            self.live_row.keep, self.live_row.full, self.status.install, self.status.retry, self.paint, self.explore, self.live, self.other,
            *self.offering.focus_chain(),
        ]  # fmt: skip

    def _chain(self) -> None:
        for first, second in itertools.pairwise(self.focus_chain()):
            QtWidgets.QWidget.setTabOrder(first, second)

    # ---- what is new ----

    def refresh(self) -> None:
        """Shows the controller as it is now."""
        paintings = [each for each in self.controller.running(self._document) if not each.draft]
        busy = bool(paintings)
        self.offering.refresh()
        if self.controller.recipe != self._recipe:  # whoever chooses something else has read what went wrong before
            self._recipe, self._last = self.controller.recipe, None
        self.running.refresh(self._document, paintings)
        self.gallery.refresh()
        self.selected_styles.refresh(layers.find_document(self._document) if self._document else None)
        self.controls.refresh()
        self.making.afterwards.refresh()
        self.recent.refresh()
        self.exploring.refresh()
        if busy:
            self.pages.setCurrentWidget(self.running)
        elif self.pages.currentWidget() is self.running:
            self.pages.setCurrentWidget((self.making, self.recent)[self.tabs.currentIndex()])
        self.top.setVisible(self.pages.currentWidget() in (self.making, self.recent))
        idle = self.pages.currentWidget() is self.making
        for widget in (self.paint, self.explore, self.live, self.other):
            widget.setVisible(idle)
        ready = bool(self._document and self.controller.recipe.styles)
        live = live_of(self.controller)
        self.paint.setEnabled(ready)
        self.explore.setEnabled(ready)
        self.live.setEnabled(ready or live.on)
        self.live.setChecked(live.on)
        self.live_row.refresh(self._document)
        self._preview()
        self.status.refresh(None if busy else self._last, self._ready_for())
        self.status.setVisible(not busy)

    def _ready_for(self) -> str:
        """What the next press would do, or what is missing for it."""
        if not self._document:
            return strings.READY_FOR_IMAGE
        if not self.controller.recipe.styles:
            return strings.READY_FOR_STYLE
        note = strings.SELECTION_NOTE.format(width=self._selection.width, height=self._selection.height) if self._selection else ""
        words = [note.rstrip(".。") or strings.SERVER_READY]
        if self._below:
            words.append(strings.PAINT_AGAIN.format(name=self._below))
        return " · ".join(words)

    @guarded
    def look(self) -> None:
        """Looks at what Krita does not tell: which image and layer are chosen, what was closed."""
        if not self.isVisible():
            return
        self.controller.installation.look()
        self.controller.close_documents()
        document = layers.document_beside(self)
        now = layers.id_of(document) if document is not None else ""
        node = document.activeNode() if document is not None else None
        layer = layers.layer_id(node) if node is not None else ""
        selected = source.selected_part(document) if document is not None else None
        if (now, layer, selected) != (self._document, self._layer, self._selection):
            another = (now, layer) != (self._document, self._layer)
            if now != self._document or (another and self._last is not None and self._last.phase is Phase.FAILED):
                self._last = None  # what went wrong with one layer says nothing of another; what was painted has just become the active one
            self._document, self._layer, self._selection = now, layer, selected
            if another:
                self._aimed = False
                self.controller.say("")
            self._estimating.start()
            self.refresh()
        if not self._aimed:
            self._aim(document, node)
        self._preview()
        if now and self.controller.server.state is ServerState.OFF and not self.controller.installation.offered:
            self.controller.server.connect()

    def _aim(self, document: Any | None, node: Any | None) -> None:
        """Finds out how the chosen layer was painted. In `look` alone, as Krita may turn its loop over questions."""
        painted = memory.recall(document, node) if node is not None else None
        below = layers.find_layer(document, painted.source) if painted is not None else None
        self._aimed, self._below = True, below.name() if below is not None else ""
        self.making.afterwards.aim(painted.job if painted is not None else "", painted.recipe.strength if painted is not None else 0.0)
        self.refresh()

    @guarded
    def _preview(self) -> None:
        """Of what *Restyle* would paint, as long as somebody sees it: while Live is on, the image itself shows it."""
        document = layers.document_beside(self) if self.height() >= PREVIEW_FROM and self.isVisible() and self.pages.currentWidget() is self.making else None
        node = document.activeNode() if document is not None else None
        shown = node is not None and not live_of(self.controller).on and not layers.is_mask(node)
        self._previewing.look(memory.painted_from(document, node) or node if shown else None)

    @guarded
    def _show_preview(self) -> None:
        self.making.show_preview(self._previewing.image if self.height() >= PREVIEW_FROM else None)

    def _timers(self) -> None:
        self._looking = self._timer(LOOK_MS, self.look, single=False)
        self._asking = self._timer(SERVER_MS, self._ask, single=False)
        self._estimating = self._timer(ESTIMATE_MS, self._estimate, single=True)
        self._forgetting = self._timer(WORD_MS, self._forget_word, single=True)
        self._estimated: tuple[Any, ...] = ()
        self.controller.listen(self._estimate_anew)  # which devices there are is known a while after the server
        self._looking.start()
        self._asking.start()

    def _timer(self, milliseconds: int, deed: Any, *, single: bool) -> Any:
        timer = QtCore.QTimer(self)
        timer.setInterval(milliseconds)
        timer.setSingleShot(single)
        timer.timeout.connect(deed)
        return timer

    @guarded
    def _ask(self) -> None:
        if self.isVisible():
            self.controller.server.look()

    @guarded
    def _estimate(self) -> None:
        self.controller.estimate()

    def _estimate_anew(self) -> None:
        """Other settings take another time, and a server that has come up can tell it."""
        info = self.controller.server.info
        now = (self.controller.recipe, info and [device.name for device in info.devices])
        if now != self._estimated:
            self._estimated = now
            self._estimating.start()

    def _ended(self, painting: Painting) -> None:
        self._aimed = False  # its layer may have been chosen before anybody noted what it was painted from
        if painting.document == self._document and painting.text and (not painting.draft or painting.phase is Phase.FAILED):
            self._last = painting
            self._forgetting.start(WRONG_WORD_MS if painting.phase is Phase.FAILED else WORD_MS)
            QtCore.QTimer.singleShot(0, lambda: self._float(painting))  # in a turn of its own: Krita's message may turn its loop
        self.controller.server.look()
        self._estimating.start()  # the server knows better now how long paintings take

    @guarded
    def _float(self, painting: Painting) -> None:
        """Says on the canvas that the painting is done: the docker may be behind others."""
        if painting.phase is Phase.DONE and painting.result:
            with contextlib.suppress(AttributeError):
                window = krita.Krita.instance().activeWindow()
                view = window.activeView()
                if layers.id_of(view.document()) == painting.document:
                    view.showFloatingMessage(painting.text, krita.Krita.instance().icon("dialog-ok"), 2000, 1)

    @guarded
    def _forget_word(self) -> None:
        self._last = None
        self.refresh()

    # ---- what the buttons do ----

    def _chosen(self) -> tuple[Any, Any]:
        return source.chosen_in(layers.document_beside(self))

    def _meant(self) -> tuple[Any, Any]:
        return source.to_paint(layers.document_beside(self))

    def _paint(self) -> None:
        self._last = None
        self.controller.paint(*self._meant())

    def _paint_this(self) -> None:
        self._last = None
        self.controller.paint(*self._chosen())

    def _live(self) -> None:
        live_of(self.controller).begin(*self._meant())

    def _explore(self) -> None:
        self._last = None
        self.exploring.begin()
        self.pages.setCurrentWidget(self.exploring)

    def _animate(self) -> None:
        self._last = None
        Animation(self.controller, *self._meant())

    def _update(self) -> None:
        self._last = None
        self.controller.update(*self._chosen())

    def _again(self) -> None:
        self.controller.again(*self._chosen())

    def _resume(self) -> None:
        self.controller.again(*self._chosen(), resume=True)

    def _take(self) -> None:
        painted = memory.recall(*self._chosen())
        if painted is not None:
            self.controller.choose(painted.recipe)

    def _offer(self) -> None:
        """Which entries of the menu make sense for the chosen layer."""
        document = layers.document_beside(self)
        node = document.activeNode() if document is not None else None
        painted = memory.recall(document, node) if node is not None else None
        meant = memory.painted_from(document, node) or node if node is not None else None
        self._offer_frames(document, meant)
        self.update_painting.setEnabled(node is not None and memory.to_update(document, node) is not None)
        for action in (self.this, self.take):
            action.setEnabled(painted is not None)
        for action in (self.again, self.resume):  # a texture was painted from nothing that could be painted again
            action.setEnabled(painted is not None and bool(painted.source))

    def _offer_frames(self, document: Any, meant: Any | None) -> None:
        """How many frames would be painted, and about how long, before anybody presses it."""
        animated = meant is not None and bool(meant.animated())
        self.frames.setEnabled(animated)
        words = strings.FRAMES
        with contextlib.suppress(Failure):
            if animated:
                estimate = self.controller.server.estimate
                said = forecast(estimate.seconds if estimate else None, len(frames.keys(document, meant)))
                words = strings.FRAMES_SAID.format(frames=words, forecast=said)
        self.frames.setText(words)
