"""Owns what an image remembers of its painted layers: the recipe, the source and the server's job of each, kept in the .kra file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from . import layers, log
from .api import QtCore, buffer
from .recipe import Recipe, RecipeError, plain, recipe_from

KEY = "restyle"  # the annotation's name in the file


@dataclass(frozen=True)
class Painted:
    """source: unique id of the layer that was painted; job: of the server, which forgets in time."""

    recipe: Recipe
    source: str
    job: str


def remember(document: Any, node: Any, painted: Painted) -> None:
    content = _content(document)
    content[layers.layer_id(node)] = {"recipe": plain(painted.recipe), "source": painted.source, "job": painted.job}
    text = json.dumps(content, ensure_ascii=False).encode("utf-8")
    document.setAnnotation(KEY, "How Restyle painted layers of this image", QtCore.QByteArray(text))


def recall(document: Any, node: Any) -> Painted | None:
    """How this layer was painted; None when it was not, or nobody can tell."""
    item = _content(document).get(layers.layer_id(node))
    if not isinstance(item, dict):
        return None
    try:
        return Painted(recipe_from(item["recipe"]), str(item["source"]), str(item["job"]))
    except (KeyError, TypeError, AttributeError, RecipeError) as error:
        log.write(f"an image's record of a painted layer can't be read: {error}")
        return None


def _content(document: Any) -> dict[str, Any]:
    try:
        content = json.loads(bytes(buffer(document.annotation(KEY))).decode("utf-8") or "{}")
    except (ValueError, TypeError):
        return {}
    return content if isinstance(content, dict) else {}
