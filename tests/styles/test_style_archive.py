"""Archives of styles: what was exported comes back, what is hostile is refused whole."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from PIL import Image
from restyle_server.styles import archive, description
from restyle_server.styles.description import Suggestion
from restyle_server.styles.errors import ArchiveRejected
from restyle_server.styles.library import Library, Style


def picture(seed: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (20, 20, 3), np.uint8)).save(out, "PNG")
    return out.getvalue()


TOML = description.formatted(description.described("Sent", "From afar.", ["oil"], "Anna", "CC0", Suggestion(2.0, 70.0)))


def import_into(library: Library, source: IO[bytes]) -> list[Style]:
    return [library.keep(new) for new in archive.read(source)]


def exported(styles: Iterable[Style]) -> io.BytesIO:
    out = io.BytesIO()
    told = ((s, description.Description(s.title, s.description, s.tags, s.credit, s.license, s.suggested)) for s in styles)
    archive.export([archive.Packed(s.id, told, s.picture.read_bytes()) for s, told in told], out)
    out.seek(0)
    return out


def packed(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    out.seek(0)
    return out


@pytest.fixture
def styles(tmp_path: Path) -> Library:
    return Library(tmp_path / "own", builtin_dir=tmp_path / "none")


def test_what_is_exported_comes_back_as_it_was(tmp_path: Path, styles: Library) -> None:
    sent = [styles.add(picture(n), f"Look {n}", "D", ["t"], "C", "L", Suggestion(1.5, 30.0)) for n in range(3)]
    other = Library(tmp_path / "other", builtin_dir=tmp_path / "none")
    got = import_into(other, exported(sent))
    told = [(s.id, s.title, s.description, s.tags, s.credit, s.license, s.suggested, s.sha256) for s in sent]
    assert [(s.id, s.title, s.description, s.tags, s.credit, s.license, s.suggested, s.sha256) for s in got] == told


def test_the_same_styles_give_the_same_archive(styles: Library) -> None:
    sent = [styles.add(picture(1), "One")]
    assert exported(sent).getvalue() == exported(sent).getvalue()


def test_importing_twice_adds_nothing(styles: Library) -> None:
    for _ in range(2):
        import_into(styles, packed({"sent/style.toml": TOML, "sent/picture.png": picture(1)}))
    assert [style.id for style in styles.list()] == ["sent"]


def test_a_taken_id_is_not_overwritten(styles: Library) -> None:
    styles.add(picture(1), "Sent")
    (got,) = import_into(styles, packed({"sent/style.toml": TOML, "sent/picture.png": picture(2)}))
    assert got.id == "sent-2"
    assert got.credit == "Anna"


GOOD = {"good/style.toml": TOML, "good/picture.png": picture(1)}


@pytest.mark.parametrize(
    "entries",
    [
        {},
        {"../evil/style.toml": TOML, "../evil/picture.png": picture(2)},
        {"/etc/style.toml": TOML},
        {"../evil/": b""},
        {"/": b""},
        {"a/../../b/picture.png": picture(2)},
        {"C:\\x/style.toml": TOML},
        {"evil/run.sh": b"echo"},
        {"evil/picture.svg": b"<svg/>"},
        {"UPPER/style.toml": TOML},
        {"evil/style.toml": TOML},
        {"evil/picture.png": picture(2)},
        {"evil/style.toml": TOML, "evil/picture.png": picture(2), "evil/picture.jpg": picture(3)},
        {"evil/style.toml": TOML, "evil/picture.png": b"no picture"},
        {"evil/style.toml": TOML, "evil/picture.png": b""},
        {"evil/style.toml": b"title = 3", "evil/picture.png": picture(2)},
        {"evil/style.toml": b"\xff\xfe", "evil/picture.png": picture(2)},
        {"evil/style.toml": b'title = "x"\n[suggested]\nscale = 1e9\n', "evil/picture.png": picture(2)},
        {"evil/style.toml": TOML, "evil/picture.png": b"\0" * 30_000_000},
        {"evil/style.toml": b'title = "x" #' + b" " * 1_000_000, "evil/picture.png": picture(2)},
    ],
)
def test_a_hostile_or_broken_archive_is_refused_whole(styles: Library, tmp_path: Path, entries: dict[str, bytes]) -> None:
    with pytest.raises(ArchiveRejected):
        import_into(styles, packed(GOOD | entries if entries else {}))
    assert styles.list() == []
    assert [path.name for path in tmp_path.iterdir()] in ([], ["own"])


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def corrupt(data: bytes) -> bytes:
    at = data.index(b"PNG") + 40
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


def encrypted(data: bytes) -> bytes:
    """Both headers of the first entry claim encryption."""
    out = bytearray(data)
    out[6] |= 1
    out[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(out)


def lying(data: bytes) -> bytes:
    """The directory claims that the first entry unpacks to 1 TB."""
    at = data.index(b"PK\x01\x02") + 24
    return data[:at] + b"\xf0\xff\xff\xff" + data[at + 4 :]


def text(data: bytes) -> bytes:
    return b"not a zip"


@pytest.mark.parametrize("damage", [truncated, corrupt, encrypted, lying, text])
def test_a_damaged_file_is_refused_in_a_sentence(styles: Library, damage: Callable[[bytes], bytes]) -> None:
    whole = packed(GOOD, zipfile.ZIP_STORED).getvalue()
    with pytest.raises(ArchiveRejected) as caught:
        import_into(styles, io.BytesIO(damage(whole)))
    assert caught.value.message.startswith(("The archive", "good/", "The style"))
    assert styles.list() == []


def test_a_link_is_refused(styles: Library) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        link = zipfile.ZipInfo("good/picture.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("good/style.toml", TOML)
    out.seek(0)
    with pytest.raises(ArchiveRejected, match="no part of a style"):
        import_into(styles, out)


def many(count: int) -> bytes:
    """A zip of so many entries, all empty."""
    return packed({f"s{n}/style.toml": b"" for n in range(count)}, zipfile.ZIP_STORED).getvalue()


@pytest.mark.parametrize(
    "data",
    [
        many(archive.MAX_ENTRIES + 1),
        many(70_000),
        packed({f"s{n}/style.toml": b"" for n in range(3)}).getvalue() + b"PK\x05\x06" + bytes(6) + b"\xff\xff" + bytes(10),
        packed({"x" * 60_000 + str(n): b"" for n in range(20)}).getvalue(),
    ],
    ids=["too many", "more than a plain zip can count", "a false count", "names without end"],
)
def test_absurd_counts_are_refused_before_the_directory_is_read(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZipFile", None)  # it would read the whole directory
    with pytest.raises(ArchiveRejected, match=r"claims|plain zip"):
        archive.read(io.BytesIO(data))


def test_a_file_larger_than_any_archive_is_refused_unread() -> None:
    class Huge(io.BytesIO):
        def seek(self, place: int, whence: int = 0) -> int:
            return archive.MAX_PACKED + 1 if whence == 2 else super().seek(place, whence)

    with pytest.raises(ArchiveRejected, match="split it"):
        archive.read(Huge(packed(GOOD).getvalue()))


def test_many_small_bombs_are_refused_together(styles: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 5000)
    with pytest.raises(ArchiveRejected, match="too large"):
        import_into(styles, packed({f"s{n}/picture.png": b"\0" * 1000 for n in range(6)}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_whose_memory_the_archive_chooses_is_refused(styles: Library, method: int) -> None:
    with pytest.raises(ArchiveRejected, match="packed in a way"):
        import_into(styles, packed(GOOD, method))


def test_any_damage_is_one_kind_of_refusal(styles: Library) -> None:
    whole = packed(GOOD).getvalue()
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(400):
        data = bytearray(whole)
        for at in random.integers(0, len(data), random.integers(1, 5)):
            data[at] = random.integers(0, 256)
        try:
            archive.read(io.BytesIO(bytes(data)))
        except ArchiveRejected as error:
            refused += 1
            assert error.message.isprintable()
    assert refused > 200, "most bytes matter"
