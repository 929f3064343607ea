"""Owns the promises about which styles a gallery shows, and about what is kept of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from restyle_client import Style
from restyle_editor import gallery, memory
from restyle_editor.failures import Failure
from restyle_editor.gallery import Narrowing, Taste

STYLES = (
    Style("ink-wash", "Ink wash", tags=("ink", "light")),
    Style("wave", "Wave", tags=("print", "line"), credit="After Hokusai"),
    Style("mine", "Ölbild mit Cézanne", tags=("oil", "Light")),
    Style("woodcut", "Woodcut", tags=("print", "line", "dark")),
)


def shown(narrowing: Narrowing, favorites: frozenset[str] = frozenset()) -> list[str]:
    return [style.id for style in STYLES if narrowing.shows(style, favorites)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["ink-wash", "wave", "mine", "woodcut"]),
        ("  ", ["ink-wash", "wave", "mine", "woodcut"]),
        ("wo", ["woodcut"]),
        ("WASH ink", ["ink-wash"]),
        ("hokusai", ["wave"]),
        ("print", ["wave", "woodcut"]),
        ("print dark", ["woodcut"]),
        ("olbild", ["mine"]),
        ("CEZANNE", ["mine"]),
        ("light", ["ink-wash", "mine"]),
        ("ink-wash", ["ink-wash"]),
        ("water", []),
    ],
)
def test_every_word_is_looked_for_in_name_tags_and_credit(words: str, found: list[str]) -> None:
    assert shown(Narrowing(words)) == found


def test_tags_favorites_and_words_narrow_together() -> None:
    favorites = frozenset({"wave", "mine", "gone"})
    assert shown(Narrowing(tag="line")) == ["wave", "woodcut"]
    assert shown(Narrowing(favorites=True), favorites) == ["wave", "mine"]
    assert shown(Narrowing("wave", "print", True), favorites) == ["wave"]
    assert shown(Narrowing("wood", "print", True), favorites) == []
    assert not Narrowing(" ").narrows
    assert all(each.narrows for each in (Narrowing("a"), Narrowing(tag="a"), Narrowing(favorites=True)))


def test_a_style_that_is_no_librarys_is_found_by_its_name_alone() -> None:
    assert Narrowing("back").shows_name("Background")
    assert not Narrowing("paint").shows_name("Background")
    assert not Narrowing(tag="oil").shows_name("Background")
    assert not Narrowing(favorites=True).shows_name("Background")


def test_tags_are_counted_by_the_alphabet() -> None:
    assert gallery.tags(STYLES) == [("dark", 1), ("ink", 1), ("light", 1), ("Light", 1), ("line", 2), ("oil", 1), ("print", 2)]


def test_favorites_and_sizes_are_kept_and_each_editor_has_its_own_size(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    krita, gimp = Taste(folder, "krita"), Taste(folder, "gimp")
    assert (krita.tiles, krita.favorites) == ("medium", frozenset())
    krita.favor("wave", True)
    gimp.favor("woodcut", True)  # it has not read the file since
    krita.resize("small")
    gimp.resize("large")
    again = Taste(folder, "krita")
    assert (again.tiles, again.favorites) == ("small", frozenset({"wave", "woodcut"}))
    assert Taste(folder, "gimp").tiles == "large"
    again.favor("wave", False)
    assert Taste(folder, "gimp").favorites == {"woodcut"}


def test_a_style_has_the_tags_that_a_person_gave_it_in_every_editor_until_it_gets_its_own_back(tmp_path: Path) -> None:
    krita, gimp, wave = Taste(tmp_path, "krita"), Taste(tmp_path, "gimp"), STYLES[1]
    krita.favor("mine", True)
    assert krita.tag("wave", gallery.tags_in("sea,  my walls , sea"))
    assert gimp.tag("mine", ("portraits",))  # it has not read the file since
    again = Taste(tmp_path, "gimp")
    assert again.with_tags(wave).tags == ("sea", "my walls")
    assert [again.with_tags(style).tags for style in STYLES[2:]] == [("portraits",), ("print", "line", "dark")]
    assert Narrowing("walls").shows(again.with_tags(wave), ())
    assert not Narrowing(tag="print").shows(again.with_tags(wave), ())
    assert again.tag("wave", ())
    assert Taste(tmp_path, "krita").with_tags(wave) == wave
    assert json.loads((tmp_path / gallery.FILE).read_text()) == {"favorites": ["mine"], "tags": {"mine": ["portraits"]}}


def test_what_can_not_be_written_is_told_and_holds_until_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taste = Taste(tmp_path, "krita")

    def fails(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("restyle_contract.files.atomic_write", fails)
    assert not taste.tag("wave", ("sea",))
    assert not taste.favor("wave", True)
    assert taste.with_tags(STYLES[1]).tags == ("sea",)
    assert taste.favorites == {"wave"}


@pytest.mark.parametrize(("words", "found"), [("", ()), (" , ,", ()), ("oil,\nwarm  light\x07", ("oil", "warm light")), ("Öl, 油彩", ("Öl", "油彩"))])
def test_tags_are_written_with_commas_between(words: str, found: tuple[str, ...]) -> None:
    assert gallery.tags_in(words) == found


@pytest.mark.parametrize("words", ["x" * 49, ",".join(map(str, range(33)))])
def test_too_many_tags_and_too_long_ones_are_a_sentence(words: str) -> None:
    with pytest.raises(Failure, match="at most 32 tags, of up to 48 letters"):
        gallery.tags_in(words)


@pytest.mark.parametrize("tags", ["3", "[]", '{"wave": 3}', '{"wave": [1, null]}', '{"wave": []}'])
def test_tags_that_make_no_sense_are_taken_for_none(tmp_path: Path, tags: str) -> None:
    (tmp_path / gallery.FILE).write_text(f'{{"tags": {tags}}}')
    assert Taste(tmp_path, "krita").with_tags(STYLES[1]).tags == ("print", "line")


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"favorites": 3, "tiles": "big"}', '{"favorites": [1, null], "tiles": {"krita": "huge"}}', '{"favorites": {"wave": true}}']
)
def test_a_file_that_makes_no_sense_is_taken_for_none(tmp_path: Path, content: str) -> None:
    (tmp_path / gallery.FILE).write_text(content)
    found = Taste(tmp_path, "krita")
    assert (found.tiles, found.favorites) == ("medium", frozenset())
    found.favor("wave", True)
    assert json.loads((tmp_path / gallery.FILE).read_text())["favorites"] == ["wave"]


def test_what_another_version_keeps_there_stays(tmp_path: Path) -> None:
    (tmp_path / gallery.FILE).write_text('{"order": "by name", "favorites": ["wave"]}')
    Taste(tmp_path, "krita").resize("large")
    assert json.loads((tmp_path / gallery.FILE).read_text()) == {"order": "by name", "favorites": ["wave"], "tiles": {"krita": "large"}}


def test_a_file_that_can_not_be_read_now_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Taste(tmp_path, "krita")
    found.favor("wave", True)
    read = Path.read_text

    def refused(path: Path, *words: str, **more: str) -> str:
        if path.name == gallery.FILE:
            raise PermissionError(13, "Permission denied")
        return read(path, *words, **more)

    with monkeypatch.context() as now:
        now.setattr(Path, "read_text", refused)
        found.favor("night", True)
        found.load()
        assert found.favorites == {"wave", "night"}
    assert json.loads((tmp_path / gallery.FILE).read_text())["favorites"] == ["wave"]
    found.resize("large")
    assert json.loads((tmp_path / gallery.FILE).read_text())["favorites"] == ["night", "wave"]


def test_what_can_not_be_written_stays_and_goes_along_with_the_next_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Taste(tmp_path, "krita")
    with monkeypatch.context() as now:
        now.setattr(memory, "save", lambda *_: False)
        found.favor("wave", True)
        found.resize("large")
        found.favor("night", True)
        assert (found.favorites, found.tiles) == (frozenset({"wave", "night"}), "large")
    Taste(tmp_path, "gimp").favor("woodcut", True)
    found.favor("night", False)
    again = Taste(tmp_path, "krita")
    assert (again.favorites, again.tiles) == (frozenset({"wave", "woodcut"}), "large")


def test_a_style_is_told_with_its_tags_and_who_made_it() -> None:
    style = STYLES[1]
    assert gallery.hint(style, "Foam") == "Wave\nFoam\nTags: print, line\nAfter Hokusai"
    assert gallery.hint(Style("a", "A"), "A") == "A"


def test_a_files_name_that_is_no_text_is_kept_whole(tmp_path: Path) -> None:
    content = {"file": "/home/caf\udce9.png", "title": "水"}
    assert memory.save(tmp_path / "settings.json", content)
    assert memory.load(tmp_path / "settings.json") == content
