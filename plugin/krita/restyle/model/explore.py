"""Owns exploring: six drafts of one layer, none of them placed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import strings
from ..host import layers, source, thumbnails
from ..host.order import Order, ordering
from ..packages import Failure, Painting, Phase, Steps, Variation, Vary, client, variations, varied
from .controller import Controller


@dataclass
class Draft:
    """image: a QImage, None until it is there."""

    variation: Variation
    painting: Painting
    image: Any | None = None


def explore(controller: Controller, vary: Vary, changed: Callable[[], None]) -> list[Draft]:
    """Begins the drafts of the layer that is meant; `changed` whenever one is new. Failure with a sentence."""
    document, node = source.to_paint(layers.active_document())
    found = source.find(document, node)
    if not controller.recipe.styles:
        raise Failure(strings.NO_STYLE)
    wanted = variations(vary, controller.recipe, controller.server.library)
    drafts = [Draft(each, controller.begin(found, each.draft, draft=True)) for each in wanted]
    first = wanted[0].draft

    def send(made: Order) -> None:
        for draft in drafts:
            if not draft.painting.over:
                _send(controller, varied(made.request, first, draft.painting.recipe), draft, changed)

    controller.read(ordering(document, node, found, first), send, *(draft.painting for draft in drafts))
    return drafts


def _send(controller: Controller, request: client.JobRequest, draft: Draft, changed: Callable[[], None]) -> None:
    def done(result: client.Result) -> Steps[None]:
        draft.image = thumbnails.of_painting(result.plane, draft.painting.preview)
        draft.variation = draft.variation.painted(result.job.style_scales)
        draft.painting.end(Phase.DONE, "")
        controller.changed()
        changed()
        yield None

    def failed(words: str) -> None:
        draft.painting.end(Phase.FAILED, words)
        changed()

    controller.send(request, draft.painting, done, failed)
