"""Owns where recent paintings belong, as it is written down beside them: the layer, the place on the canvas, the colors, and what of it shows."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host.order import Order
from ..host.pixels import Colors
from ..host.placing import Place
from ..host.source import Source
from ..packages import Box, Failure, History, Recent


def written(history: History, made: Order, job: str) -> dict[str, Any]:
    """Plain values, and the mask in a file of its own."""
    source, colors = made.source, made.colors
    spot: dict[str, Any] = {
        "document": source.document, "layer": source.layer, "name": source.name, "origin": source.origin,
        "sent": list(source.sent.rect), "part": list(source.part.rect), "colors": list(colors.own), "translucent": made.translucent,
    }  # fmt: skip
    if made.mask is not None:
        spot["mask"] = history.keep_mask(job, made.mask)
    return spot


def place_of(history: History, recent: Recent) -> Place:
    """Failure for a painting of which nobody noted it, or whose note makes no sense."""
    try:
        spot = recent.spot or {}
        sent, part = Box(*map(int, spot["sent"])), Box(*map(int, spot["part"]))
        masked = bool(spot.get("mask"))
        source = Source(str(spot["document"]), str(spot["layer"]), str(spot["name"]), sent, masked, blends=False, part=part, origin=str(spot["origin"]))
        model, depth, profile = map(str, spot["colors"])
        return Place(source, Colors(model, depth, profile), bool(spot["translucent"]), history.mask(spot.get("mask", ""), sent))
    except (KeyError, TypeError, ValueError) as error:
        raise Failure(strings.PLACE_GONE) from error
