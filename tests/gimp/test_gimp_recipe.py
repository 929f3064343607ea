"""Owns the promises about GIMP's share of a recipe: layers that scripts name, and layers that a painted one remembers."""

from __future__ import annotations

from typing import Any

import pytest
from restyle_contract.settings import RecipeError
from restyle_editor import recipes
from restyle_editor.recipes import Recipe, StyleChoice
from restyle_gimp.host.recipe import LAYER_MASK, LayerReference, recipe_from, styles_from_json

SKETCH = StyleChoice(layer=LayerReference(7, 12, "file:///a.xcf", "sketch"), region=LAYER_MASK)


def test_a_layer_comes_back_as_it_was() -> None:
    recipe = Recipe(styles=(SKETCH, StyleChoice(library="night")), strength=20.0)
    assert recipe_from(recipes.plain(recipe)) == recipe
    assert styles_from_json(recipes.styles_to_json(recipe.styles)) == recipe.styles


def test_a_script_may_name_a_layer_by_its_id() -> None:
    assert styles_from_json('[{"layer": 7}]') == (StyleChoice(layer=LayerReference(7)),)


@pytest.mark.parametrize("layer", ["sketch", True, [1], {"name": "no id"}])
def test_what_is_no_layer_is_named(layer: Any) -> None:
    with pytest.raises(RecipeError, match="style 1's layer"):
        recipe_from({"styles": [{"layer": layer}]})
