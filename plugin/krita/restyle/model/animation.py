"""Owns painting the frames of a layer: one after the other, each holding still with the one before, and each put into the image as it arrives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import strings
from ..host import frames, layers, source
from ..host.api import QtCore
from ..host.failures import guarded
from ..host.order import Order
from ..host.pixels import colors_of
from ..host.placing import Placed
from ..host.recipe import Recipe
from ..packages import Course, Failure, Painting, Phase, Sequence, Steps, client, sentence
from . import recents
from .controller import Controller


@dataclass(eq=False)
class _Frame(Painting):
    """The painting of one key. heard: called after every event was taken in."""

    heard: Callable[[], None] = lambda: None

    def hear(self, event: Any) -> None:
        super().hear(event)
        self.heard()


class Animation:
    """One run over the keys of a layer. What is placed stays when the rest is cancelled, fails, or has no place any more. Failure when it can't begin.

    recipe: default: the docker's.
    """

    def __init__(self, controller: Controller, document: Any, node: Any, recipe: Recipe | None = None) -> None:
        recipe = recipe or controller.recipe
        colors = colors_of(node)
        if not colors.native:
            raise Failure(strings.COLORS_UNKNOWN.format(model=colors.model, depth=colors.depth))
        self._source = source.of_canvas(document, node)
        self._waiting = frames.keys(document, node)
        if not recipe.styles:
            raise Failure(strings.NO_STYLE)
        controller.refuse_second(self._source)
        self._controller = controller
        self._film: Any = node.duplicate()  # shares the pixels; the layer itself may be changed or deleted meanwhile
        self._sequence, self._course = Sequence(), Course(len(self._waiting))
        self._first: Order | None = None  # whose styles and settings are those of all
        self._covers = False  # the source is hidden under the new layer
        self._placed: Placed | None = None
        self._last: client.Result | None = None
        self._failure = ""
        self.painting: Painting = controller.begin(self._source, recipe)
        self._next()

    @guarded
    def _next(self) -> None:
        """Begins the next frame; ends the run after the last."""
        if not self._waiting or self._stopped():
            self._end()
            return
        time = self._waiting.pop(0)
        self._course.begin()
        try:
            made = self._made(time)
        except Exception as error:
            self._failure = sentence(error)
            self._end()
            return
        if made is None:
            self._course.ended(painted=False)
            QtCore.QTimer.singleShot(0, self._next)
        else:
            self._send(made, time)

    def _made(self, time: int) -> Order | None:
        document = layers.find_document(self._source.document)
        if document is None:
            raise Failure(strings.IMAGE_GONE)
        if self._first is not None:
            return frames.later_order(document, self._film, self._first, time)
        self._first = frames.first_order(document, self._film, self._source, self.painting.recipe, time)
        return self._first

    def _send(self, made: Order, time: int) -> None:
        part = _Frame(self._source.document, self._source.layer, self._source.origin, self.painting.recipe, self.painting.cancellation)
        part.heard = lambda: self._heard(part)

        def done(result: client.Result) -> Steps[None]:
            yield from self._placing(made, time, result)
            part.end(Phase.DONE, "")

        def failed(words: str) -> None:
            part.end(Phase.FAILED, words)
            self._failure = words

        self._controller.send(made.request, part, done, failed, self._next, self._sequence.paint)

    def _placing(self, made: Order, time: int, result: client.Result) -> Steps[None]:
        """Puts a frame into the image, the first one with the new layer. Failure."""
        document = layers.find_document(self._source.document)
        if document is None:
            raise Failure(strings.IMAGE_GONE)
        if self._placed is None:
            self._placed, self._covers = frames.place(document, self._film, made, self.painting.title), made.translucent
            self.painting.notes = self._placed.notes
        elif layers.find_layer(document, self._placed.layer) is None:
            raise Failure(strings.FILM_GONE)
        yield from frames.writing(document, self._film, made, time, result.plane)
        if made.translucent and not self._covers:
            self._covers = True
            self.painting.notes = (*self.painting.notes, *frames.hide_source(document, self._film, self._source))
        self._last = result
        self._course.ended()
        self._controller.remember(self.painting, self._placed, result.job.id)

    def _heard(self, part: Painting) -> None:
        """Shows the frame that is painted, and how far all of them are."""
        whole = self.painting
        whole.preview, whole.phase, whole.fraction = part.preview or whole.preview, part.phase, self._course.fraction(part.fraction)
        if not (whole.cancellation.cancelled or whole.cancellation.finished):
            whole.text = self._course.line(part.phase, part.text, part.fraction)

    def _stopped(self) -> bool:
        wish = self.painting.cancellation
        return wish.cancelled or wish.finished or bool(self._failure)

    @guarded
    def _end(self) -> None:
        painting, course, self._film = self.painting, self._course, None
        words = strings.DONE_FRAMES.format(name=painting.title, done=course.painted, count=course.count)
        if self._last is not None:
            recents.add(self._controller, painting, self._last)
        if self._failure:
            painting.end(Phase.FAILED, f"{self._failure} {words}" if self._placed else self._failure)
        elif self._placed is not None:
            painting.end(Phase.DONE, words, painting.notes)
        elif self._stopped():
            painting.end(Phase.CANCELLED, strings.CANCELLED)
        else:
            painting.end(Phase.FAILED, strings.EMPTY_FRAMES.format(name=self._source.name))
        self._controller.over(painting)
