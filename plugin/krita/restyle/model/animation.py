"""Owns painting all frames of a layer: at most a few jobs at a time, the same seed for all, and what is finished is kept when the rest is cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import strings
from ..host import frames, layers, source, time_slicing
from ..host.api import QtCore
from ..host.failures import guarded
from ..host.order import Order
from ..host.pixels import colors_of
from ..host.placing import Placed
from ..packages import Failure, Painting, Phase, Steps, client, sentence
from . import recents
from .controller import Controller


@dataclass(eq=False)
class _Frame(Painting):
    """The painting of one key. heard: called with every event, after it was taken in."""

    heard: Callable[[client.Event], None] = lambda _event: None

    def hear(self, event: Any) -> None:
        super().hear(event)
        self.heard(event)


class Animation:
    """One run over the keys of a layer. Failure with a sentence when it can't begin."""

    def __init__(self, controller: Controller, document: Any, node: Any) -> None:
        colors = colors_of(node)
        if not colors.native:
            raise Failure(strings.COLORS_UNKNOWN.format(model=colors.model, depth=colors.depth))
        self._keys = frames.keys(document, node)
        self._source = frames.whole_canvas(document, source.find(document, node, whole=True))
        if not controller.recipe.styles:
            raise Failure(strings.NO_STYLE)
        self._controller = controller
        self._film: Any = node.duplicate()  # shares the pixels; the layer itself may be changed or deleted meanwhile
        self._waiting = list(self._keys)
        self._flying: list[_Frame] = []
        self._whole: Order | None = None
        self._planes: dict[int, client.Plane] = {}
        self._last: client.Result | None = None
        self._failure = ""
        self._placing = False
        self.painting: Painting = controller.begin(self._source, controller.recipe)
        self._feed()

    @guarded
    def _feed(self) -> None:
        """Keeps the sky full, a frame in each turn of Krita's loop; ends the run when the last one has landed."""
        if self._waiting and len(self._flying) < frames.IN_FLIGHT and not self._stopped():
            try:
                self._begin(self._waiting.pop(0))
            except Exception as error:
                self._failure = sentence(error)
            QtCore.QTimer.singleShot(0, self._feed)
        elif not self._flying and not self._placing:
            self._placing = True
            self._end()
        if not self.painting.over and not self.painting.cancellation.cancelled:
            self.painting.phase = Phase.RUNNING
            self.painting.text = strings.FRAME.format(done=len(self._planes), count=len(self._keys))
        self._controller.changed()

    def _begin(self, time: int) -> None:
        document = layers.find_document(self._source.document)
        if document is None:
            raise Failure(strings.IMAGE_GONE)
        made = frames.frame_order(document, self._film, self._source, self.painting.recipe, time)
        if made is None:
            return
        self._whole = made if self._whole is None or made.translucent else self._whole
        part = _Frame(self._source.document, self._source.layer, self._source.origin, self.painting.recipe, self.painting.cancellation)
        part.heard = lambda event: self._heard(event)
        self._flying.append(part)

        def done(result: client.Result) -> Steps[None]:
            self._planes[time], self._last = result.plane, result
            part.end(Phase.DONE, "")
            yield

        def failed(words: str) -> None:
            part.end(Phase.FAILED, words)
            self._failure = words

        def landed() -> None:
            self._flying.remove(part)
            self._feed()

        self._controller.send(made.request, part, done, failed, landed)

    def _heard(self, event: client.Event) -> None:
        """Shows the frame that is painted, and how far all of them are."""
        if isinstance(event, client.Preview):
            self.painting.preview = event
        self.painting.fraction = (len(self._planes) + sum(part.fraction for part in self._flying if not part.over)) / len(self._keys)

    def _stopped(self) -> bool:
        wish = self.painting.cancellation
        return wish.cancelled or wish.finished or bool(self._failure)

    def _end(self) -> None:
        if not self._planes or self._whole is None:
            self._over()
            return
        try:
            time_slicing.walk(frames.placing_all(self._film, self._whole, self._planes, self.painting.title), self._placed, self._broke)
        except Exception as error:
            self._broke(error)

    def _placed(self, placed: Placed) -> None:
        if self._last is not None:
            recents.add(self._controller, self.painting, self._last)
            self._controller.remember(self.painting, placed, self._last.job.id)
        self._over(placed.notes)

    def _broke(self, error: Exception) -> None:
        self._failure = sentence(error)
        self._over()

    def _over(self, notes: tuple[str, ...] = ()) -> None:
        painting, self._film = self.painting, None
        words = strings.DONE_FRAMES.format(name=painting.title, done=len(self._planes), count=len(self._keys))
        if self._failure:
            painting.end(Phase.FAILED, f"{self._failure} {words}" if painting.result else self._failure)
        elif painting.result:
            painting.end(Phase.DONE, words, notes)
        else:
            painting.end(Phase.CANCELLED, strings.CANCELLED)
        self._controller.over(painting)
