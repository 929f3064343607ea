"""Owns the promises about settings: what a recipe accepts, and that what a person saved comes back."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from restyle import log, presets, settings, strings
from restyle.recipe import LayerReference, Recipe, RecipeError, StyleChoice, plain, recipe_from
from restyle.settings import MOST_RECENT, Recent

PLUGIN = Path(strings.__file__).parent
FULL = Recipe(
    styles=(StyleChoice(library="woodcut", weight=2.0, region="label:3"), StyleChoice(layer=LayerReference("{d}", "{l}", "sky"), crop=(1, 2, 30, 40))),
    strength=70.0, preset="fine", size=768, color="match", color_mix=0.5, seed=9, objective="gram", tv=2.0, start="noise", symmetry="flips",
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


def test_recent_paintings_are_kept_the_newest_first_and_not_for_ever() -> None:
    many = [Recent(f"job-{number}", "t", FULL, float(number), f"painting-{number}.png") for number in range(MOST_RECENT + 5)]
    log.folder().mkdir(parents=True, exist_ok=True)
    for recent in many:
        (log.folder() / recent.thumbnail).write_bytes(b"x")
    settings.save_recent(many)
    assert settings.load_recent() == many[:MOST_RECENT]
    assert len(list(log.folder().glob("painting-*.png"))) == MOST_RECENT


def test_a_preset_is_toml_that_every_client_can_read() -> None:
    tomllib = pytest.importorskip("tomllib")
    name = presets.save('My "wild" preset/..', FULL)
    assert presets.names() == [name]
    text = (presets.folder() / f"{name}.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == presets.parse(text) == FULL.settings()
    other = Recipe(styles=(StyleChoice(library="night"),))
    loaded = presets.load(name, other)
    assert loaded.styles == other.styles
    assert loaded.settings() == FULL.settings()
    presets.delete(name)
    assert presets.names() == []


def test_a_preset_that_makes_no_sense_names_its_line() -> None:
    with pytest.raises(RecipeError, match="line 2"):
        presets.parse("strength = 5 # strong\nwhat is this")


def test_every_word_for_people_stands_in_the_table() -> None:
    """Sentences in other modules would be missed by a translator: there, only log entries, exceptions for scripts and names of Krita's or Qt's have spaces."""
    shown = re.compile(r"\b(setText|setToolTip|setWindowTitle|addAction|setAccessibleName|addTab|QPushButton|QLabel|addRow|Failure)\(\s*f?\"[A-Za-z]")
    found = [f"{path.name}: {line.strip()}" for path in PLUGIN.glob("*.py") for line in path.read_text(encoding="utf-8").splitlines() if shown.search(line)]
    assert found == []


def test_every_word_in_the_table_is_used() -> None:
    table = {node.targets[0].id for node in ast.parse((PLUGIN / "strings.py").read_text(encoding="utf-8")).body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    code = "\n".join(path.read_text(encoding="utf-8") for path in PLUGIN.glob("*.py") if path.name != "strings.py")
    code += (PLUGIN / "strings.py").read_text(encoding="utf-8").split("\ndef seconds")[1]
    assert sorted(name for name in table if not re.search(rf"\b{name}\b", code)) == []
