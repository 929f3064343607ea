"""Owns a painting as a group of two layers in the image: its colors, and above them its strokes, whose grain Krita merges into what lies below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import strings
from ..packages import Steps, client, two_layers
from . import layers, pixels
from .order import Order
from .recipe import Recipe

if TYPE_CHECKING:
    from .placing import Place

MERGED = "grain_merge"  # Krita's name of the blending mode


def fits(document: Any, colors: pixels.Colors) -> bool:
    """Whether Krita blends layers of these colors by the very numbers they have."""
    return colors.native and colors.own == (document.colorModel(), document.colorDepth(), document.colorProfile())


def separated(document: Any, order: Order | Place, plane: client.Plane) -> Steps[tuple[client.Plane, client.Plane] | None]:
    """The colors and the strokes of a painting; None where what it was painted from is gone."""
    if isinstance(order, Order):
        photo = order.request.content
    else:
        below = layers.find_layer(document, order.source.layer)
        if below is None or pixels.colors_of(below) != order.colors:
            return None
        photo = yield from pixels.reading(document, below, order.source.sent)
    return (yield from two_layers.separating(photo, plane))


def names(origin: str, recipe: Recipe) -> tuple[str, str]:
    colors, strokes = (strings.layer_name(origin, words.format(style=recipe.title)) for words in (strings.OF_COLORS, strings.OF_STROKES))
    return colors, strokes


def grouped(document: Any, name: str, colors: Any, strokes: Any) -> Any:
    """A group of both, in no tree yet, which lets what lies below through, so that strokes alone lie on that."""
    group = document.createGroupLayer(name)
    strokes.setBlendingMode(MERGED)
    group.setChildNodes([colors, strokes])
    group.setPassThroughMode(True)
    return group
