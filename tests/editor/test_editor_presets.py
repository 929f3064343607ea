"""Owns the promises about a person's presets: one folder for every client, plain TOML, and one sentence for whatever is wrong with a file."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from restyle_client import discovery
from restyle_contract import settings
from restyle_contract.limits import LARGEST_SEED
from restyle_contract.parameters import AUTOMATIC_SIZE, FULL_SIZE
from restyle_editor import presets, recipes
from restyle_editor.presets import PresetError, Presets
from restyle_editor.recipes import Recipe, StyleChoice

RECIPE = Recipe(
    styles=(StyleChoice(library="night"),), strength=70.0, preset="fine", size=768, color="match", color_mix=0.5, seed=4, objective="wasserstein", tv=2.0,
    start="noise", symmetry="flips", weights="vgg16", evaluations=300, style_layers=(("relu1_1", 2.0), ("relu3_1", 0.5)),
)  # fmt: skip


@pytest.fixture
def mine(tmp_path: Path) -> Presets:
    return Presets(tmp_path / "presets")


@pytest.mark.parametrize("changed", [{}, {"size": FULL_SIZE}, {"size": AUTOMATIC_SIZE}, {"seed": LARGEST_SEED, "tv": 1e-7}])
def test_a_preset_comes_back_as_it_was(mine: Presets, changed: dict[str, Any]) -> None:
    recipe = recipes.recipe_from(changed, RECIPE)
    mine.save("Thick oil", presets.settings_of(recipe))
    assert mine.names() == ["Thick oil"]
    loaded = mine.load("Thick oil")
    assert recipes.recipe_from(loaded, Recipe(styles=RECIPE.styles)) == recipe


def test_a_preset_is_plain_toml(mine: Presets) -> None:
    path = mine.save("mine", presets.settings_of(RECIPE))
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    assert content["strength"] == 70.0
    assert content["style_layers"] == {"relu1_1": 2.0, "relu3_1": 0.5}
    assert set(content) <= {*recipes.SETTINGS, "native_size"}


def test_what_a_person_saw_is_kept_although_it_is_the_default(mine: Presets) -> None:
    assert mine.load(mine.save("plain", presets.settings_of(Recipe())).stem) == {
        "strength": 50.0, "legibility": 85.0, "preset": "standard", "color": "style", "color_mix": 1.0, "seed": 0, "tv": 1.0,
    }  # fmt: skip


def test_a_preset_written_by_hand_may_say_little(mine: Presets) -> None:
    mine.folder.mkdir()
    mine.path("soft").write_text("# quiet\nstrength = 30  # per cent\nnative_size = false\n", encoding="utf-8")
    assert mine.load("soft") == {"strength": 30}


def test_saving_replaces_and_removing_removes(mine: Presets) -> None:
    mine.save("one", {"strength": 10})
    mine.save(" one ", {"strength": 20})
    assert mine.load("one") == {"strength": 20}
    mine.remove("one")
    assert (mine.names(), list(mine.folder.iterdir())) == ([], [])
    with pytest.raises(PresetError, match='no preset "one"'):
        mine.remove("one")


@pytest.mark.parametrize("name", ["", "  ", "a/b", "..", ".hidden", "x" * 61, "a:b", "end.", "nul", "COM1.old", "a\nb", "draft", "Fine"])
def test_a_name_that_is_no_files_or_restyles_own_is_refused(mine: Presets, name: str) -> None:
    with pytest.raises(PresetError, match="name"):
        mine.save(name, {"strength": 10})
    assert not mine.folder.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"strength = ", "this is no TOML: Invalid value (at end of document)"),
        (b"strength = 1\nwhat is this\n", "at line 2"),
        (b"strength = 1\nstrength = 2", "overwrite"),
        (b"strength = 900", "strength is 900; it must be a number from 0 to 100"),
        (b"strength = nan", "strength is nan"),
        (b"strengh = 50", "strengh is no setting; there are strength"),
        (b'preset = "odd"', 'preset "odd" is not known'),
        (b"native_size = 1", "native_size is 1"),
        (b"seed = 1979-05-27", "seed is 1979-05-27"),
        (b"[style_layers]\nrelu9_9 = 1", "relu9_9"),
        (b"[styles]\nlibrary = 'night'", "styles is no setting"),
        (b"\x00", "no TOML"),
        (b"\xff", "UTF-8"),
        (b"#" * (presets.LARGEST_FILE + 1), "too large"),
    ],
)
def test_a_wrong_preset_is_told_in_a_sentence_with_its_file(mine: Presets, content: bytes, words: str) -> None:
    mine.folder.mkdir()
    mine.path("broken").write_bytes(content)
    with pytest.raises(PresetError) as caught:
        mine.load("broken")
    assert str(mine.path("broken")) in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_wrong_is_never_saved(mine: Presets) -> None:
    with pytest.raises(settings.RecipeError, match="strength is 900"):
        mine.save("mine", {"strength": 900})
    assert mine.names() == []


def test_without_a_folder_there_are_no_presets(mine: Presets) -> None:
    assert mine.names() == []
    with pytest.raises(PresetError, match=r"there is no preset .*soft\.toml"):
        mine.load("soft")


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PresetError, match="can't be written"):
        Presets(tmp_path / "file" / "presets").save("mine", {"strength": 10})


def test_presets_of_earlier_versions_move_in(tmp_path: Path) -> None:
    old = tmp_path / "data" / "presets"
    old.mkdir(parents=True)
    (old / "from GIMP.toml").write_text('strength = 70.0\nnative_size = true\nweights = "auto"\n', encoding="utf-8")
    (old / "from Krita.toml").write_text("# A preset of Restyle; what is not named has its default.\nstrength = 20\nsize = -1\n", encoding="utf-8")
    (old / "broken.toml").write_text("strength = 900", encoding="utf-8")
    (old / "twice.toml").write_text("strength = 1", encoding="utf-8")
    environment = {"RESTYLE_CONFIG_DIR": str(tmp_path / "config"), "RESTYLE_DATA_DIR": str(tmp_path / "data")}
    mine = presets.of_user(environment)
    mine.save("twice", {"strength": 2})
    assert mine.names() == ["from GIMP", "from Krita", "twice"]
    assert mine.load("from GIMP") == {"strength": 70.0, "weights": "auto", "size": FULL_SIZE}
    assert mine.load("from Krita") == {"strength": 20, "size": FULL_SIZE}
    assert mine.load("twice") == {"strength": 2}
    assert sorted(path.name for path in old.iterdir()) == ["broken.toml", "twice.toml"]


def test_every_client_looks_into_one_folder(tmp_path: Path) -> None:
    home = {"XDG_CONFIG_HOME": "/sandbox/config"}
    assert presets.of_user({"RESTYLE_CONFIG_DIR": "/elsewhere"}, tmp_path).folder == Path("/elsewhere/presets").absolute()
    words = {"command": ["/python"], "state_dir": "/state", "config_dir": "/home/me/.config/restyle"}
    (tmp_path / "launcher.json").write_text(json.dumps(words), encoding="utf-8")
    assert presets.of_user(home, tmp_path).folder == Path("/home/me/.config/restyle/presets")
    (tmp_path / "launcher.json").write_text(json.dumps({**words, "config_dir": None}), encoding="utf-8")
    assert discovery.config_dir(home, tmp_path).name == "restyle"


def test_the_page_names_every_setting() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "presets.md").read_text(encoding="utf-8")
    named = {name for line in page.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert named == {*recipes.SETTINGS, "native_size"}
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert presets.parse(example)["color_mix"] == 0.8


@pytest.mark.parametrize("words", ["draft", "Soft light", "{folder}/Soft light.toml"])
def test_a_preset_is_found_by_name_and_by_path(mine: Presets, words: str) -> None:
    mine.save("Soft light", {"preset": "draft"})
    assert mine.find(words.format(folder=mine.folder)) == {"preset": "draft"}


def test_a_name_that_is_not_there_gets_the_nearest(mine: Presets) -> None:
    mine.save("Soft light", {"strength": 10})
    with pytest.raises(PresetError, match="the nearest is Soft light"):
        mine.find("Soft ligth")
    with pytest.raises(PresetError, match="there are draft, standard, fine, Soft light"):
        mine.find("xyzzy")
