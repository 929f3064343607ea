"""Owns the promises about a person's own presets."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest
from restyle_client import Parameters
from restyle_gimp import presets
from restyle_gimp.recipe import FULL_SIZE, Recipe, RecipeError, StyleChoice

SETTINGS = Recipe(strength=70.0, preset="fine", size=768, color="match", color_mix=0.5, seed=4, objective="wasserstein", tv=2.0, weights="compact")


@pytest.mark.parametrize("recipe", [SETTINGS, replace(SETTINGS, size=FULL_SIZE), Recipe()])
def test_a_preset_comes_back_as_it_was(tmp_path: Path, recipe: Recipe) -> None:
    presets.save(tmp_path / "presets", "Thick oil", recipe)
    assert presets.names(tmp_path / "presets") == ["Thick oil"]
    assert presets.load(tmp_path / "presets", "Thick oil") == recipe


def test_a_preset_speaks_the_words_of_every_client(tmp_path: Path) -> None:
    presets.save(tmp_path, "mine", SETTINGS)
    assert set(tomllib.loads((tmp_path / "mine.toml").read_text())) <= {field.name for field in fields(Parameters)}


def test_the_styles_are_not_part_of_a_preset(tmp_path: Path) -> None:
    presets.save(tmp_path, "mine", replace(SETTINGS, styles=(StyleChoice(library="night"),)))
    wanted = (StyleChoice(library="woodcut"),)
    assert presets.load(tmp_path, "mine", wanted).styles == wanted


@pytest.mark.parametrize("name", ["", "  ", "a/b", "..", ".hidden", "x" * 61, "a:b", "end."])
def test_a_name_that_is_no_files_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecipeError, match="can't be a preset's name"):
        presets.save(tmp_path, name, SETTINGS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["strength = ", "strength = 900", 'preset = "odd"', "\x00"])
def test_a_broken_preset_is_told_in_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.toml").write_text(content)
    with pytest.raises(RecipeError):
        presets.load(tmp_path, "broken")


def test_without_a_folder_there_are_no_presets(tmp_path: Path) -> None:
    assert presets.names(tmp_path / "nowhere") == []
