"""Owns the recent paintings as they are added to, and placing one of them once more, which the server still has."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import strings
from ..host import layers, placing, thumbnails, time_slicing
from ..host.failures import caught, guarded
from ..host.order import Order
from ..host.placing import Place
from ..host.source import NO_LAYER
from ..packages import SIDE, Failure, Painting, Phase, Recent, Steps, client, log, lowering, sentence
from . import spots

if TYPE_CHECKING:
    from .controller import Controller


def add(controller: Controller, painting: Painting, result: client.Result, made: Order | None = None) -> None:
    """Puts a painting among the recent ones. made: of one that can be placed once more. A list that can't be written stops no painting: the log says why."""
    history, job = controller.history, result.job.id
    try:
        after = thumbnails.saved(thumbnails.of_painting(result.plane, painting.preview, SIDE), history.new_file(job, ".jpg"))
        before = thumbnails.saved(_before(made), history.new_file(job, "-before.jpg")) if made is not None else ""
        spot = spots.written(history, made, job) if made is not None else None
        lowered = lowering.lowered(painting.recipe.strength, result.job)
        history.add(Recent(job, painting.title, painting.recipe, time.time(), after, before, spot, result.job.style_scales, lowered))
    except Exception:  # whatever it is, the painting itself is worth more than its place in the list
        log.write(f"“{painting.title}” can't be listed among the recent paintings.")
        log.write_traceback()


def picture(controller: Controller, name: str) -> Any | None:
    """A picture of the list, by its name; None where it is gone."""
    data = controller.history.read(name)
    return thumbnails.of_file(data) if data is not None else None


def _before(made: Order) -> Any | None:
    """A picture of what was sent; None: a texture was painted from nothing."""
    if made.source.layer == NO_LAYER:
        return None
    document = layers.find_document(made.source.document)
    node = layers.find_layer(document, made.source.layer) if document is not None else None
    return thumbnails.of_source(made.request.content, node, made.source.sent, SIDE)


def place(controller: Controller, recent: Recent, strength: float | None = None) -> Painting:
    """Puts a recent painting into its image, or else into the active one, as long as the server has it. strength: lower than its own; None: as it is.
    Failure."""
    if strength is not None:
        recent = replace(recent, recipe=replace(recent.recipe, strength=strength))
    spot = _at_home(spots.place_of(controller.history, recent))
    painting = Painting(spot.source.document, spot.source.layer, spot.source.origin, recent.recipe)
    painting.text = strings.PLACING
    controller.paintings = [*controller.paintings, painting]
    controller.say("")

    def ended(phase: Phase, words: str, notes: tuple[str, ...] = ()) -> None:
        painting.end(phase, words, notes)
        controller.over(painting)

    def put(result: client.Result) -> Steps[None]:
        if painting.cancellation.cancelled:
            ended(Phase.CANCELLED, strings.CANCELLED)
            return
        placed = yield from placing.placing(spot, result.plane, painting.title, recent.recipe)
        controller.remember(painting, placed, recent.id, spot)
        ended(Phase.DONE, strings.PLACED.format(name=painting.title), placed.notes)

    def broke(error: Exception) -> None:
        ended(Phase.FAILED, sentence(error))

    def problem(words: str, error: BaseException) -> None:
        gone = isinstance(error, (client.NotFound, client.ResultExpired)) or (isinstance(error, client.WrongState) and strength is None)
        ended(Phase.FAILED, strings.PLACE_GONE if gone else words)

    @guarded
    def heard(event: client.Event) -> None:
        painting.hear(event)
        controller.changed()

    def question(session: client.Session) -> client.Result:
        wanted = recent.lowered if strength is None else strength
        return session.read(recent.id, lambda event: controller.background.tell(heard, event), strength=wanted)

    controller.background.ask(question, caught(lambda result: time_slicing.walk(put(result), lambda _: None, broke), broke), problem)
    return painting


def _at_home(spot: Place) -> Place:
    """The same in the image that has the layer, the active one first; else in its own or the active one. Failure when no image is open."""
    active, own = layers.active_document(), layers.find_document(spot.source.document)
    found = [each for each in (active, own) if each is not None and layers.find_layer(each, spot.source.layer) is not None]
    home = found[0] if found else own or active
    if home is None:
        raise Failure(strings.NO_DOCUMENT)
    return replace(spot, source=replace(spot.source, document=layers.id_of(home)))
