"""Owns what a painted layer remembers: its recipe and the layer it was painted from; and finding the paintings of a layer by that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from gi.repository import Gimp
from restyle_client import Parameters
from restyle_editor import lineage
from restyle_editor.boxes import Box
from restyle_editor.recipes import Recipe, plain

from .. import strings
from .recipe import recipe_from

_NUMBER = re.compile(r" #\d+$")  # that GIMP itself gives to a layer whose name is taken
PARASITE = "restyle-recipe"
_KEPT = 1 | 2  # GIMP_PARASITE_PERSISTENT: saved with the file; GIMP_PARASITE_UNDOABLE: else GIMP complains when the layer is undone


@dataclass(frozen=True)
class Memory:
    """What a painted layer remembers. source: tattoo of the layer it was painted from. spot: of what the painter has; None: nobody noted it."""

    recipe: Recipe
    source: int
    spot: Spot | None = None


@dataclass(frozen=True)
class Spot:
    """Which job painted a layer, and what of its source it got: box, what changed; sent: what was sent; both in the source's coordinates."""

    job: str
    box: Box
    sent: Box
    selected: bool


def remember(layer: Any, recipe: Recipe, source: int, resolved: Parameters | None, spot: Spot | None = None) -> None:
    """recipe: what was asked for. resolved: every choice that was made of it."""
    words = {"recipe": plain(recipe), "source": source, "resolved": asdict(resolved) if resolved else None, "spot": asdict(spot) if spot else None}
    content = json.dumps(words).encode()
    layer.attach_parasite(Gimp.Parasite.new(PARASITE, _KEPT, content))


def memory_of(layer: Any) -> Memory | None:
    """How a layer was painted; None for layers that Restyle did not paint."""
    parasite = layer.get_parasite(PARASITE)
    if parasite is None:
        return None
    try:
        content = json.loads(bytes(parasite.get_data()).rstrip(b"\0").decode("utf-8"))
        return Memory(recipe_from(content["recipe"]), int(content.get("source", 0)), _spot(content.get("spot")))
    except (ValueError, KeyError, TypeError):
        return None


def job_of(layer: Any) -> str:
    """The painter's job that painted a layer; empty where nobody knows."""
    memory = memory_of(layer)
    return memory.spot.job if memory is not None and memory.spot is not None else ""


def _spot(words: Any) -> Spot | None:
    if not words:
        return None
    box, sent = (Box(*(int(words[name][side]) for side in ("x", "y", "width", "height"))) for name in ("box", "sent"))
    return Spot(str(words["job"]), box, sent, bool(words["selected"]))


def painted_from(image: Any, layer: Any) -> Any | None:
    """The layer that this one was painted from; None when it was not painted, or that layer is gone."""
    memory = memory_of(layer)
    below = image.get_layer_by_tattoo(memory.source) if memory is not None and memory.source else None
    return below if below is not None and below.is_valid() and below.get_id() != layer.get_id() else None


def paintings_of(image: Any, layer: Any) -> list[Any]:
    """All that was painted from a layer, and from its paintings, wherever it is in the image."""
    painted = {each.get_tattoo(): (each, memory.source) for each in flat(image.get_layers()) if (memory := memory_of(each)) is not None}
    sources = {tattoo: source for tattoo, (_, source) in painted.items()}
    return [painted[tattoo][0] for tattoo in lineage.paintings_of(sources, layer.get_tattoo())]


def name_of_origin(image: Any, layer: Any) -> str:
    """What a painting of this layer is called after: the layer, or what it was itself painted from in the beginning."""
    seen: set[int] = set()
    while (memory := memory_of(layer)) is not None and layer.get_id() not in seen:
        seen.add(layer.get_id())
        below = painted_from(image, layer)
        if below is None:
            return strings.origin(_NUMBER.sub("", layer.get_name()), memory.recipe.title)
        layer = below
    return str(layer.get_name())


def flat(layers: list[Any]) -> Iterator[Any]:
    """Layers with everything in them, topmost first."""
    for layer in layers:
        yield layer
        if layer.is_group():
            yield from flat(layer.get_children())
