"""Owns the promises of `restyle texture`, through the real server with the fake engine."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from cli.pictures import picture
from cli.running import Restyle
from PIL import Image


def test_a_texture_has_the_size_that_was_asked_for_and_is_worked_at_it(restyle: Restyle, tmp_path: Path) -> None:
    done = restyle("texture", "woodcut", "--size", "60x40", "--seed", 3, "--seamless", "both", "-o", tmp_path / "out.png", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["content"], told["size"], told["work_size"]) == (None, [60, 40], [48, 32])
    asked = {"strength": 100.0, "color": "style", "seed": 3, "seamless": "both"}
    assert asked.items() <= told["parameters"].items()
    with Image.open(tmp_path / "out.png") as found:
        assert (found.size, found.mode) == ((60, 40), "RGB")


def test_several_styles_are_blended_and_a_side_may_stand_for_a_square(restyle: Restyle, tmp_path: Path) -> None:
    style = picture(tmp_path / "style.png", 32, 32)
    done = restyle("texture", f"{style}:2", "woodcut", "--size", 48, "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{tmp_path / 'out.png'}: painted at full size, 48 px")


def test_a_pattern_is_called_after_its_file(restyle: Restyle, tmp_path: Path) -> None:
    assert restyle("texture", "woodcut", "--size", "32x16", "-o", tmp_path / "Dark wood.pat").exit_code == 0
    data = (tmp_path / "Dark wood.pat").read_bytes()
    assert struct.unpack(">5I4s", data[:24]) == (34, 1, 32, 16, 4, b"GPAT")
    assert data[24:34] == b"Dark wood\0"
    assert len(data) == 34 + 32 * 16 * 4


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--size", "1"], "1 × 1 px can't be painted; give 16 to 65535 px for each side"),
        (["--size", "600x9"], "600 × 9 px can't be painted"),
        (["--size", "large"], "'large' is no size; give width and height in pixels, such as 512x512"),
        (["--seamless", "z"], "'z' is no side; choose one of x, y, both"),
    ],
)
def test_what_can_not_be_painted_is_said_before_anything_is(restyle: Restyle, tmp_path: Path, options: list[str], sentence: str) -> None:
    done = restyle("texture", "woodcut", *options, "-o", tmp_path / "out.png")
    assert done.exit_code == 2
    assert sentence in " ".join(done.output.replace("│", " ").split())
    assert not list(tmp_path.iterdir())


def test_a_texture_that_no_server_takes_is_told_the_largest_that_one_does(restyle: Restyle, tmp_path: Path) -> None:
    done = restyle("texture", "woodcut", "--size", "30000x30000", "-o", tmp_path / "out.png")
    assert done.exit_code == 1
    assert "to 8000 × 8000 px or less" in done.stderr


@pytest.mark.parametrize(("name", "size", "most"), [("wood.pat", "10001x16", "10,000"), ("wood.webp", "16x16384", "16,383")])
def test_a_size_that_the_file_could_not_hold_is_refused_before_anything_is_painted(
    restyle: Restyle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: str, most: str
) -> None:
    monkeypatch.setattr("restyle_client.connect", lambda *_, **__: pytest.fail("the painter is asked"))
    done = restyle("texture", "woodcut", "--size", size, "-o", tmp_path / name)
    assert done.exit_code == 1
    assert f"at most {most} px per side" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_picture_too_large_for_a_pattern_is_refused_before_it_is_painted(restyle: Restyle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_client.connect", lambda *_, **__: pytest.fail("the painter is asked"))
    wide = picture(tmp_path / "wide.png", 10_001, 16)
    done = restyle("image", wide, "-s", "woodcut", "-o", tmp_path / "wide.pat")
    assert done.exit_code == 1
    assert "10,000 px per side" in done.stderr


def test_a_picture_can_be_painted_seamless_too(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    done = restyle("image", photo, "-s", "woodcut", "--seamless", "x", "-o", tmp_path / "out.png", "--json")
    assert json.loads(done.stdout)["parameters"]["seamless"] == "x"
