"""Owns the promises about recipes: what a layer remembers comes back as it was, and what a script gets wrong is named in one sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from restyle_gimp import recipe as recipes
from restyle_gimp.recipe import LayerReference, Recipe, RecipeError, StyleChoice

FULL = Recipe(
    styles=(
        StyleChoice(library="night", title="Swirling night", weight=2.0, scale=0.5, region="sky", symmetry="flips"),
        StyleChoice(file="/pictures/ukiyo-e.png", crop=(1, 2, 30, 40)),
        StyleChoice(layer=LayerReference(7, 12, "file:///a.xcf", "sketch"), region=recipes.LAYER_MASK),
    ),
    strength=72.5,
    preset="fine",
    size=recipes.FULL_SIZE,
    color="match",
    color_mix=0.4,
    seed=99,
    objective="wasserstein",
    tv=2.5,
    start="noise",
    start_noise=0.1,
    weights="compact",
    device="cuda:0",
)


def test_a_recipe_comes_back_as_it_was() -> None:
    assert recipes.from_json(recipes.to_json(FULL)) == FULL
    assert recipes.styles_from_json(recipes.styles_to_json(FULL.styles)) == FULL.styles


def test_defaults_are_not_written_so_that_they_can_improve() -> None:
    assert json.loads(recipes.to_json(Recipe(styles=(StyleChoice(library="night"),)))) == {"styles": [{"library": "night"}]}


def test_an_older_plugin_reads_a_newer_recipe() -> None:
    text = json.dumps({"strength": 10, "mood": "blue", "styles": [{"library": "night", "glitter": 3}]})
    assert recipes.from_json(text) == Recipe(styles=(StyleChoice(library="night"),), strength=10)


def test_a_plain_name_is_a_style_of_the_library() -> None:
    assert recipes.styles_from_json('["night", "woodcut"]') == (StyleChoice(library="night"), StyleChoice(library="woodcut"))


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        (StyleChoice(library="night"), "night"),
        (StyleChoice(library="night", title="Swirling night"), "Swirling night"),
        (StyleChoice(file="C:\\pictures\\my style.png"), "my style"),
        (StyleChoice(layer=LayerReference(3, name="sketch")), "sketch"),
    ],
)
def test_a_style_has_a_name_for_people(choice: StyleChoice, name: str) -> None:
    assert choice.name == name


def test_the_title_joins_the_styles() -> None:
    assert replace(FULL, styles=FULL.styles[:2]).title == "Swirling night + ukiyo-e"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"strength": 101}, "strength is 101"),
        ({"strength": "much"}, "strength is much"),
        ({"strength": True}, "strength is True"),
        ({"size": 7}, "16 px"),
        ({"seed": -1}, "seed"),
        ({"preset": "perfect"}, "draft, standard, fine"),
        ({"color": "blue"}, "style, content, match"),
        ({"styles": 3}, "no list"),
        ({"styles": [4]}, "style 1"),
        ({"styles": [{}]}, "no source"),
        ({"styles": [{"library": "a", "file": "b"}]}, "more than one source"),
        ({"styles": [{"library": "a", "weight": 0}]}, "weights are above 0"),
        ({"styles": [{"library": "a", "scale": 9}]}, "scale is 9"),
        ({"styles": [{"library": "a", "crop": [1, 2, 3]}]}, "[x, y, width, height]"),
        ({"styles": [{"library": "a", "crop": [0, 0, 8, 40]}]}, "16 px"),
        ({"styles": [{"library": "a", "symmetry": "odd"}]}, "flips"),
        ({"styles": ["a"] * 9}, "at most 8"),
    ],
)
def test_what_is_wrong_is_named(content: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        recipes.from_json(json.dumps(content))
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_garbage_is_no_recipe(text: str) -> None:
    with pytest.raises(RecipeError):
        recipes.from_json(text)
