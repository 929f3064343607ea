"""Owns the recent paintings as they are added to, and placing one of them once more, which the server still has."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import strings
from ..host import layers, placing, thumbnails, time_slicing
from ..host.failures import caught, guarded
from ..host.order import Order
from ..host.placing import Place
from ..packages import Failure, Painting, Phase, Steps, client, log, sentence
from . import settings, spots
from .settings import Recent

if TYPE_CHECKING:
    from .controller import Controller


def add(controller: Controller, painting: Painting, result: client.Result, made: Order | None = None) -> None:
    """Puts a painting among the recent ones. made: of one that can be placed once more."""
    job = result.job.id
    picture = thumbnails.of_painting(result.plane, painting.preview)
    name = thumbnails.save(picture, log.folder(), f"painting-{job[:40]}.png") if picture is not None else ""
    spot = spots.written(made, job) if made is not None else None
    controller.recents = settings.save_recent([Recent(job, painting.title, painting.recipe, time.time(), name, spot), *controller.recents])


def place(controller: Controller, recent: Recent) -> Painting:
    """Puts a recent painting into its image, or else into the active one, as long as the server has it. Failure."""
    spot = _at_home(spots.place_of(recent))
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
        placed = yield from placing.placing(spot, result.plane, painting.title)
        controller.remember(painting, placed, recent.id, spot.source.part.rect if spot.mask is not None else None)
        ended(Phase.DONE, strings.PLACED.format(name=painting.title), placed.notes)

    def broke(error: Exception) -> None:
        ended(Phase.FAILED, sentence(error))

    def problem(words: str, error: BaseException) -> None:
        gone = isinstance(error, (client.NotFound, client.ResultExpired, client.WrongState))
        ended(Phase.FAILED, strings.PLACE_GONE if gone else words)

    @guarded
    def heard(event: client.Event) -> None:
        painting.hear(event)
        controller.changed()

    def question(session: client.Session) -> client.Result:
        return session.read(recent.id, lambda event: controller.background.tell(heard, event))

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
