"""Owns exploring: six drafts of one layer that differ in strength, strokes and color, none of them placed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .. import strings
from ..host import layers, source, thumbnails
from ..host.order import Order, ordering, varied
from ..host.recipe import Recipe
from ..packages import VARIATIONS, Painting, Phase, Steps, client
from .controller import Controller

DRAFT_SIZE = 256  # px: a draft of this size takes seconds on two cores, and shows strokes and colors


@dataclass
class Draft:
    """painting: how it is done in full. image: a QImage, None until it is there. words: what differs."""

    recipe: Recipe
    words: str
    painting: Painting
    image: Any | None = None


def variations(recipe: Recipe) -> list[Recipe]:
    """strength, factor of the strokes, and color of each; everything else is kept."""
    found = []
    for variation in VARIATIONS:
        styles = tuple(replace(style, scale=variation.scaled(style.scale or 1.0)) for style in recipe.styles)
        found.append(replace(recipe, styles=styles, strength=variation.strength, color=variation.color))
    return found


def explore(controller: Controller, changed: Callable[[], None]) -> list[Draft]:
    """Begins the six drafts of the layer that is meant; `changed` whenever one is new. Failure with a sentence."""
    document, node = source.to_paint(layers.active_document())
    found = source.find(document, node)
    drafts = []
    for recipe in variations(controller.recipe):
        draft_recipe = replace(recipe, preset="draft", size=DRAFT_SIZE)
        words = strings.EXPLORED.format(strength=round(recipe.strength), scale=recipe.styles[0].scale, color=strings.COLORS[recipe.color])
        drafts.append(Draft(recipe, words, controller.begin(found, draft_recipe, draft=True)))

    def send(made: Order) -> None:
        for draft in drafts:
            if not draft.painting.over:
                _send(controller, varied(made.request, draft.painting.recipe), draft, changed)

    controller.read(ordering(document, node, found, drafts[0].painting.recipe), send, *(draft.painting for draft in drafts))
    return drafts


def _send(controller: Controller, request: client.JobRequest, draft: Draft, changed: Callable[[], None]) -> None:
    def done(result: client.Result) -> Steps[None]:
        draft.image = thumbnails.of_painting(result.plane, draft.painting.preview)
        draft.painting.end(Phase.DONE, "")
        controller.changed()
        changed()
        yield

    def failed(words: str) -> None:
        draft.painting.end(Phase.FAILED, words)
        changed()

    controller.send(request, draft.painting, done, failed)
