"""Owns what is done about JPEG files that aren't whole: those that lack their end, or hold segments that nobody understands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MARK = b"\xff\xd8\xff"
END = b"\xff\xd9"
FILLERS = (b"\x55" * 4096, b"\xaa" * 4096, bytes(range(1, 255)) * 16)  # put behind the last byte: does it need more? A step of the decoder takes 2 KiB at most
RESTARTS = tuple(bytes((0xFF, 0xD0 + number)) for number in range(8))  # they come in turn; a decoder that waits for one passes over all else
BLANK = b"\0" * 64  # how a broken download may end: a decoder takes it for picture
USED = (frozenset((0xE0, 0xE2, 0xEE)), frozenset((0xEE,)), frozenset[int]())  # JFIF, profile, how colours are stored; ever less of them
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOFn: tables and extensions lie between them
SCAN = 0xDA
BASELINE_AND_PROGRESSIVE = frozenset((0xC0, 0xC1, 0xC2, 0xC9, 0xCA))


def unreadable(data: bytes) -> str | None:
    """What kind of JPEG it is, such as "a JPEG of 12 bits", when decoders for 8 bits can't read it."""
    if data[2:4] == b"\xff\xf7":
        return "a JPEG-LS picture"
    for marker, segment in _segments(data):
        if marker in FRAMES:
            if marker not in BASELINE_AND_PROGRESSIVE:
                return "a lossless JPEG"
            return f"a JPEG of {segment[4]} bits" if len(segment) > 4 and segment[4] != 8 else None
    return None


def mended(data: bytes) -> Iterator[bytes]:
    """The same picture with ever less beside its pixels: first without texts, EXIF data and the like, then without a profile, then bare."""
    if not data.startswith(MARK):
        return
    for used in USED:
        kept, at = [data[:2]], 2
        for marker, segment in _segments(data):
            at += len(segment)
            beside = 0xE0 <= marker <= 0xEF or marker == 0xFE
            if not beside or (marker in used and not segment.startswith(b"MPF\0", 4)):
                kept.append(segment)
        yield b"".join((*kept, data[at:]))


@dataclass(frozen=True, slots=True)
class Ended:
    """A file that lacked its end. whole: it with one. alike, other: versions that show the same picture, or another one, when no part of it is missing."""

    whole: bytes
    alike: tuple[bytes, ...]
    other: tuple[bytes, ...] = ()


def lacks_end(data: bytes) -> bool:
    """Whether no end follows the last scan, as far as a file's bytes tell."""
    return data.startswith(MARK) and data.rfind(END) < data.rfind(bytes((0xFF, SCAN)))


def ended(data: bytes) -> Ended:
    """For a file that lacks its end."""
    body = data.rstrip(b"\xff")
    last = max(range(8), key=lambda number: body.rfind(RESTARTS[number]))
    awaited = RESTARTS[(last + 1) % 8] if RESTARTS[last] in body else RESTARTS[0]
    alike = tuple(body + filler + awaited + filler + END for filler in FILLERS)
    return Ended(body + END, alike, (body[:-2] + FILLERS[0] + END,) if body.endswith(BLANK) else ())


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and whole bytes of each segment before the scan."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != SCAN:
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], data[at : at + length]
        at += length
