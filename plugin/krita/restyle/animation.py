"""Owns painting all frames of a layer: at most a few jobs at a time, the same seed for all, and what is finished is kept when the rest is cancelled."""

from __future__ import annotations

from typing import Any

from . import frames, layers, memory, source, strings
from .client import client
from .failures import Failure, sentence
from .order import Order
from .painting import Painting, Phase
from .pixels import colors_of
from .workshop import Workshop


class Animation:
    """One run over the keys of a layer. Failure with a sentence when it can't begin."""

    def __init__(self, workshop: Workshop, document: Any, node: Any) -> None:
        colors = colors_of(node)
        if not colors.native:
            raise Failure(strings.COLORS_UNKNOWN.format(model=colors.model, depth=colors.depth))
        self._keys = frames.keys(document, node)
        self._source = frames.whole_canvas(document, source.find(document, node, whole=True))
        if not workshop.recipe.styles:
            raise Failure(strings.NO_STYLE)
        self._workshop = workshop
        self._waiting = list(self._keys)
        self._flying = 0
        self._whole: Order | None = None
        self._planes: dict[int, client.Plane] = {}
        self._job = ""
        self._failure = ""
        self.painting: Painting = workshop.begin(self._source, workshop.recipe)
        self._feed()

    def _feed(self) -> None:
        """Keeps the sky full; ends the run when the last one has landed."""
        painting = self.painting
        while self._waiting and self._flying < frames.IN_FLIGHT and not self._stopped():
            self._begin(self._waiting.pop(0))
        if self._flying == 0 and (not self._waiting or self._stopped()):
            self._end()
        elif not painting.cancellation.cancelled:
            painting.phase, painting.fraction = Phase.RUNNING, len(self._planes) / len(self._keys)
            painting.text = strings.FRAME.format(done=len(self._planes), count=len(self._keys))
        self._workshop.changed()

    def _begin(self, time: int) -> None:
        document = layers.find_document(self._source.document)
        node = layers.find_layer(document, self._source.layer) if document is not None else None
        if node is None:
            self._failure = strings.DOCUMENT_GONE
            return
        made = frames.frame_order(document, node, self._source, self.painting.recipe, time)
        if made is None:
            return
        self._whole = made if self._whole is None or made.veiled else self._whole
        self._flying += 1
        part = Painting(self._source.document, self._source.layer, self._source.name, self.painting.recipe, self.painting.cancellation)

        def done(result: client.Result) -> None:
            self._planes[time], self._job = result.plane, result.job.id
            part.end(Phase.DONE, "")

        def failed(words: str) -> None:
            part.end(Phase.FAILED, words)
            self._failure = words

        self._workshop.send(made.request, part, done, failed, self._landed)

    def _landed(self) -> None:
        self._flying -= 1
        self._feed()

    def _stopped(self) -> bool:
        wish = self.painting.cancellation
        return wish.cancelled or wish.finished or bool(self._failure)

    def _end(self) -> None:
        painting = self.painting
        if painting.over:
            return
        name = strings.LAYER_NAME.format(source=painting.name, style=painting.recipe.title)
        words = strings.DONE_FRAMES.format(name=name, done=len(self._planes), count=len(self._keys))
        try:
            if self._planes and self._whole is not None:
                placed = frames.place(self._whole, self._planes, name)
                document = layers.find_document(placed.document)
                node = layers.find_layer(document, placed.layer) if document is not None else None
                if node is not None:
                    memory.remember(document, node, memory.Painted(painting.recipe, painting.layer, self._job))
                painting.result = placed.layer
        except Exception as error:
            self._failure = sentence(error)
        if self._failure:
            painting.end(Phase.FAILED, f"{self._failure} {words}" if painting.result else self._failure)
        elif self._planes:
            painting.end(Phase.DONE, words)
        else:
            painting.end(Phase.CANCELLED, strings.CANCELLED)
        self._workshop.over(painting)
