"""Owns how GIMP's layers stand in a recipe: as styles, and as regions. All else of a recipe is the same in every editor, and the client's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from restyle_editor import recipes
from restyle_editor.recipes import Recipe, StyleChoice

EVERYWHERE = ""
LAYER_MASK = "mask:"  # beside channels' names; one that ends so would have to be meant


@dataclass(frozen=True)
class LayerReference:
    """A layer of an open image. id: within this session; tattoo, image, name: to find it again after the file was reopened."""

    id: int
    tattoo: int = 0
    image: str = ""
    name: str = ""


def layer_from(value: Any) -> LayerReference:
    """A layer's id, or an object with what is known of it."""
    if isinstance(value, Mapping):
        return LayerReference(**{field.name: value[field.name] for field in fields(LayerReference) if field.name in value})
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value} is no layer's id")
    return LayerReference(value)


def recipe_from(content: Mapping[str, Any]) -> Recipe:
    """RecipeError."""
    return recipes.recipe_from(content, layer=layer_from)


def styles_from_json(text: str) -> tuple[StyleChoice, ...]:
    """RecipeError."""
    return recipes.styles_from_json(text, layer_from)
