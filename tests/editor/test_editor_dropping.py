"""Owns the promises about what is dropped on a gallery."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from restyle_contract import limits
from restyle_editor import dropping, sentences
from restyle_editor.dropping import Picture
from restyle_editor.failures import Failure


def test_files_are_read_whatever_they_are_called(tmp_path: Path) -> None:
    for name in ("my cat.png", "größe 100%.JPG", "a#b.webp"):
        (tmp_path / name).write_bytes(name.encode())
    found = dropping.pictures(["# a comment", *(path.as_uri() for path in sorted(tmp_path.iterdir())), ""])
    assert found == [Picture(path.name.encode(), path.stem) for path in sorted(tmp_path.iterdir())]


def test_a_picture_that_is_its_own_address_is_taken() -> None:
    data = bytes(range(200))
    assert dropping.pictures([f"data:image/png;base64,{base64.b64encode(data).decode()}"]) == [Picture(data, sentences.DROPPED)]


@pytest.mark.parametrize(
    ("addresses", "sentence"),
    [
        ([], sentences.DROP_NONE),
        (["https://example.org/wave.jpg"], sentences.DROP_ADDRESS),
        (["http://example.org/a", "https://example.org/b"], sentences.DROP_ADDRESS),
        (["mailto:somebody@example.org"], sentences.DROP_NONE),
        (["data:text/plain,hello"], sentences.DROP_NONE),
        (["http://[::1/a.png"], sentences.DROP_NONE),
        (["file:///a%00.png"], sentences.DROP_NONE),
        (["data:image/png;base64,not base64!"], sentences.DROP_NONE),
        (["file:///home/somebody/letter.odt"], sentences.DROP_OTHER.format(name="letter.odt")),
        ([f"file:///{number}.png" for number in range(51)], sentences.DROP_MANY.format(count=51, most=50)),
    ],
)
def test_what_is_no_picture_gets_a_sentence(addresses: list[str], sentence: str) -> None:
    with pytest.raises(Failure) as failure:
        dropping.pictures(addresses)
    assert str(failure.value) == sentence


def test_a_file_that_is_gone_or_too_large_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"gone\.png can't be read"):
        dropping.pictures([(tmp_path / "gone.png").as_uri()])
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(limits.MAX_STYLE_BYTES + 1)
    with pytest.raises(Failure, match=r"“large\.png” has 64 MiB"):
        dropping.pictures([large.as_uri()])


@pytest.mark.parametrize(("name", "title"), [("\u200fصورة", "صورة"), ("two\nlines", "two lines"), (" ", sentences.DROPPED), ("可愛い🐈", "可愛い🐈")])
def test_a_title_is_what_of_a_name_can_be_seen(tmp_path: Path, name: str, title: str) -> None:
    (tmp_path / f"{name}.png").write_bytes(b"x")
    assert dropping.pictures([(tmp_path / f"{name}.png").as_uri()]) == [Picture(b"x", title)]


def test_a_name_that_is_no_text_is_read_and_its_title_can_be_sent(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    path.write_bytes(b"x")
    assert dropping.pictures([f"{tmp_path.as_uri()}/caf%E9.png"]) == [Picture(b"x", "caf?")]
    path.unlink()
    with pytest.raises(Failure, match=r"caf\?\.png can't be read"):
        dropping.pictures([f"{tmp_path.as_uri()}/caf%E9.png"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_a_device_and_a_folder_are_no_pictures_and_nobody_waits_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe.png", "zero.png", "folder.png"):
        with pytest.raises(Failure, match=f"“{name}” is no picture"):
            dropping.pictures([(tmp_path / name).as_uri()])


def test_pictures_that_are_too_many_together_are_refused_before_all_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropping, "MOST_BYTES", 2 << 20)
    paths = [tmp_path / f"{number}.png" for number in range(4)]
    for path in paths[:3]:
        path.write_bytes(bytes(1 << 20))
    with pytest.raises(Failure, match="more than 2 MiB together"):
        dropping.of_files(paths)  # the last is not there
    assert len(dropping.of_files(paths[:2])) == 2


def test_a_long_name_is_cut_to_what_the_library_takes(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 180}.png"
    path.write_bytes(b"x")
    assert len(dropping.of_file(path).title) == dropping.LONGEST_NAME <= limits.MAX_TEXT
