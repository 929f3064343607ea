"""Owns what an image remembers of its painted layers: the recipe, the source and the server's job of each, kept in the .kra file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..packages import lineage, log, sentences
from . import layers
from .api import QtCore, buffer
from .recipe import Recipe, RecipeError, plain, recipe_from

KEY = "restyle"  # the annotation's name in the file


Rect = tuple[int, int, int, int]


@dataclass(frozen=True)
class Painted:
    """source: unique id of the layer that was painted; job: of the server, which forgets in time. part: x, y, width, height on the canvas; None: all of it.
    sent: likewise, of what the server got of it; None: nobody noted it."""

    recipe: Recipe
    source: str
    job: str
    part: Rect | None = None
    sent: Rect | None = None


def remember(document: Any, node: Any, painted: Painted) -> None:
    content = _content(document)
    item: dict[str, Any] = {"recipe": plain(painted.recipe), "source": painted.source, "job": painted.job}
    content[layers.layer_id(node)] = item | {name: list(rect) for name, rect in (("part", painted.part), ("sent", painted.sent)) if rect}
    text = json.dumps(content, ensure_ascii=False).encode("utf-8")
    document.setAnnotation(KEY, "How Restyle painted layers of this image", QtCore.QByteArray(text))


def recall(document: Any, node: Any) -> Painted | None:
    """How this layer was painted; None when it was not, or nobody can tell."""
    item = _content(document).get(layers.layer_id(node))
    if not isinstance(item, dict):
        return None
    try:
        return Painted(recipe_from(item["recipe"]), str(item["source"]), str(item["job"]), _rect(item.get("part")), _rect(item.get("sent")))
    except (KeyError, TypeError, ValueError, AttributeError, RecipeError) as error:
        log.write(f"an image's record of a painted layer can't be read: {error}")
        return None


def to_update(document: Any, node: Any) -> tuple[Any, Painted] | None:
    """The painting that an update of a layer starts from, and how it was made: the layer itself, if it was painted from one, or else the latest that was
    painted from it and can be updated; None: there is none."""
    if (painted := recall(document, node)) is not None and painted.source:  # a texture was painted from nothing
        return node, painted
    source = layers.layer_id(node)
    for layer in reversed([layer for layer, item in _content(document).items() if isinstance(item, dict) and item.get("source") == source]):
        found = layers.find_layer(document, layer)
        if found is not None and (painted := recall(document, found)) is not None and painted.job and painted.sent:
            return found, painted
    return None


def painted_from(document: Any, node: Any) -> Any | None:
    """The layer that this one was painted from; None when it was not painted, or that layer is gone."""
    painted = recall(document, node)
    return layers.find_layer(document, painted.source) if painted is not None else None


def paintings_of(document: Any, source: str) -> set[str]:
    """Unique ids of all that was painted from a layer, and from its paintings."""
    sources = {layer: str(item.get("source", "")) for layer, item in _content(document).items() if isinstance(item, dict)}
    return set(lineage.paintings_of(sources, source))


def name_of_origin(document: Any, node: Any) -> str:
    """What a painting of this layer is called after: the layer, or what it was itself painted from in the beginning."""
    seen: set[str] = set()
    while (painted := recall(document, node)) is not None and layers.layer_id(node) not in seen:
        seen.add(layers.layer_id(node))
        below = layers.find_layer(document, painted.source)
        if below is None:
            return sentences.origin(node.name(), painted.recipe.title)
        node = below
    return str(node.name())


def _rect(numbers: Any) -> Rect | None:
    x, y, width, height = (int(number) for number in numbers or (0, 0, 0, 0))
    return (x, y, width, height) if width else None


def _content(document: Any) -> dict[str, Any]:
    try:
        content = json.loads(bytes(buffer(document.annotation(KEY))).decode("utf-8") or "{}")
    except (ValueError, TypeError):
        return {}
    return content if isinstance(content, dict) else {}
