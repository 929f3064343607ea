"""Owns the exchange of styles as one zip: ID/style.toml and ID/picture.EXT, nothing else. What comes in is distrusted.

No name from an archive ever becomes a path: entries are read into memory, bounded by what they really unpack to, and go the way of any added picture.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..naming import MAX_ID
from . import description, pictures
from .description import Description
from .errors import ArchiveRejected, StyleRejected
from .library import Draft, draft

MAX_ENTRIES = 2000  # 1000 styles
MAX_UNPACKED = 512 << 20  # bytes of all entries together, because they are held in memory: a bomb stops here
MAX_PACKED = MAX_UNPACKED + (4 << 20)  # bytes of the file: its entries stored, and their headers
MAX_DIRECTORY = MAX_ENTRIES * 512  # bytes of the zip's directory, which zipfile reads whole: 46 per entry, its name, and what archivers add
MAX_RATIO = 200  # unpacked ÷ packed: pictures hardly shrink, texts of 64 KiB at most may
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others' headers choose how much memory unpacking takes

_ENTRY = re.compile(rf"(?P<id>[a-z0-9][a-z0-9-]{{0,{MAX_ID - 1}}})/(?P<file>style\.toml|(?:picture|thumbnail|effect)\.(?:png|jpg|tif|webp))\Z")
_FOLDER = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{MAX_ID - 1}}}/\Z")  # archivers write one for every folder
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's earliest date, so that the same styles give the same bytes
_END = struct.Struct("<4s4H2LH")  # a zip's last record: … number of entries, bytes of the directory, its place, bytes of a comment
_ZIP64_BYTES = 20  # of the record before the last one, where a zip is of the kind for more than 4 GB
_AGAIN = "export it again, or check that it is a zip of styles"


@dataclass(frozen=True, slots=True)
class Packed:
    """A style on its way into an archive. data: the picture's file, PNG, JPEG, TIFF or WebP."""

    id: str
    description: Description
    data: bytes


def export(styles: Iterable[Packed], target: Path | IO[bytes]) -> None:
    """Writes the styles' pictures and descriptions to a zip. OSError when it can't be written; a Path is not replaced atomically, that is the caller's part."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for style in styles:
            extension = pictures.extension_of(style.data)
            for name, data in (("style.toml", description.formatted(style.description)), (f"picture.{extension}", style.data)):
                archive.writestr(zipfile.ZipInfo(f"{style.id}/{name}", _EPOCH), data)


def read(source: IO[bytes]) -> list[Draft]:
    """Every style of a zip, checked. ArchiveRejected when anything in it is not as `export` writes it. source: open for reading, seekable."""
    try:
        _check_frame(source)
        with zipfile.ZipFile(source) as archive:
            return [_draft(archive, id_, files) for id_, files in _contents(archive).items()]
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise ArchiveRejected(f"The archive can't be read ({error}); {_AGAIN}.") from error


def _check_frame(source: IO[bytes]) -> None:
    """Refuses by the file's size and its last record, before anything is read as the archive says. Only the plain kind passes: what zipfile finds is what was
    checked here."""
    size = source.seek(0, 2)
    if size > MAX_PACKED:
        raise ArchiveRejected(f"The archive has {size >> 20:,} MiB; split it into archives of up to {MAX_UNPACKED >> 20} MiB.")
    source.seek(max(0, size - _END.size - _ZIP64_BYTES))
    tail = source.read()
    source.seek(0)
    if len(tail) < _END.size or not tail[-_END.size :].startswith(b"PK\x05\x06") or tail.startswith(b"PK\x06\x07"):
        raise ArchiveRejected(f"The archive is cut short, or no plain zip; {_AGAIN}.")
    *_, entries, directory, _, comment = _END.unpack(tail[-_END.size :])
    if comment:
        raise ArchiveRejected(f"The archive is cut short, or no plain zip; {_AGAIN}.")
    if entries > MAX_ENTRIES or directory > MAX_DIRECTORY:
        raise ArchiveRejected(f"The archive claims {entries:,} entries; split it into archives of up to {MAX_ENTRIES // 2} styles.")


def _contents(archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
    entries = [entry for entry in archive.infolist() if not _FOLDER.match(entry.filename)]
    if not entries:
        raise ArchiveRejected("The archive holds no styles; choose one that Restyle exported.")
    if len(archive.infolist()) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise ArchiveRejected(f"The archive is too large; split it into archives of up to {MAX_ENTRIES // 2} styles and {MAX_UNPACKED >> 20} MiB.")
    styles: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for entry in entries:
        match = _ENTRY.match(entry.filename)
        if match is None or _is_link(entry):
            raise ArchiveRejected(f"The archive holds {entry.filename[:80]!r}, which is no part of a style; choose one that Restyle exported.")
        files = styles.setdefault(match["id"], {})
        if match["file"] in files:
            raise ArchiveRejected(f"The archive holds {entry.filename!r} twice; export it again.")
        files[match["file"]] = entry
    return styles


def _draft(archive: zipfile.ZipFile, id_: str, files: dict[str, zipfile.ZipInfo]) -> Draft:
    images = [name for name in files if name.startswith("picture.")]
    if "style.toml" not in files or len(images) != 1:
        raise ArchiveRejected(f'The style "{id_}" in the archive needs one style.toml and one picture; export it again.')
    try:
        told = description.parse(_unpacked(archive, files["style.toml"], description.MAX_TOML_BYTES))
        return draft(_unpacked(archive, files[images[0]], pictures.MAX_BYTES), told, id_)
    except StyleRejected as error:
        raise ArchiveRejected(f'The style "{id_}" in the archive can\'t be used: {error.message}') from error


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """An entry's bytes; never more than `most` are unpacked, whatever its header claims."""
    if entry.flag_bits & 1:
        raise ArchiveRejected(f"{entry.filename} in the archive is encrypted; export it without a password.")
    if entry.compress_type not in METHODS:
        raise ArchiveRejected(f"{entry.filename} in the archive is packed in a way that few programs know; export it again.")
    bomb = entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
    if entry.file_size > most or bomb:
        raise ArchiveRejected(f"{entry.filename} in the archive unpacks to {entry.file_size:,} bytes, more than is sound; export it again.")
    try:
        with archive.open(entry) as file:
            data = file.read(most + 1)
    except RuntimeError as error:
        raise ArchiveRejected(f"{entry.filename} in the archive can't be unpacked ({error}); export it again.") from error
    if len(data) > most:
        raise ArchiveRejected(f"{entry.filename} in the archive is larger than it claims; export it again.")
    return data


def _is_link(entry: zipfile.ZipInfo) -> bool:
    kind = (entry.external_attr >> 16) & 0o170000  # the Unix mode's file type, where an archiver wrote one
    return kind not in (0, 0o100000)
