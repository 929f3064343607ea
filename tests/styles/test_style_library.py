"""The library: what is added is whole or not there, what is bad is refused in a sentence, what is not the user's own stays."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from restyle_engine.parameters import Color
from restyle_server import naming
from restyle_server.styles import description, library
from restyle_server.styles.description import Suggestion
from restyle_server.styles.errors import StyleError, StyleFixed, StyleNotFound, StyleRejected, StyleStorage
from restyle_server.styles.library import Library


def picture(seed: int = 0, kind: str = "PNG", size: tuple[int, int] = (40, 24), **options: object) -> bytes:
    rgb = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def builtin(tmp_path: Path) -> Path:
    folder = tmp_path / "builtin"
    place = folder / "night"
    place.mkdir(parents=True)
    (place / "picture.png").write_bytes(picture(100))
    (place / "effect.webp").write_bytes(b"effect")
    (place / "style.toml").write_bytes(description.formatted(description.described("Night", "A sky.", ["oil"], "us", "MIT", Suggestion(1.5, 60, Color.STYLE))))
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own"


@pytest.fixture
def styles(own: Path, builtin: Path) -> Library:
    return Library(own, builtin_dir=builtin)


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.glob(".*")] if folder.exists() else []


def test_an_added_style_is_listed_with_all_it_said(styles: Library) -> None:
    added = styles.add(picture(), "  My   Süß style ", "Two\nlines", ["b", "a", "b", " "], "Anna", "CC0", Suggestion(2.0, 40.0, Color.MATCH))
    assert added.id == "my-su-style"
    assert (added.title, added.description, added.tags) == ("My Süß style", "Two lines", ("b", "a"))
    assert (added.credit, added.license, added.suggested) == ("Anna", "CC0", Suggestion(2.0, 40.0, Color.MATCH))
    assert (added.width, added.height, added.builtin) == (40, 24, False)
    assert [style.id for style in styles.list()] == ["night", "my-su-style"]
    assert styles.get("my-su-style") == added
    assert added.picture.read_bytes() == picture()
    assert max(Image.open(io.BytesIO(added.thumbnail)).size) <= 256


def test_a_second_server_sees_the_same_style(styles: Library, own: Path, builtin: Path) -> None:
    added = styles.add(picture(), "One")
    assert Library(own, builtin_dir=builtin).get("one") == added


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_the_four_kinds_of_picture_are_kept_as_they_came(styles: Library, kind: str) -> None:
    data = picture(3, kind)
    assert styles.add(data, kind).picture.read_bytes() == data


def test_a_sixteen_bit_tiff_gets_a_thumbnail(styles: Library) -> None:
    out = io.BytesIO()
    tifffile.imwrite(out, np.random.default_rng(0).integers(0, 65535, (30, 50, 3), np.uint16), photometric="rgb")
    added = styles.add(out.getvalue(), "Deep")
    assert (added.width, added.height) == (50, 30)
    assert Image.open(io.BytesIO(added.thumbnail)).size == (50, 30)


def test_a_turned_photo_has_the_size_that_is_seen(styles: Library) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    added = styles.add(picture(5, "JPEG", exif=exif.tobytes()), "Turned")
    assert (added.width, added.height) == (24, 40)


def test_the_same_picture_is_kept_once(styles: Library, builtin: Path) -> None:
    first = styles.add(picture(), "First")
    assert styles.add(picture(), "Second") == first
    assert styles.add(picture(100), "Night again").id == "night", "also when it came with Restyle"
    assert len(styles.list()) == 2


def test_equal_titles_get_ids_of_their_own(styles: Library) -> None:
    assert [styles.add(picture(seed), "Night").id for seed in range(3)] == ["night-2", "night-3", "night-4"]


@pytest.mark.parametrize(("title", "start"), [("CON", "style-con"), ("水彩", "style-"), ("../../etc/passwd", "etc-passwd"), ("x" * 128, "x" * 20)])
def test_any_title_makes_a_safe_folder(styles: Library, own: Path, title: str, start: str) -> None:
    added = styles.add(picture(), title)
    assert added.id.startswith(start)
    assert len(added.id) <= naming.MAX_ID
    assert added.picture.parent.parent == own


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"hello", "PNG"),
        (picture(kind="GIF"), "PNG"),
        (picture()[:200], "cut short|damaged|truncated|incomplete"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "."),
        (b"\xff\xd8\xff\xe0" + b"\0" * 64, "."),
        (b"II*\0" + b"\xff" * 64, "."),
        (picture(size=(15, 400)), "at least 16"),
    ],
    ids=["empty", "text", "gif", "truncated", "false png", "false jpeg", "false tiff", "narrow"],
)
def test_what_is_no_usable_picture_is_refused_and_leaves_nothing(styles: Library, own: Path, data: bytes, word: str) -> None:
    with pytest.raises(StyleRejected, match=word) as caught:
        styles.add(data, "Bad")
    assert caught.value.field == "picture"
    assert not own.exists() or not list(own.iterdir())


def test_a_picture_bomb_is_refused_before_it_is_decoded(styles: Library) -> None:
    bomb = bytearray(picture())
    bomb[16:24] = (30_000).to_bytes(4, "big") * 2  # the header's width and height; its checksum is wrong too
    with pytest.raises(StyleRejected):
        styles.add(bytes(bomb), "Bomb")


def test_too_many_bytes_are_refused(styles: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_server.styles.pictures.MAX_BYTES", 100)
    with pytest.raises(StyleRejected, match="MiB"):
        styles.add(picture(), "Big")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 129}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"description": "x" * 2001}, "description"),
        ({"tags": [str(n) for n in range(33)]}, "tags"),
        ({"tags": ["x" * 49]}, "tags"),
        ({"credit": "\x1b[2J"}, "credit"),
        ({"suggested": Suggestion(scale=9.0)}, "suggested"),
        ({"suggested": Suggestion(strength=float("nan"))}, "suggested"),
    ],
)
def test_bad_texts_are_refused_by_name(styles: Library, changes: dict[str, object], field: str) -> None:
    with pytest.raises(StyleRejected) as caught:
        styles.add(picture(), **{"title": "Good", **changes})  # type: ignore[arg-type]
    assert caught.value.field == field
    assert len(styles.list()) == 1


def test_a_deleted_style_is_gone_with_its_files(styles: Library, own: Path) -> None:
    styles.add(picture(), "Short")
    styles.delete("short")
    assert [style.id for style in styles.list()] == ["night"]
    assert not list(own.iterdir())
    with pytest.raises(StyleNotFound):
        styles.delete("short")


def test_a_builtin_style_cannot_be_removed(styles: Library) -> None:
    with pytest.raises(StyleFixed, match="came with Restyle"):
        styles.delete("night")
    assert styles.get("night").effect == b"effect"


def test_a_shared_folder_is_read_and_never_written(tmp_path: Path, own: Path, builtin: Path) -> None:
    shared = tmp_path / "shared"
    Library(shared, builtin_dir=builtin).add(picture(7), "Studio look")
    (shared / "studio-look" / "thumbnail.webp").unlink()
    before = sorted(path.stat().st_mtime_ns for path in shared.rglob("*"))
    styles = Library(own, shared, builtin_dir=builtin)
    found = styles.get("studio-look")
    assert found.shared and found.thumbnail, "a missing thumbnail is made in memory"
    assert styles.add(picture(7), "Again").id == "studio-look"
    with pytest.raises(StyleFixed, match="shared folder"):
        styles.delete("studio-look")
    assert sorted(path.stat().st_mtime_ns for path in shared.rglob("*")) == before


def test_a_shared_folder_that_is_away_does_no_harm(tmp_path: Path, own: Path, builtin: Path) -> None:
    assert [style.id for style in Library(own, tmp_path / "nowhere", builtin_dir=builtin).list()] == ["night"]


def gone(place: Path) -> None:
    """Nothing lies there."""


def a_file(place: Path) -> None:
    place.write_text("no folder")


def a_loop(place: Path) -> None:
    place.symlink_to(place)


@pytest.mark.parametrize("bad", [gone, a_file, a_loop])
def test_a_bad_shared_folder_is_told_and_the_other_styles_serve(
    tmp_path: Path, own: Path, builtin: Path, caplog: pytest.LogCaptureFixture, bad: Callable[[Path], None]
) -> None:
    shared = tmp_path / "shared"
    bad(shared)
    styles = Library(own, shared, builtin_dir=builtin)
    (told,) = caplog.messages
    assert str(shared) in told and "shared_styles in server.toml" in told
    assert styles.add(picture(7), "Mine").id == "mine"
    assert [style.id for style in styles.list()] == ["night", "mine"]


def test_a_share_that_comes_back_is_seen_without_a_new_start(tmp_path: Path, own: Path, builtin: Path) -> None:
    styles = Library(own, tmp_path / "shared", builtin_dir=builtin)
    assert [style.id for style in styles.list()] == ["night"]
    Library(tmp_path / "shared", builtin_dir=builtin).add(picture(7), "Studio look")
    assert [style.id for style in styles.list()] == ["night", "studio-look"]


def test_a_damaged_style_of_the_studio_hides_no_other(tmp_path: Path, own: Path, builtin: Path, caplog: pytest.LogCaptureFixture) -> None:
    studio = Library(tmp_path / "shared", builtin_dir=builtin)
    studio.add(picture(7), "Studio look")
    studio.add(picture(8), "Studio other")
    break_toml(tmp_path / "shared" / "studio-look")
    assert [style.id for style in Library(own, tmp_path / "shared", builtin_dir=builtin).list()] == ["night", "studio-other"]
    assert "studio-look is left out" in caplog.text


def test_the_users_style_wins_over_one_that_the_studio_or_restyle_brings_later(tmp_path: Path, own: Path, builtin: Path) -> None:
    Library(own, builtin_dir=tmp_path / "none").add(picture(1), "Night")
    Library(own, builtin_dir=tmp_path / "none").add(picture(2), "Dusk")
    studio = Library(tmp_path / "shared", builtin_dir=tmp_path / "none")
    for seed, title in ((3, "Night"), (4, "Dusk"), (5, "Dawn")):
        studio.add(picture(seed), title)
    styles = Library(own, tmp_path / "shared", builtin_dir=builtin)
    assert [(style.id, style.builtin, style.shared) for style in styles.list()] == [("dawn", False, True), ("dusk", False, False), ("night", False, False)]
    assert styles.get("night").picture.read_bytes() == picture(1)
    styles.delete("night")
    assert styles.get("night").builtin, "and Restyle's over the studio's"
    styles.delete("dusk")
    assert styles.get("dusk").picture.read_bytes() == picture(4)


def test_a_wanted_id_is_given_when_it_is_free(styles: Library) -> None:
    told = description.described("Waves")
    assert styles.keep(library.draft(picture(1), told, "sea")).id == "sea"
    assert styles.keep(library.draft(picture(2), told, "sea")).id == "sea-2"
    for seed, wish in enumerate(("../sea", "CON", "con", ".adding-x", "night"), 3):
        assert styles.keep(library.draft(picture(seed), told, wish)).id.startswith(("waves", "night-2"))


@pytest.mark.parametrize("bad", ["", "NIGHT", "nihgt", "../night", "night/../night", "a" * 500, ".adding-x", "nul\0", "\x1b[31m"])
def test_an_unknown_id_is_not_found_and_no_path(styles: Library, bad: str) -> None:
    with pytest.raises(StyleNotFound) as caught:
        styles.get(bad)
    assert caught.value.message.isprintable()


def test_a_misspelt_id_gets_a_hint(styles: Library) -> None:
    with pytest.raises(StyleNotFound, match='did you mean "night"'):
        styles.get("nigth")


def break_toml(place: Path) -> None:
    (place / "style.toml").write_text("title = ")


def wrong_kinds(place: Path) -> None:
    (place / "style.toml").write_text('title = "x"\ntags = "oil"\n')


def lose_picture(place: Path) -> None:
    (place / "picture.png").unlink()


def long_toml(place: Path) -> None:
    (place / "style.toml").write_text('title = "x"\n#' + "x" * 70_000)


@pytest.mark.parametrize("damage", [break_toml, wrong_kinds, lose_picture, long_toml])
def test_a_damaged_style_hides_no_other(styles: Library, own: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture) -> None:
    styles.add(picture(1), "One")
    styles.add(picture(2), "Two")
    damage(own / "one")
    assert [style.id for style in styles.list()] == ["night", "two"]
    assert "left out" in caplog.text
    with pytest.raises(StyleNotFound):
        styles.get("one")


def test_a_full_disk_leaves_nothing_half_written(styles: Library, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StyleStorage, match="no space left"):
        styles.add(picture(), "One")
    assert not list(own.iterdir())


def test_a_library_that_cannot_be_made_says_so(tmp_path: Path, builtin: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StyleStorage):
        Library(tmp_path / "file" / "styles", builtin_dir=builtin).add(picture(), "One")


def test_leftovers_of_a_killed_server_are_swept_once_they_are_old(own: Path, builtin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own / ".adding-abc").mkdir(parents=True)
    assert [style.id for style in Library(own, builtin_dir=builtin).list()] == ["night"]
    assert leftovers(own) == [".adding-abc"], "it may belong to a living server"
    monkeypatch.setattr(library, "STALE_SECONDS", -1.0)
    Library(own, builtin_dir=builtin)
    assert not leftovers(own)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_the_users_folder_is_private(styles: Library, own: Path) -> None:
    styles.add(picture(), "One")
    assert stat.S_IMODE(own.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ['quo"te \\ back', "tab or not", "日本語 – ü", "# no comment", "'''", "$&{}[]=,"])
def test_style_toml_reads_back_as_written(text: str) -> None:
    told = description.described(text, text, [text], text, text, Suggestion(0.25, 0.1, Color.CONTENT))
    assert description.parse(description.formatted(told)) == told


def test_every_refusal_is_one_kind_of_error(styles: Library) -> None:
    with pytest.raises(StyleError):
        styles.add(b"", "x")
    with pytest.raises(StyleError):
        styles.get("x")
