"""Owns the promises of `restyle image --series`: the paintings of a folder match, and so do those that come later."""

from __future__ import annotations

import itertools
import json
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import restyle_client as client
from cli.pictures import pixels
from cli.running import Restyle
from fake_engine import automatic_scale, painted_bytes
from PIL import Image
from restyle_cli.runs import series as runs
from restyle_cli.runs.one_picture import ChosenStyle
from restyle_imaging.color.palette import Palette, palette_of

COLORS = ((110, 118, 125), (200, 150, 60), (60, 120, 70))
UNPAINTED = {painted: value for value, painted in enumerate(painted_bytes(bytes(range(256)), 0))}


def photo(path: Path, color: tuple[int, int, int], seed: int, size: tuple[int, int] = (48, 40)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).normal(0, 18, (size[1], size[0], 3))
    Image.fromarray(np.clip(np.array(color) + noise, 0, 255).astype("u1")).save(path)
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number, color in enumerate(COLORS):
        photo(tmp_path / "photos" / f"{number}.png", color, number)
    return tmp_path / "photos"


def series(restyle: Restyle, *arguments: object, style: object = "woodcut") -> tuple[int, list[dict[str, Any]], str]:
    done = restyle("image", *arguments, "--style", style, "--series", "--json")
    return done.exit_code, sorted((json.loads(line) for line in done.stdout.splitlines()), key=lambda told: told["content"]), done.stderr


def palette(pixels: bytes) -> Palette:
    return palette_of(np.frombuffer(pixels, "u1").reshape(40, 48, 3).astype(np.float32) / np.float32(255))


def content_of(painting: Path) -> bytes:
    """What the fake engine was given to paint."""
    return bytes(UNPAINTED[value] for value in pixels(painting))


def apart(palettes: list[Palette]) -> float:
    """The largest distance of two mean colours, in Oklab."""
    return max(float(np.linalg.norm(one.mean - other.mean)) for one, other in itertools.combinations(palettes, 2))


def test_what_is_painted_has_one_palette(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    status, told, _ = series(restyle, photos, "-o", tmp_path / "out")
    assert (status, [each["status"] for each in told]) == (0, ["painted"] * 3)
    before = apart([palette(pixels(photos / f"{number}.png")) for number in range(3)])
    after = apart([palette(content_of(tmp_path / "out" / f"{number}.png")) for number in range(3)])
    assert before > 0.15
    assert after < 0.02


def test_a_series_has_one_size_strength_and_seed_and_says_so(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    photo(photos / "large.png", COLORS[0], 7, (96, 80))
    done = restyle("image", photos, "--style", "woodcut", "--series", "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert "Begins a series" in done.stdout + done.stderr
    assert "stroke size" in done.stdout + done.stderr
    _, told, _ = series(restyle, photos, "-o", tmp_path / "out")
    assert {each["status"] for each in told} == {"skipped"}
    asked = [each["parameters"] for each in told]
    assert {(each["strength"], each["color"], each["seed"], each["size"]) for each in asked} == {(asked[0]["strength"], asked[0]["color"], 0, 48)}


def test_a_picture_that_comes_later_is_painted_as_if_it_had_been_there(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    """As the same picture is when it is there from the second run's beginning, whatever else is painted beside it."""
    series(restyle, photos, "-o", tmp_path / "out", "--strength", "40", "--seed", "3")
    kept = (tmp_path / "out" / "series.toml").read_bytes()
    late = photo(tmp_path / "late" / "3.png", (230, 230, 240), 9)
    shutil.copytree(tmp_path / "out", tmp_path / "other")
    _, told, _ = series(restyle, late, "-o", tmp_path / "out")
    assert (told[0]["parameters"]["strength"], told[0]["parameters"]["seed"]) == (40, 3)
    shutil.copy(late, photos)
    _, again, _ = series(restyle, photos, "-o", tmp_path / "other")
    assert len(again) == 4
    assert (tmp_path / "out" / "3.png").read_bytes() == (tmp_path / "other" / "3.png").read_bytes()
    assert (tmp_path / "out" / "series.toml").read_bytes() == kept


def test_equal_photos_make_equal_series(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        series(restyle, photos, "-o", tmp_path / name)
    one, other = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("one", "other"))
    assert one == other


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--strength", "41"), "strength 40, not 41"),
        (("--seed", "5", "--color", "content"), "seed 0, not 5"),
        (("--style-scale", "2"), "stroke size"),
        (("--steps", "3"), "steps of the preset's own, not 3"),
        (("--preset", "draft"), "preset standard, not draft"),
        (("--size", "33"), "work size 48, not 33"),
    ],
)
def test_a_changed_setting_is_said_and_nothing_painted(restyle: Restyle, photos: Path, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    series(restyle, photos / "0.png", "-o", f"{tmp_path}/out/", "--strength", "40")
    status, told, said = series(restyle, photos, "-o", tmp_path / "out", *arguments)
    assert (status, told) == (1, [])
    assert words in said
    assert "another folder" in said
    assert len(list((tmp_path / "out").glob("*.png"))) == 1


def test_another_style_is_another_series(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    series(restyle, photos, "-o", tmp_path / "out")
    status, told, said = series(restyle, photos, "-o", tmp_path / "out", style=photos / "0.png")
    assert (status, told) == (1, [])
    assert "woodcut" in said


def test_a_folder_of_one_keeps_its_colours_and_may_grow(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    series(restyle, photos / "1.png", "-o", f"{tmp_path}/out/")
    before = np.frombuffer(pixels(photos / "1.png"), "u1").astype(int)
    assert np.abs(np.frombuffer(content_of(tmp_path / "out" / "1.png"), "u1") - before).max() <= 1
    status, told, _ = series(restyle, photos, "-o", tmp_path / "out")
    assert (status, [each["status"] for each in told]) == (0, ["painted", "skipped", "painted"])
    assert apart([palette(content_of(tmp_path / "out" / f"{number}.png")) for number in range(3)]) < 0.02


def test_broken_pictures_have_no_say_in_a_series(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    (photos / "0.png").write_bytes(b"broken")
    status, told, _ = series(restyle, photos, "-o", tmp_path / "out")
    assert (status, [each["status"] for each in told]) == (1, ["failed", "painted", "painted"])
    assert apart([palette(content_of(tmp_path / "out" / f"{number}.png")) for number in (1, 2)]) < 0.02


@pytest.mark.parametrize("from_file", [False, True])
def test_strokes_are_those_of_an_estimate_and_nothing_is_painted_to_know_them(restyle: Restyle, photos: Path, tmp_path: Path, from_file: bool) -> None:
    style, before = photo(tmp_path / "style.png", (90, 40, 30), 9) if from_file else "woodcut", len(restyle.jobs())
    status, _, _ = series(restyle, photos, "-o", tmp_path / "out", style=style)
    (kept,) = tomllib.loads((tmp_path / "out" / "series.toml").read_text("utf-8"))["series"]["styles"]
    assert (status, kept["scale"]) == (0, automatic_scale(48, 40))
    assert len(restyle.jobs()) == before + 3


def test_a_style_smaller_than_a_plane_may_be_has_strokes_too(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    style = photo(tmp_path / "small.png", (90, 40, 30), 9, (8, 8))
    assert series(restyle, photos, "-o", tmp_path / "out", style=style)[0] == 0


def test_a_style_larger_than_a_plane_may_be_is_told_in_its_shape(tmp_path: Path) -> None:
    file = photo(tmp_path / "large.png", (90, 40, 30), 9, (120, 60)).read_bytes()
    session = SimpleNamespace(info=lambda: SimpleNamespace(limits=SimpleNamespace(max_pixels=1800)))
    told = runs._sized(ChosenStyle(client.StyleUse.picture(file), None, {}), session).use.source  # type: ignore[arg-type]
    assert isinstance(told, client.Plane)
    assert (told.width, told.height) == (60, 30)


def test_a_server_that_tells_no_strokes_is_said_and_paints_with_those_that_are_given(
    restyle: Restyle, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimate = client.Session.estimate
    monkeypatch.setattr(client.Session, "estimate", lambda session, request: replace(estimate(session, request), style_scales=()))
    status, _, said = series(restyle, photos, "-o", tmp_path / "out")
    assert (status, "choose them with --style-scale" in said) == (1, True)
    status, told, _ = series(restyle, photos, "-o", tmp_path / "out", "--style-scale", 1.5)
    assert (status, {tuple(each["style_scales"]) for each in told}) == (0, {(1.5,)})


def test_without_a_picture_no_series_begins(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    status, _, said = series(restyle, tmp_path / "empty", "-o", tmp_path / "out")
    assert (status, "There are no pictures in" in said) == (1, True)
    for file in photos.iterdir():
        file.write_bytes(b"broken")
    status, told, said = series(restyle, photos, "-o", tmp_path / "out")
    assert (status, told) == (1, [])
    assert "None of the pictures can be read" in said
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("text", ["", "strength = 4", "no TOML", "strength = 400", "\xff", "[series]\nmean = [1]"])
def test_a_broken_series_is_said_and_stays(restyle: Restyle, photos: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "series.toml").write_bytes(text.encode("latin-1"))
    status, told, said = series(restyle, photos, "-o", tmp_path / "out")
    assert (status, told) == (1, [])
    assert "series.toml" in said
    assert (tmp_path / "out" / "series.toml").read_bytes() == text.encode("latin-1")


def test_a_series_is_of_a_folder(restyle: Restyle, photos: Path, tmp_path: Path) -> None:
    assert series(restyle, photos / "0.png", "-o", tmp_path / "out.png")[:2] == (2, [])
    assert series(restyle, photos, "--estimate")[:2] == (2, [])
    assert series(restyle, photos, "-o", tmp_path / "out", "--update", "x.png")[:2] == (2, [])


def test_the_settings_of_a_series_make_a_preset(restyle: Restyle, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTYLE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    series(restyle, photos, "-o", tmp_path / "out", "--strength", "40")
    assert restyle("presets", "save", "Holiday", "--from", tmp_path / "out" / "series.toml").exit_code == 0
    shown = json.loads(restyle("presets", "show", "Holiday", "--json").stdout)
    assert (shown["settings"]["strength"], shown["settings"]["seed"], shown["settings"]["size"]) == (40, 0, 48)
