"""Owns patterns as GIMP keeps them (.pat, version 1), which Krita reads as well: sRGB, 8 bits, with alpha, and a name that programs show."""

from __future__ import annotations

import struct

from ..arrays import Samples

LARGEST_SIDE = 10_000  # px: GIMP reads no larger ones
LONGEST_NAME = 255  # bytes, without the zero at its end: same
VERSION, CHANNELS = 1, 4
HEADER = struct.Struct(">5I4s")  # its own length with the name, version, width, height, channels, mark


def write(rgba: Samples, name: str) -> bytes:
    """rgba: uint8 (h, w, 4), neither side above LARGEST_SIDE."""
    height, width = rgba.shape[:2]
    title = name.encode()[:LONGEST_NAME].decode(errors="ignore").replace("\0", "").encode() + b"\0"
    return HEADER.pack(HEADER.size + len(title), VERSION, width, height, CHANNELS, b"GPAT") + title + rgba.tobytes()
