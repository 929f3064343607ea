"""The store of looks: what is added is whole or not there, what is hostile is refused in a sentence, what is not the user's own stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from look_files import HOSTILE, look_file
from restyle_server.looks import library
from restyle_server.looks.library import LookLibrary
from restyle_server.refusals import Invalid, NotFound, NotNow


@pytest.fixture
def builtin(tmp_path: Path) -> Path:
    folder = tmp_path / "builtin"
    folder.mkdir()
    (folder / "night.safetensors").write_bytes(look_file())
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own"


@pytest.fixture
def looks(own: Path, builtin: Path) -> LookLibrary:
    return LookLibrary(own, builtin)


def ids(looks: LookLibrary) -> list[str]:
    return [look.id for look in looks.list()]


def test_an_added_look_is_listed_with_what_it_says(looks: LookLibrary, own: Path, builtin: Path) -> None:
    data = look_file("My Süß look", credit="Anna", strength=70.0, side=512, steps=900)
    added = looks.add(data)
    assert (added.id, added.builtin, added.size) == ("my-su-look", False, len(data))
    assert (added.header.name, added.header.credit, added.header.strength, added.header.side, added.header.steps) == ("My Süß look", "Anna", 70.0, 512, 900)
    assert ids(looks) == ["night", "my-su-look"]
    assert looks.data(added) == data
    assert LookLibrary(own, builtin).get("my-su-look") == added, "a second server sees the same"


def test_the_same_file_twice_is_one_look_and_another_gets_another_id(looks: LookLibrary) -> None:
    assert looks.add(look_file()).id == "night", "it came with Restyle already"
    assert looks.add(look_file(steps=20)).id == "night-2"
    assert looks.add(look_file(steps=30), "mine").id == "mine"
    assert looks.add(look_file(steps=40), "../../etc/passwd").id == "night-3"
    assert looks.add(look_file("con")).id == "look-con", "a name that Windows has no files for"


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_look_is_refused_in_a_sentence_and_leaves_nothing(looks: LookLibrary, own: Path, kind: str) -> None:
    with pytest.raises(Invalid) as refused:
        looks.add(HOSTILE[kind])
    assert refused.value.field == "file"
    assert refused.value.message.endswith(".")
    assert "\n" not in refused.value.message
    assert not own.exists() or not list(own.iterdir())


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_put_into_the_folder_by_hand_is_left_out_when_it_is_no_look(looks: LookLibrary, own: Path, kind: str) -> None:
    own.mkdir()
    (own / "odd.safetensors").write_bytes(HOSTILE[kind])
    assert ids(looks) == ["night"]
    with pytest.raises(NotFound):
        looks.get("odd")


def test_one_that_came_with_restyle_stays_and_ones_own_goes(looks: LookLibrary) -> None:
    added = looks.add(look_file("Mine"))
    with pytest.raises(NotNow, match="came with Restyle"):
        looks.delete("night")
    looks.delete(added.id)
    assert ids(looks) == ["night"]
    with pytest.raises(NotFound, match="removed meanwhile"):
        looks.data(added)


def test_ones_own_look_is_meant_before_one_that_came_with_restyle(looks: LookLibrary, own: Path) -> None:
    own.mkdir()
    (own / "night.safetensors").write_bytes(look_file("My night"))
    assert ids(looks) == ["night"]
    assert (looks.get("night").header.name, looks.get("night").builtin) == ("My night", False)
    looks.delete("night")
    assert (looks.get("night").header.name, looks.get("night").builtin) == ("Night", True), "what came along is there again"


def test_restyles_own_lie_beside_its_code(own: Path) -> None:
    assert all(look.builtin and look.file.parent == Path(library.__file__).parent for look in LookLibrary(own).list())


@pytest.mark.parametrize("wrong", ["nigth", "../night", "", "x" * 500, "a\nb"])
def test_an_unknown_look_is_answered_in_a_sentence(looks: LookLibrary, wrong: str) -> None:
    with pytest.raises(NotFound) as missing:
        looks.get(wrong)
    assert missing.value.message.isprintable()
    assert ('did you mean "night"?' in missing.value.message) == (wrong in ("nigth", "../night"))


def test_a_store_has_an_end(looks: LookLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MAX_OWN", 1)
    looks.add(look_file("One"))
    with pytest.raises(NotNow, match="remove some first"):
        looks.add(look_file("Two"))


def test_a_folder_that_cannot_be_written_is_told(own: Path, builtin: Path) -> None:
    own.write_text("a file where the folder should be")
    with pytest.raises(NotNow, match="make room or correct the permissions"):
        LookLibrary(own, builtin).add(look_file("Mine"))
