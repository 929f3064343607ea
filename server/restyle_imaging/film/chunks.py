"""Owns the blocks that animations' files are made of, WebP's and PNG's chunks and GIF's blocks: where they lie, whether the last one is there, and putting in
another.

Sources: RFC 9649, 2.3 (RIFF); W3C PNG, third edition, 5.3; GIF89a, appendix A."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

WEBP, APNG, GIF = "webp", "apng", "gif"
RIFF_HEAD, PNG_HEAD = 12, 8  # bytes before the first chunk
EXTENSION, IMAGE, TRAILER = 0x21, 0x2C, 0x3B  # GIF's blocks
SLICE = 1 << 20  # bytes that are moved at once


def chunks(file: BinaryIO, kind: str) -> Iterator[tuple[bytes, int, int]]:
    """Name, first byte of the content, and bytes of each chunk that is wholly there. kind: WEBP or APNG. The file may be read meanwhile, not written."""
    at, end = RIFF_HEAD if kind == WEBP else PNG_HEAD, file.seek(0, os.SEEK_END)
    while file.seek(at) == at and len(head := file.read(8)) == 8:
        size = int.from_bytes(head[4:], "little") if kind == WEBP else int.from_bytes(head[:4], "big")
        after = at + 8 + (size if kind == WEBP else size + 4)
        if after > end:
            return
        yield (head[:4] if kind == WEBP else head[4:]), at + 8, size
        at = after + (size % 2 if kind == WEBP else 0)


def is_cut(file: BinaryIO, kind: str) -> bool:
    """Whether the end of an animation is missing. kind: WEBP, APNG or GIF."""
    if kind == GIF:
        return not _ends(file)
    if kind == APNG:
        return all(name != b"IEND" for name, _, _ in chunks(file, kind))
    return file.seek(0, os.SEEK_END) < 8 + int.from_bytes(_at(file, 4, 4), "little")


def content(file: BinaryIO, kind: str, wanted: bytes, most: int) -> bytes:
    """Of the first chunk of a name; empty when there is none, or a longer one. most: bytes."""
    found = next(((start, size) for name, start, size in chunks(file, kind) if name == wanted), (0, 0))
    return _at(file, found[0], found[1]) if found[1] <= most else b""


def put(path: Path, at: int, data: bytes) -> None:
    """Puts bytes into a file, where what lies there moves on. OSError."""
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end > at:
            begin = max(at, end - SLICE)
            moved = _at(file, begin, end - begin)
            file.seek(begin + len(data))
            file.write(moved)
            end = begin
        file.seek(at)
        file.write(data)


def _ends(file: BinaryIO) -> bool:
    """Whether a GIF comes to its trailer."""
    head = _at(file, 0, 13)
    if len(head) < 13:
        return False
    file.seek(_table(head[10]), os.SEEK_CUR)
    while block := file.read(1):
        if block[0] == TRAILER:
            return True
        if block[0] == IMAGE and len(head := file.read(9)) == 9:
            file.seek(_table(head[8]) + 1, os.SEEK_CUR)
        elif block[0] == EXTENSION:
            file.seek(1, os.SEEK_CUR)
        else:
            return False
        while (size := file.read(1)) and size[0]:
            file.seek(size[0], os.SEEK_CUR)
    return False


def _table(flags: int) -> int:
    """Bytes of the colour table that these flags tell of."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _at(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)
