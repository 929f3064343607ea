"""Owns the promises about settings: what a recipe accepts, and that what a person saved comes back."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from restyle import strings
from restyle.host import api
from restyle.host.recipe import LayerReference, Recipe, RecipeError, StyleChoice, plain, recipe_from
from restyle.model import settings
from restyle.packages import log, presets
from restyle.ui.controls import Controls

PLUGIN = Path(strings.__file__).parent
FULL = Recipe(
    styles=(StyleChoice(library="woodcut", weight=2.0, region="label:3"), StyleChoice(layer=LayerReference("{d}", "{l}", "sky"), crop=(1, 2, 30, 40))),
    strength=70.0, legibility=40.0, preset="fine", size=768, color="match", color_mix=0.5, seed=9, objective="gram", tv=2.0, start="noise", symmetry="flips",
)  # fmt: skip


def test_a_recipe_survives_being_written_down() -> None:
    assert recipe_from(plain(FULL)) == FULL
    assert plain(Recipe()) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"strength": 101}, {"strength": "much"}, {"preset": "best"}, {"size": 3}, {"styles": "woodcut"}, {"styles": [{}]}, {"seed": -1}, {"color_mix": True},
        {"styles": [{"library": "a", "file": "b"}]}, {"styles": [{"library": "a", "weight": 0}]}, {"styles": [{"library": "a", "scale": 9}]},
        {"styles": ["a"] * 9},        {"styles": [{"layer": {"nobody": 1}}]}, {"styles": [{"library": "a", "crop": [1]}]},
    ],
)  # fmt: skip
def test_a_wrong_recipe_is_refused_with_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match=r".{8,}"):
        recipe_from(wrong)


def test_settings_are_kept_outside_of_the_plug_in() -> None:
    settings.save_recipe(FULL)
    assert settings.load_recipe() == FULL
    assert PLUGIN not in log.folder().parents
    (log.folder() / "settings.json").write_text("{ broken", encoding="utf-8")
    assert settings.load_recipe() == Recipe()


def test_presets_are_those_of_every_client(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    saved, controls = presets.of_user(), Controls(shop)
    monkeypatch.setattr(api.QtWidgets.QInputDialog, "getText", lambda *_arguments: ("Soft light", True))
    shop.choose(FULL)
    controls._save()
    assert saved.names() == ["Soft light"]
    saved.save("From elsewhere", {"strength": 15, "evaluations": 3})
    shop.choose(replace(Recipe(), styles=FULL.styles))
    controls._load("From elsewhere")
    assert (shop.recipe.strength, shop.recipe.evaluations, shop.recipe.styles) == (15, 3, FULL.styles)
    controls._load("Soft light")
    assert shop.recipe == FULL


def test_a_preset_that_makes_no_sense_is_told_with_its_file_and_setting(shop: Any) -> None:
    saved, controls = presets.of_user(), Controls(shop)
    saved.folder.mkdir(parents=True, exist_ok=True)
    saved.path("broken").write_text("strength = 900", encoding="utf-8")
    shop.attempt(lambda: controls._load("broken"))
    assert shop.complaint == f"{saved.path('broken')}: strength is 900; it must be a number from 0 to 100."


def test_every_word_in_the_table_is_used() -> None:
    table = {node.targets[0].id for node in ast.parse((PLUGIN / "strings.py").read_text(encoding="utf-8")).body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    code = "\n".join(path.read_text(encoding="utf-8") for path in PLUGIN.rglob("*.py") if path.name != "strings.py")
    assert sorted(name for name in table if not re.search(rf"\b{name}\b", code)) == []
