"""Owns the promises of `restyle styles`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.pictures import picture
from cli.running import Restyle


def test_every_style_is_one_object_with_an_id(restyle: Restyle) -> None:
    listed = [json.loads(line) for line in restyle("styles", "list", "--json").stdout.splitlines()]
    assert {"night", "stained-glass", "woodcut"} <= {style["id"] for style in listed}
    assert not {"picture", "thumbnail", "effect_thumbnail"} & set(listed[0])


def test_people_get_a_table_of_styles(restyle: Restyle) -> None:
    assert any(line.startswith("woodcut") and "Woodcut" in line for line in restyle("styles", "list").stdout.splitlines())


def test_a_style_is_shown_and_its_picture_saved(restyle: Restyle, tmp_path: Path) -> None:
    done = restyle("styles", "show", "Woodcut", "--save", tmp_path / "picture.png")
    assert done.exit_code == 0
    assert "id: woodcut\n" in done.stdout
    assert (tmp_path / "picture.png").stat().st_size > 10_000
    assert json.loads(restyle("styles", "show", "woodcut", "--json").stdout)["id"] == "woodcut"


def test_a_style_is_added_used_and_removed(restyle: Restyle, photo: Path, tmp_path: Path) -> None:
    file = picture(tmp_path / "My Waves.png", 64, 64, seed=7)
    added = json.loads(restyle("styles", "add", file, "--tag", "water", "--credit", "Me", "--license", "CC0-1.0", "--json").stdout)
    assert (added["title"], added["tags"], added["credit"], added["license"], added["builtin"]) == ("My Waves", ["water"], "Me", "CC0-1.0", False)
    assert restyle("image", photo, "--style", added["id"], "-o", tmp_path / "out.png").exit_code == 0
    assert json.loads(restyle("styles", "remove", added["id"], "--json").stdout) == {"id": added["id"], "removed": True}
    assert restyle("styles", "show", added["id"]).exit_code == 1


def test_a_style_that_came_with_restyle_stays(restyle: Restyle) -> None:
    done = restyle("styles", "remove", "woodcut")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert restyle("styles", "show", "woodcut").exit_code == 0


@pytest.mark.parametrize("command", [("show",), ("remove",)])
def test_an_unknown_style_is_answered_with_the_nearest(restyle: Restyle, command: tuple[str, ...]) -> None:
    done = restyle("styles", *command, "nightt")
    assert done.exit_code == 1
    assert "did you mean night?" in done.stderr


def test_what_is_no_picture_is_no_style(restyle: Restyle, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    for name in ("bad.png", "missing.png"):
        done = restyle("styles", "add", tmp_path / name)
        assert done.exit_code == 1
        assert len(done.stderr.splitlines()) == 1
