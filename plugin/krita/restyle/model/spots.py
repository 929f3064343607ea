"""Owns where recent paintings belong, as it is written down beside them: the layer, the place on the canvas, the colors, and what of it shows."""

from __future__ import annotations

import contextlib
import zlib
from typing import Any

from .. import strings
from ..host.order import Order
from ..host.pixels import Colors
from ..host.placing import Place
from ..host.source import Source
from ..packages import Box, Failure, client, log
from .settings import Recent

MASK_FILE = "painting-{id}.mask"  # beside the thumbnail, and gone with it
_GRAY = client.PixelFormat(client.Channels.GRAY, client.Depth.U8)


def written(made: Order, job: str) -> dict[str, Any]:
    """Plain values, and the mask in a file of its own; one that can't be written shows all of the painting."""
    source, colors = made.source, made.colors
    spot: dict[str, Any] = {
        "document": source.document, "layer": source.layer, "name": source.name, "origin": source.origin,
        "sent": list(source.sent.rect), "part": list(source.part.rect), "colors": list(colors.own), "translucent": made.translucent,
    }  # fmt: skip
    if made.mask is not None:
        name = MASK_FILE.format(id=job[:40])
        with contextlib.suppress(OSError):
            log.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
            (log.folder() / name).write_bytes(zlib.compress(bytes(made.mask.data), 1))
            spot["mask"] = name
    return spot


def place_of(recent: Recent) -> Place:
    """Failure for a painting of which nobody noted it, or whose note makes no sense."""
    try:
        spot = recent.spot or {}
        sent, part = Box(*map(int, spot["sent"])), Box(*map(int, spot["part"]))
        source = Source(str(spot["document"]), str(spot["layer"]), str(spot["name"]), sent, "mask" in spot, blends=False, part=part, origin=str(spot["origin"]))
        model, depth, profile = map(str, spot["colors"])
        return Place(source, Colors(model, depth, profile), bool(spot["translucent"]), _mask(spot.get("mask"), sent))
    except (KeyError, TypeError, ValueError) as error:
        raise Failure(strings.PLACE_GONE) from error


def _mask(name: str | None, box: Box) -> client.Plane | None:
    if not name:
        return None
    try:
        data = zlib.decompressobj().decompress((log.folder() / str(name).replace("\\", "/").rpartition("/")[2]).read_bytes(), box.width * box.height + 1)
    except (OSError, zlib.error):
        return None
    return client.Plane(_GRAY, box.width, box.height, data) if len(data) == box.width * box.height else None
