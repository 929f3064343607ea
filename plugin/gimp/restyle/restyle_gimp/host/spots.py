"""Owns the history of paintings in GIMP: where each belongs, as it is written down, and placing it there once more."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from gi.repository import Gimp
from restyle_client import Result
from restyle_editor.boxes import Box
from restyle_editor.history import History, Recent

from . import pixels
from .order import Order
from .placing import Placed, place, place_alone
from .recipe import recipe_from
from .source import Source

FOLDER = "restyle-history"  # in GIMP's profile, as the settings
PARASITE = "restyle-image"  # which image it is, however often it is saved and opened: GIMP's own ids end with a session
_KEPT = 1  # GIMP_PARASITE_PERSISTENT: saved with the file; no undo step


def history() -> History:
    """Of this profile, as it is now."""
    return History(lambda: Path(Gimp.directory()) / FOLDER, recipe_from)


def written(kept: History, source: Source, made: Order, job: str) -> dict[str, Any]:
    """Plain values, and the mask in a file of its own."""
    spot: dict[str, Any] = {
        "image": _name(source.image), "layer": source.layer.get_tattoo(), "box": list(source.box.rect), "sent": list(source.sent.rect),
        "offsets": list(source.offsets), "selected": source.selected, "translucent": made.translucent,
    }  # fmt: skip
    if made.mask is not None:
        spot["mask"] = kept.keep_mask(job, made.mask)
    return spot


def place_again(kept: History, image: Any, recent: Recent, result: Result) -> Placed:
    """Into an image: above the layer that it was painted from where it is there, else on top, where it was. Failure."""
    spot = recent.spot or {}
    try:
        box, sent = Box(*map(int, spot["box"])), Box(*map(int, spot["sent"]))
        x, y = map(int, spot["offsets"])
        layer = image.get_layer_by_tattoo(int(spot["layer"])) if spot["image"] and spot["image"] == _known(image) else None
        mask = kept.mask(str(spot.get("mask", "")), box)
    except (KeyError, TypeError, ValueError):  # written by another version
        sent, (x, y), layer, mask = Box(0, 0, result.plane.width, result.plane.height), (0, 0), None, None
    fits = (sent.width, sent.height) == (result.plane.width, result.plane.height)
    if layer is None or not layer.is_valid() or not fits or sent.common(pixels.whole(layer)) != sent:
        return place_alone(image, result.plane, recent.recipe, result.job, recent.title, (x + sent.x, y + sent.y))
    selected = bool(spot["selected"]) and (mask is not None or bool(spot["translucent"]))
    return place(Source(image, layer, box, sent, selected), result.plane, bool(spot["translucent"]), recent.recipe, result.job, mask)


def sent_and_shown(recent: Recent) -> tuple[Box, Box] | None:
    """What was sent of its layer, and what of that became the painting; None: nobody knows."""
    try:
        return Box(*map(int, (recent.spot or {})["sent"])), Box(*map(int, (recent.spot or {})["box"]))
    except (KeyError, TypeError, ValueError):  # written by another version
        return None


def _name(image: Any) -> str:
    """A name that no other image has; given now, if need be."""
    if not _known(image):
        image.attach_parasite(Gimp.Parasite.new(PARASITE, _KEPT, str(uuid.uuid4()).encode()))
    return _known(image)


def _known(image: Any) -> str:
    parasite = image.get_parasite(PARASITE)
    return bytes(parasite.get_data()).rstrip(b"\0").decode("utf-8", "replace") if parasite is not None else ""
