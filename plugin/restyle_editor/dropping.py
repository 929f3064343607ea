"""Owns what is dropped on a gallery: picture files, or a picture that a browser hands over. Nothing is fetched from an address."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import url2pathname

from . import sentences
from .failures import Failure
from .packages import limits

T = TypeVar("T")
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")
MOST = 50  # pictures at a time: a whole folder of them goes in by `restyle styles add`
MOST_BYTES = 256 * 1024 * 1024  # of all of them: the editor holds them until the painter has them
LARGEST_PREVIEW = 64_000_000  # pixels of a file that is read only to be shown small: some 250 MB
LONGEST_NAME = 100  # characters of a file's name: the library takes a few more


@dataclass(frozen=True)
class Picture:
    """A picture on its way into the library. data: the file's bytes."""

    data: bytes
    title: str


def pictures(addresses: Iterable[str]) -> list[Picture]:
    """What the lines of a text/uri-list stand for. Failure with a sentence: an address alone, no picture, one that can't be read, too many."""
    given = [line.strip() for line in addresses if line.strip() and not line.startswith("#")]
    if not given:
        raise Failure(sentences.DROP_NONE)
    return _each(given, _picture)


def of_files(paths: Sequence[Path]) -> list[Picture]:
    """The same of files that a person chose."""
    return _each(paths, of_file)


def of_file(path: Path) -> Picture:
    """Failure when it can't be read, or no library would take it."""
    name = sentences.readable(path.name)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, and a device never ends
            raise Failure(sentences.DROP_OTHER.format(name=name))
        with path.open("rb") as file:
            data = file.read(limits.MAX_STYLE_BYTES + 1)
            size = max(len(data), os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise Failure(sentences.STYLE_FILE.format(path=sentences.readable(str(path)), reason=error.strerror or error)) from error
    return Picture(_taken(data, size, name), sentences.readable(path.stem)[:LONGEST_NAME].strip() or sentences.DROPPED)


def _each(given: Sequence[T], read: Callable[[T], Picture]) -> list[Picture]:
    if len(given) > MOST:
        raise Failure(sentences.DROP_MANY.format(count=len(given), most=MOST))
    found: list[Picture] = []
    for one in given:
        found.append(read(one))
        if sum(len(picture.data) for picture in found) > MOST_BYTES:
            raise Failure(sentences.DROP_LARGE.format(most=sentences.bytes_(MOST_BYTES)))
    return found


def _taken(data: bytes, size: int, name: str) -> bytes:
    """The same bytes, where they are no more than a style's picture may have. size: of the whole picture."""
    if size > limits.MAX_STYLE_BYTES:
        raise Failure(sentences.STYLE_LARGE.format(name=name, size=sentences.bytes_(size), most=sentences.bytes_(limits.MAX_STYLE_BYTES)))
    return data


def _picture(address: str) -> Picture:
    if address[:5].lower() == "data:":
        return _inline(address[5:])
    try:
        parts = urlsplit(address)
        path = Path(os.fsdecode(unquote_to_bytes(parts.path)) if os.name == "posix" else url2pathname(parts.path))
    except ValueError as error:
        raise Failure(sentences.DROP_NONE) from error
    if parts.scheme != "file" or "\0" in str(path):
        raise Failure(sentences.DROP_ADDRESS if parts.scheme in ("http", "https", "ftp") else sentences.DROP_NONE)
    if path.suffix.lower() not in PICTURES:
        raise Failure(sentences.DROP_OTHER.format(name=sentences.readable(path.name)))
    return of_file(path)


def _inline(content: str) -> Picture:
    """A picture that is its own address, as small ones of web pages are."""
    kind, comma, data = content.partition(",")
    if not comma or not kind.startswith("image/"):
        raise Failure(sentences.DROP_NONE)
    found = unquote_to_bytes(data)
    try:
        picture = base64.b64decode(found, validate=True) if kind.endswith(";base64") else found
    except binascii.Error as error:
        raise Failure(sentences.DROP_NONE) from error
    return Picture(_taken(picture, len(picture), sentences.DROPPED), sentences.DROPPED)
