"""Owns the promises about recipes: what is written down comes back as it was, what is sent is what was chosen, and what is wrong is named in one sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from restyle_client import Parameters, Start
from restyle_client.conversion import outgoing
from restyle_contract import settings
from restyle_contract.parameters import AUTOMATIC, FULL_SIZE
from restyle_contract.settings import RecipeError
from restyle_editor import recipes
from restyle_editor.recipes import Recipe, StyleChoice


@dataclass(frozen=True)
class Sheet:
    """An editor's layer."""

    id: int
    name: str = ""


def sheet(value: Any) -> Sheet:
    return Sheet(**value)


FULL = Recipe(
    styles=(
        StyleChoice(library="night", title="Swirling night", weight=2.0, scale=0.5, region="sky", symmetry="flips"),
        StyleChoice(file="/pictures/ukiyo-e.png", crop=(1, 2, 30, 40)),
        StyleChoice(layer=Sheet(7, "sketch"), region="mask:"),
    ),
    strength=72.5,
    legibility=30.0,
    preset="fine",
    size=FULL_SIZE,
    color="match",
    color_mix=0.4,
    seed=99,
    objective="wasserstein",
    tv=2.5,
    start="noise",
    start_noise=0.1,
    symmetry="flips+rotations",
    weights="vgg16",
    device="cuda:0",
    evaluations=7,
    optimizer="adam",
    pooling="max",
    precision="fp32",
    style_layers=(("relu1_1", 2.0), ("relu3_1", 1.0)),
    content_layers=(("relu4_2", 1.0),),
    seamless="x",
    layers="two",
)


def test_a_recipe_comes_back_as_it_was() -> None:
    assert recipes.recipe_from(json.loads(json.dumps(recipes.plain(FULL))), layer=sheet) == FULL
    assert recipes.styles_from_json(recipes.styles_to_json(FULL.styles), sheet) == FULL.styles


def test_this_test_knows_every_setting() -> None:
    assert set(FULL.settings()) == set(recipes.SETTINGS)


def test_defaults_are_not_written_so_that_they_can_improve() -> None:
    assert recipes.plain(Recipe(styles=(StyleChoice(library="night"),))) == {"styles": [{"library": "night"}]}


def test_an_older_plugin_reads_a_newer_recipe() -> None:
    newer = {"strength": 10, "mood": "blue", "styles": [{"library": "night", "glitter": 3}]}
    assert recipes.recipe_from(newer) == Recipe(styles=(StyleChoice(library="night"),), strength=10)


def test_a_plain_name_is_a_style_of_the_library() -> None:
    assert recipes.styles_from_json('["night", "woodcut"]') == (StyleChoice(library="night"), StyleChoice(library="woodcut"))


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        (StyleChoice(library="night"), "night"),
        (StyleChoice(library="night", title="Swirling night"), "Swirling night"),
        (StyleChoice(file="C:\\pictures\\my style.png"), "my style"),
        (StyleChoice(layer=Sheet(3, "sketch")), "sketch"),
    ],
)
def test_a_style_has_a_name_for_people(choice: StyleChoice, name: str) -> None:
    assert choice.name == name


def test_the_title_joins_the_styles() -> None:
    assert replace(FULL, styles=FULL.styles[:2]).title == "Swirling night + ukiyo-e"


def test_every_setting_is_sent() -> None:
    assert recipes.parameters(FULL) == Parameters(
        preset="fine", native_size=True, strength=72.5, legibility=30.0, evaluations=7, seed=99, color="match", color_mix=0.4,
        objective="wasserstein", optimizer="adam",
        style_layers=FULL.style_layers, content_layers=FULL.content_layers, tv=2.5, pooling="max", precision="fp32", weights="vgg16", device="cuda:0",
        seamless="x",
    )  # fmt: skip
    assert recipes.parameters(replace(FULL, size=300)).size == 300
    assert recipes.start({"start": "noise"}) == Start.noise()
    assert recipes.start({"start_noise": 0.5}) == Start.content(0.5)
    assert [recipes.symmetry(FULL, style) for style in FULL.styles] == ["flips", "flips+rotations", "flips+rotations"]


def test_what_is_automatic_is_left_to_the_server() -> None:
    sent = recipes.parameters(Recipe())
    assert {sent.size, sent.native_size, sent.evaluations, sent.objective, sent.optimizer, sent.pooling, sent.precision, sent.weights, sent.device} == {None}
    assert recipes.start(Recipe().settings()) is None
    assert recipes.symmetry(Recipe(), StyleChoice(library="night")) is None


def test_the_words_are_those_of_the_service() -> None:
    for name, words in settings.CHOICES.items():
        if name in outgoing.PARAMETER_WORDS:
            assert {word for word in words if word != AUTOMATIC} == set(outgoing.PARAMETER_WORDS[name])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"strength": 101}, "strength is 101"),
        ({"strength": "much"}, "strength is much"),
        ({"strength": True}, "strength is True"),
        ({"strength": float("nan")}, "strength is nan"),
        ({"size": 7}, "16 px"),
        ({"size": 512.5}, "whole number"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "4294967295"),
        ({"preset": "perfect"}, "draft, standard, fine"),
        ({"color": "blue"}, "style, content, match"),
        ({"objective": "gram+moments"}, "auto, gram, wasserstein"),
        ({"evaluations": -1}, "evaluations is -1"),
        ({"device": 3}, "cuda:0"),
        ({"style_layers": {"relu9_1": 1}}, "relu9_1"),
        ({"style_layers": {"relu1_1": -1}}, "relu1_1 is -1"),
        ({"style_layers": {"relu1_1": 0}}, "weighs nothing"),
        ({"content_layers": 3}, "content_layers"),
        ({"styles": 3}, "no list"),
        ({"styles": [4]}, "style 1"),
        ({"styles": [{}]}, "no source"),
        ({"styles": [{"library": "a", "file": "b"}]}, "more than one source"),
        ({"styles": [{"library": "a", "weight": 0}]}, "weights are above 0"),
        ({"styles": [{"library": "a", "scale": 9}]}, "scale is 9"),
        ({"styles": [{"library": "a", "crop": [1, 2, 3]}]}, "[x, y, width, height]"),
        ({"styles": [{"library": "a", "crop": [0, 0, 8, 40]}]}, "16 px"),
        ({"styles": [{"library": "a", "symmetry": "odd"}]}, "flips"),
        ({"styles": [{"layer": {"nobody": 1}}]}, "style 1's layer"),
        ({"styles": ["a"] * 9}, "at most 8"),
    ],
)
def test_what_is_wrong_is_named(content: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        recipes.recipe_from(content, layer=sheet)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_garbage_is_no_recipe(text: str) -> None:
    with pytest.raises(RecipeError):
        recipes.json_object(text, "the recipe")
