"""Owns the promises of `restyle styles`."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest
import restyle_client as client
from cli.pictures import picture
from cli.running import Restyle, wait_for
from PIL import Image
from restyle_cli.runs.style_records import PICTURES, owner
from restyle_cli.sheets import contact_sheet
from restyle_cli.terminal.output import plain


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


def test_a_style_gets_tags_of_ones_own_and_its_own_back(restyle: Restyle, tmp_path: Path) -> None:
    own = json.loads(restyle("styles", "show", "night", "--json").stdout)["tags"]
    assert restyle("styles", "tag", "Night", "harbour", "at sea").stdout == f"night: {', '.join(own)}, harbour, at sea\n"
    assert json.loads(restyle("styles", "tag", "night", "--remove", f"{own[0]},harbour", "--json").stdout) == {"id": "night", "tags": [*own[1:], "at sea"]}
    assert "at sea" in next(line for line in restyle("styles", "list").stdout.splitlines() if line.startswith("night"))
    assert json.loads(restyle("styles", "show", "night", "--json").stdout)["tags"] == [*own[1:], "at sea"]
    assert restyle("styles", "export", "night", "-o", tmp_path / "night.zip").exit_code == 0
    with zipfile.ZipFile(tmp_path / "night.zip") as archive:
        assert b'"at sea"' in b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".toml"))
    assert json.loads(restyle("styles", "tag", "night", "--reset", "--json").stdout)["tags"] == own
    assert json.loads(restyle("styles", "show", "night", "--json").stdout)["tags"] == own


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nightt", "a"), "did you mean night?"),
        (("night", "x" * 60), "at most 32 tags, of up to 48 letters each"),
        (("night", "--remove", "no such"), "night has no tag 'no such'"),
        (("night", "--remove", "oil,brush,cold,dark"), "night has to keep one tag at least"),
    ],
)
def test_tags_that_can_not_be_given_or_taken_are_a_sentence(restyle: Restyle, arguments: tuple[str, ...], said: str) -> None:
    done = restyle("styles", "tag", *arguments)
    assert done.exit_code == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


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


def objects(stdout: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in stdout.splitlines()]


def test_the_list_says_what_each_style_is_and_suggests(restyle: Restyle) -> None:
    assert "A mountain lake cut in wood" in restyle("styles", "list").stdout
    (woodcut,) = (style for style in objects(restyle("styles", "list", "--json").stdout) if style["id"] == "woodcut")
    assert woodcut["suggested_scale"] and woodcut["suggested_strength"] and woodcut["suggested_color"] == "style"


def test_a_folder_is_added_picture_by_picture_and_a_bad_one_stops_nothing(restyle: Restyle, tmp_path: Path) -> None:
    folder = tmp_path / "paintings"
    names = [picture(folder / f"{name}.png", 40, 30, seed=seed) for name, seed in (("Folder A", 20), ("Folder B", 21), ("Folder C", 21))]
    (folder / "bad.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("no picture either")
    done = restyle("styles", "add", folder, "--tags", "oil, portrait", "--credit", "Me", "--json")
    assert done.exit_code == 1
    told = objects(done.stdout)
    assert [one["status"] for one in told] == ["added", "added", "known", "failed"]
    a, b, again, bad = told
    assert (a["title"], a["tags"], a["credit"]) == ("Folder A", ["oil", "portrait"], "Me")
    assert (bad["file"], "bad.png" in str(bad["error"])) == (str(folder / "bad.png"), True)
    assert again["id"] == b["id"] == "folder-b"
    assert restyle("styles", "add", *names).stdout.splitlines()[-1] == "3 known"
    assert restyle("styles", "remove", str(a["id"]), str(b["id"])).exit_code == 0


def test_a_title_is_for_one_picture(restyle: Restyle, tmp_path: Path) -> None:
    picture(tmp_path / "paintings" / "a.png", 40, 30, seed=22)
    done = restyle("styles", "add", tmp_path / "paintings", "--title", "Both")
    assert done.exit_code == 2
    assert "one picture" in done.stderr


def test_an_empty_folder_is_told(restyle: Restyle, tmp_path: Path) -> None:
    done = restyle("styles", "add", tmp_path)
    assert done.exit_code == 1
    assert "no pictures" in done.stderr


def test_a_picture_larger_than_any_style_is_refused_unread(restyle: Restyle, tmp_path: Path) -> None:
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(65 << 20)  # sparse
    done = restyle("styles", "add", tmp_path / "huge.png")
    assert done.exit_code == 1
    assert "65 MiB" in done.stderr


def test_the_sheet_shows_every_style(restyle: Restyle, tmp_path: Path) -> None:
    done = restyle("styles", "show", "-o", tmp_path / "all.png", "--json")
    (told,) = objects(done.stdout)
    listed = [style["id"] for style in objects(restyle("styles", "list", "--json").stdout)]
    assert (done.exit_code, told["sheet"], told["styles"]) == (0, str(tmp_path / "all.png"), listed)
    with Image.open(tmp_path / "all.png") as sheet:
        assert sheet.height > -(-len(listed) // contact_sheet.COLUMNS) * contact_sheet.TILE
        cells = [sheet.crop(box(index)) for index in range(len(listed))]
    assert all(len(cell.getcolors(1 << 20) or ()) > 100 for cell in cells), "each has its picture"


def box(index: int) -> tuple[int, int, int, int]:
    """Where the sheet has a style's own picture."""
    left, top = (
        contact_sheet.MARGIN + place * (size + contact_sheet.MARGIN)
        for place, size in zip((index % contact_sheet.COLUMNS, index // contact_sheet.COLUMNS), contact_sheet.CELL, strict=True)
    )
    return left, top, left + contact_sheet.TILE, top + contact_sheet.TILE


def test_a_style_without_thumbnails_or_with_an_endless_title_still_has_its_place() -> None:
    strange = [client.Style("a", "x" * 500, "水彩 " * 300), client.Style("b", "", thumbnail=b"bad"), client.Style("c", "C", effect_thumbnail=b"bad")]
    assert contact_sheet.drawn(strange).width == 3 * (contact_sheet.CELL[0] + contact_sheet.MARGIN) + contact_sheet.MARGIN
    assert contact_sheet.drawn([]).height > 0


def test_a_sheet_has_an_end() -> None:
    many = [client.Style(f"s{n}", "S") for n in range(contact_sheet.MOST + 50)]
    assert contact_sheet.drawn(many).height == contact_sheet.drawn(many[: contact_sheet.MOST]).height + contact_sheet.LINE


@pytest.mark.skipif(sys.platform == "win32", reason="a desktop's opener stands in as a script")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the viewer is left open
def test_the_sheet_is_opened_where_there_is_a_desktop(restyle: Restyle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    without = restyle("styles", "show")
    assert (without.exit_code, without.stdout) == (0, f"sheet: {restyle.state / 'styles.png'}\n")
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    opener.chmod(0o755)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(sys, "platform", "linux")
    assert restyle("styles", "show").stdout == f"opened: {restyle.state / 'styles.png'}\n"
    wait_for((tmp_path / "opened").exists)


def test_one_style_has_a_sheet_too(restyle: Restyle, tmp_path: Path) -> None:
    assert restyle("styles", "show", "night", "-o", tmp_path / "night").exit_code == 0
    with Image.open(tmp_path / "night.png") as sheet:
        assert sheet.width == contact_sheet.CELL[0] + 2 * contact_sheet.MARGIN


@pytest.mark.parametrize("arguments", [("show", "-o", "sheet.txt"), ("show", "--save", "x.png"), ("export", "night", "-o", "styles.tar"), ("export", "night")])
def test_wrong_usage_is_told_before_anything_is_done(restyle: Restyle, arguments: tuple[str, ...]) -> None:
    assert restyle("styles", *arguments).exit_code == 2


def test_styles_travel_in_an_archive(restyle: Restyle, tmp_path: Path) -> None:
    with restyle.session() as session:
        sent = session.add_style(
            picture(tmp_path / "a.png", 40, 30, seed=31).read_bytes(),
            title="Sent",
            tags=("oil",),
            credit="Anna",
            license="CC0-1.0",
            wanted_id="from-anna",
            suggested_scale=2.0,
            suggested_strength=70.0,
            suggested_color="match",
        )
    done = restyle("styles", "export", "from-anna", "from-anna", "night", "-o", tmp_path / "styles", "--json")
    size = (tmp_path / "styles.zip").stat().st_size
    assert objects(done.stdout) == [{"output": str(tmp_path / "styles.zip"), "styles": ["from-anna", "night"], "bytes": size}]
    assert restyle("styles", "remove", "from-anna").exit_code == 0
    own, night = objects(restyle("styles", "import", tmp_path / "styles.zip", "--json").stdout)
    assert (own["status"], night["status"]) == ("added", "known")
    assert {key: own[key] for key in plain(sent) if key not in PICTURES} == {key: value for key, value in plain(sent).items() if key not in PICTURES}
    assert restyle("styles", "import", tmp_path / "styles.zip").stdout.splitlines()[0] == "from-anna: already in the library"
    mine = objects(restyle("styles", "export", "-o", tmp_path / "mine.zip", "--json").stdout)[0]["styles"]
    assert isinstance(mine, list) and "from-anna" in mine and "night" not in mine
    assert restyle("styles", "remove", "from-anna").exit_code == 0


def test_an_export_that_fails_leaves_the_old_archive(restyle: Restyle, tmp_path: Path) -> None:
    (tmp_path / "styles.zip").write_bytes(b"old")
    done = restyle("styles", "export", "night", "nobodys-style", "-o", tmp_path / "styles.zip")
    assert done.exit_code == 1
    assert "nobodys-style" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["styles.zip"]
    assert (tmp_path / "styles.zip").read_bytes() == b"old"


@pytest.mark.parametrize("name", ["../../evil/picture.png", "evil/run.sh"])
def test_a_hostile_archive_is_one_sentence_and_adds_nothing(restyle: Restyle, tmp_path: Path, name: str) -> None:
    before = restyle("styles", "list", "--json").stdout
    good = picture(tmp_path / "a.png", 40, 30, seed=32).read_bytes()
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for entry, data in (("good/style.toml", b'title = "Good"'), ("good/picture.png", good), (name, good)):
            archive.writestr(entry, data)
    for file in ("bad.zip", "a.png", "missing.zip", "."):
        done = restyle("styles", "import", tmp_path / file)
        assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1), done.stderr
        assert "went wrong" not in done.stderr
    assert restyle("styles", "list", "--json").stdout == before


def test_a_list_tells_whose_a_style_is() -> None:
    whose = [owner(client.Style("a", "A", builtin=builtin, shared=shared)) for builtin, shared in ((True, False), (False, True), (False, False))]
    assert whose == ["", "shared", "yours"]
