"""Owns how Krita's layers stand in a recipe. All else of a recipe is the same in every editor, and the client's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..packages import limits, parameters, ranges, recipes

Recipe = recipes.Recipe
StyleChoice = recipes.StyleChoice
RecipeError = ranges.RecipeError
plain = recipes.plain
FULL_SIZE, MAX_STYLES = parameters.FULL_SIZE, limits.MAX_STYLES
PRESETS, COLORS, OBJECTIVES, STARTS, SYMMETRIES = parameters.PRESETS, parameters.COLORS, parameters.OBJECTIVES, parameters.STARTS, parameters.SYMMETRIES
SEAMLESS, PLACED_AS = parameters.SEAMLESS, parameters.PLACED_AS
SIZES = (parameters.AUTOMATIC_SIZE, 256, 384, 512, 768, 1024, 1536, 2048, FULL_SIZE)  # px, to choose from


@dataclass(frozen=True)
class LayerReference:
    """A layer of an open image. document, layer: Krita's unique ids of the image's root and of the layer; the latter is kept in .kra files."""

    document: str
    layer: str
    name: str = ""


def recipe_from(content: Mapping[str, Any], base: Recipe | None = None) -> Recipe:
    """RecipeError. A style's crop is on the canvas; its region is "layer:UNIQUE ID" or "label:NUMBER"."""
    return recipes.recipe_from(content, base, layer=_layer)


def style_from(item: Any, number: int = 1) -> StyleChoice:
    """RecipeError."""
    return recipes.style_from(item, number, layer=_layer)


def _layer(value: Any) -> LayerReference:
    return LayerReference(**value)
