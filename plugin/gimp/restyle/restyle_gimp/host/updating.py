"""Owns what an update of a painting sends: the layer that it was painted from, as far as it was sent then, and the job that painted it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from restyle_client import JobRequest
from restyle_contract.limits import MAX_TEXT
from restyle_editor import alpha
from restyle_editor.boxes import Box
from restyle_editor.failures import Failure
from restyle_editor.recipes import Recipe

from .. import strings
from . import pixels
from .memory import Spot, memory_of, name_of_origin, painted_from, paintings_of
from .order import Order, is_translucent
from .source import Source, of_layer


@dataclass(frozen=True)
class Earlier:
    """painting: the layer that is updated. source: what it was painted from, as it was sent."""

    painting: Any
    source: Source
    recipe: Recipe
    job: str


def earlier(image: Any, layer: Any) -> Earlier | None:
    """The painting that an update of a layer starts from: the layer itself, or the latest that was painted from it; None: there is none."""
    if memory_of(layer) is not None:
        return _earlier(image, layer)
    found = [each for each in paintings_of(image, layer) if (memory := memory_of(each)) is not None and memory.source == layer.get_tattoo()]
    latest = sorted(found, key=lambda each: each.get_tattoo(), reverse=True)
    return next(filter(None, (_earlier(image, each) for each in latest)), None)


def order(found: Earlier) -> Order:
    """Failure with one sentence when it can't be updated."""
    source, layer = found.source, found.source.layer
    if not found.painting.is_valid():  # deleted while the dialog was open
        raise Failure(strings.UPDATE_NONE)
    if not layer.is_valid():
        raise Failure(strings.UPDATE_SOURCE_GONE)
    if found.painting.is_group():
        raise Failure(strings.UPDATE_TWO)
    of_layer(source.image, layer, whole=True)  # whatever else stands in the way of painting it
    box, whole = source.box, pixels.whole(layer)
    sizes = {(box.width, box.height), (whole.width, whole.height)}
    if source.sent.common(whole) != source.sent or (found.painting.get_width(), found.painting.get_height()) not in sizes:
        raise Failure(strings.UPDATE_RESIZED.format(name=layer.get_name()))
    with pixels.as_seen(layer) as seen:
        content = pixels.read(source.image, seen, pixels.way(source.image, layer), source.sent)
    visible, opaque = alpha.alpha_range(content)
    if not visible:
        raise Failure(strings.EMPTY.format(name=layer.get_name()))
    label = strings.layer_name(name_of_origin(source.image, layer), found.recipe.title)[:MAX_TEXT]
    translucent, mask = is_translucent(source, opaque), found.painting.get_mask()
    shows = source.selected and not translucent and mask is not None and (mask.get_width(), mask.get_height()) == (box.width, box.height)
    return Order(JobRequest(content, update=found.job, label=label), translucent, pixels.weights(mask, pixels.whole(mask)) if shows else None)


def _earlier(image: Any, layer: Any) -> Earlier | None:
    memory, below = memory_of(layer), painted_from(image, layer)
    spot: Spot | None = memory.spot if memory is not None else None
    if memory is None or spot is None or below is None:
        return None
    return Earlier(layer, Source(image, below, Box(*spot.box.rect), Box(*spot.sent.rect), spot.selected), memory.recipe, spot.job)
