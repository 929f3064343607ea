"""Owns the promises of `restyle presets`, and of `restyle image --preset` with a preset of one's own."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from cli.running import Restyle
from restyle_contract.limits import LARGEST_SEED
from restyle_editor import presets, recipes


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of this test's own presets."""
    monkeypatch.setenv("RESTYLE_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config" / "presets"


def test_a_preset_is_saved_listed_shown_and_removed(restyle: Restyle, folder: Path) -> None:
    saved = restyle("presets", "save", "Soft light", "strength=40", "color=content", "native_size=true", "style_layers={relu1_1=2, relu2_1=1}")
    assert saved.exit_code == 0, saved.stderr
    assert tomllib.loads((folder / "Soft light.toml").read_text()) == {
        "strength": 40, "color": "content", "native_size": True, "style_layers": {"relu1_1": 2.0, "relu2_1": 1.0},
    }  # fmt: skip
    listed = [json.loads(line) for line in restyle("presets", "list", "--json").stdout.splitlines()]
    assert [(each["name"], each["builtin"]) for each in listed] == [("draft", True), ("standard", True), ("fine", True), ("Soft light", False)]
    shown = restyle("presets", "show", "Soft light")
    assert shown.stdout.splitlines()[:2] == [f"# {folder / 'Soft light.toml'}", "strength = 40"]
    assert tomllib.loads(shown.stdout) == tomllib.loads((folder / "Soft light.toml").read_text())
    assert json.loads(restyle("presets", "remove", "Soft light", "--json").stdout) == {"name": "Soft light", "removed": True}
    assert list(folder.iterdir()) == []


def test_a_preset_begins_with_another_one_or_a_file(restyle: Restyle, tmp_path: Path) -> None:
    (tmp_path / "friend.toml").write_text("strength = 20\npreset = 'fine'")
    assert restyle("presets", "save", "mine", "strength=30", "--from", tmp_path / "friend.toml").exit_code == 0
    assert json.loads(restyle("presets", "show", "mine", "--json").stdout)["settings"] == {"strength": 30, "preset": "fine"}
    assert json.loads(restyle("presets", "show", "draft", "--json").stdout) == {"name": "draft", "file": None, "settings": {"preset": "draft"}}


def test_a_picture_is_painted_by_a_preset_that_an_editor_saved(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    recipe = recipes.recipe_from({"strength": 35, "preset": "draft", "color": "content", "seed": 8, "size": 32, "evaluations": 5, "pooling": "max"})
    presets.of_user().save("From GIMP", presets.settings_of(recipe))
    done = restyle("image", photo, "--style", "woodcut", "--preset", "From GIMP", "-o", tmp_path / "out.png", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)["parameters"]
    assert {name: told[name] for name in ("strength", "preset", "color", "seed", "size", "evaluations", "pooling")} == {
        "strength": 35.0, "preset": "draft", "color": "content", "seed": 8, "size": 32, "evaluations": 5, "pooling": "max",
    }  # fmt: skip


def test_options_win_over_the_preset(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    restyle("presets", "save", "full", "native_size=true", "strength=35", "weights=vgg16", "evaluations=9")
    options = ("--size", "32", "--strength", "70", "--steps", "4", "--weights", "auto")
    done = restyle("image", photo, "--style", "woodcut", "--preset", "full", *options, "-o", tmp_path / "out.png", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)["parameters"]
    assert (told["size"], told["strength"], told["evaluations"], told["preset"]) == (32, 70.0, 4, "standard")


def test_a_changed_preset_paints_a_folder_anew(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    command = ("image", photo, "--style", "woodcut", "--preset", "mine", "-o", f"{tmp_path / 'out'}/", "--json")
    states = []
    for setting in ("tv=1", "tv=1", "tv=3"):
        restyle("presets", "save", "mine", setting)
        states.append(json.loads(restyle(*command).stdout)["status"])
    assert states == ["painted", "skipped", "painted"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("presets", "save", "mine", "strength=900"), "strength is 900"),
        (("presets", "save", "mine", "strengh=9"), "strengh is no setting"),
        (("presets", "save", "mine", "color=blue"), 'color "blue" is not known'),
        (("presets", "save", "fine", "strength=9"), "Restyle's own"),
        (("presets", "save", "a/b", "strength=9"), "can't be a preset's name"),
        (("presets", "save", "mine", "--from", "draftt"), "the nearest is draft"),
        (("presets", "remove", "mine"), 'no preset "mine"'),
        (("presets", "remove", "fine"), "stays"),
        (("image", "photo.jpg", "-s", "woodcut", "-o", "out.png", "--preset", "finest"), "the nearest is fine"),
        (("presets", "show", "xyzzy"), "there are draft, standard, fine"),
        (("image", "photo.jpg", "-s", "woodcut", "-o", "out.png", "--preset", "/nowhere/mine.toml"), "/nowhere/mine.toml"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(restyle: Restyle, folder: Path, command: tuple[str, ...], words: str) -> None:
    done = restyle(*command)
    assert done.exit_code == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not folder.exists()


@pytest.mark.parametrize("command", [("presets", "save", "mine"), ("presets", "save", "mine", "soft")])
def test_wrong_usage_is_told(restyle: Restyle, command: tuple[str, ...]) -> None:
    assert restyle(*command).exit_code == 2


def test_a_broken_preset_is_told_with_its_file_and_setting(restyle: Restyle, photo: Path, folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "broken.toml").write_text("strength = 900")
    done = restyle("image", photo, "--style", "woodcut", "--preset", "broken", "-o", tmp_path / "out.png")
    assert done.exit_code == 1
    assert done.stderr.strip() == f"restyle: {folder / 'broken.toml'}: strength is 900; it must be a number from 0 to 100."
    listed = [json.loads(line) for line in restyle("presets", "list", "--json").stdout.splitlines()]
    assert listed[-1]["about"] == "broken: strength is 900; it must be a number from 0 to 100"


def test_every_seed_that_a_painting_takes_can_be_kept(restyle: Restyle, folder: Path) -> None:
    restyle("presets", "save", "Rare", f"seed={LARGEST_SEED}")
    assert tomllib.loads((folder / "Rare.toml").read_text("utf-8")) == {"seed": LARGEST_SEED}
