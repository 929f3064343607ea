"""Owns what is done about JPEG files that aren't whole: those that lack their end, or hold segments that nobody understands."""

from __future__ import annotations

from collections.abc import Iterator

MARK = b"\xff\xd8\xff"
END = b"\xff\xd9"
FILLERS = (b"\x55" * 64, b"\xaa" * 64)  # what is put behind the last byte, to see whether the picture needed more
BLANK = b"\0" * 16  # a broken download's end: the decoder would take it for picture
SHOWN = frozenset((0xE0, 0xE2, 0xEE))  # APP0 (JFIF), APP2 (profile) and APP14 (how colours are stored)
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


def bare(data: bytes) -> bytes | None:
    """The same picture without the segments that say nothing about its pixels; None when it has none or is none."""
    kept, at = [data[:2]], 2
    for marker, segment in _segments(data):
        at += len(segment)
        application = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not application or (marker in SHOWN and not segment.startswith(b"MPF\0", 4)):
            kept.append(segment)
    made = b"".join((*kept, data[at:]))
    return made if at > 2 and len(made) < len(data) else None


def ended(data: bytes) -> tuple[bytes, tuple[bytes, ...]] | None:
    """For a file that lacks its end: it with one, and the same with other bytes before it. When all of them show the same picture, no part of it was missing.
    None: it isn't such a file."""
    if not data.startswith(MARK) or data.endswith((END, BLANK)):
        return None
    body = data[:-1] if data.endswith(b"\xff") else data
    return body + END, tuple(body + filler + END for filler in FILLERS)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and whole bytes of each segment before the scan."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != SCAN:
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], data[at : at + length]
        at += length
