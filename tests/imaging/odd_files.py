"""Owns picture files that no program of today would write: TIFF, PNG and JPEG put together tag by tag, chunk by chunk, segment by segment."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

TYPES = {1: "B", 2: "s", 3: "H", 4: "I", 5: "I", 7: "B", 9: "i", 11: "f", 12: "d"}  # of TIFF's fields, as struct has them
PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))  # of PNG's interlacing: top, left, steps
Entry = tuple[int, int, Sequence[float] | bytes]  # tag, type, values


def packed(samples: np.ndarray, bits: int) -> bytes:
    """Samples as TIFF and PNG have them: rows of bits, most significant first, each filled up to a byte."""
    if bits in (8, 16, 32):
        return samples.astype(f">u{bits // 8}").tobytes()
    rows = ("".join(format(int(value), f"0{bits}b") for value in row) for row in samples.reshape(samples.shape[0], -1))
    filled = (row + "0" * (-len(row) % 8) for row in rows)
    return b"".join(int(row, 2).to_bytes(len(row) // 8, "big") for row in filled)


def tiff(samples: np.ndarray, photometric: int | None, bits: int = 8, more: Sequence[Entry] = (), without: Sequence[int] = ()) -> bytes:
    """A big-endian TIFF of one strip. samples: (h, w, n), in `bits` bits, floats as they are."""
    height, width, count = samples.shape
    strip = samples.astype(samples.dtype.newbyteorder(">")).tobytes() if samples.dtype.kind == "f" else packed(samples, bits)
    entries: list[Entry] = [(256, 4, [width]), (257, 4, [height]), (258, 3, [bits] * count), (273, 4, [0]), (277, 3, [count]), (278, 4, [height])]
    entries += [(279, 4, [len(strip)]), *([] if photometric is None else [(262, 3, [photometric])]), *more]
    entries = sorted(entry for entry in entries if entry[0] not in without)
    values = {tag: bytes(value) if isinstance(value, bytes) else struct.pack(f">{len(value)}{TYPES[kind]}", *value) for tag, kind, value in entries}
    at = 8 + 2 + 12 * len(entries) + 4
    beside = b""
    places = {}
    for tag, value in values.items():
        if len(value) > 4:
            places[tag] = at + len(beside)
            beside += value + b"\0" * (len(value) % 2)
    values[273] = struct.pack(">I", at + len(beside))
    rows = b""
    for tag, kind, given in entries:
        number = len(given) // 2 if kind == 5 else len(given)
        here = struct.pack(">I", places[tag]) if tag in places else values[tag].ljust(4, b"\0")
        rows += struct.pack(">HHI", tag, kind, number) + here
    return b"MM\0*" + struct.pack(">IH", 8, len(entries)) + rows + bytes(4) + beside + strip


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(samples: np.ndarray, bits: int, color: int, *chunks: bytes, interlaced: bool = False) -> bytes:
    """samples: (h, w, n), in `bits` bits. color: PNG's kind. chunks: between the header and the pixels."""
    parts = [samples[top::down, left::right] for top, left, down, right in PASSES] if interlaced else [samples]
    rows = b"".join(b"\0" + packed(row[None], bits) for part in parts if part.size for row in part)
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], bits, color, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + b"".join((chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")))


def jpeg(samples: np.ndarray, *segments: tuple[int, bytes], **options: object) -> bytes:
    """segments: markers and contents, put in front."""
    out = io.BytesIO()
    Image.fromarray(samples).save(out, "JPEG", **options)
    plain = out.getvalue()
    return plain[:2] + b"".join(struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data for marker, data in segments) + plain[2:]


def exif(*entries: tuple[int, int, int, bytes], beside: bytes = b"") -> bytes:
    """An EXIF block of one directory. entries: tag, type, count, four bytes; beside: what lies behind them."""
    rows = b"".join(struct.pack(">HHI", *entry[:3]) + entry[3] for entry in entries)
    return b"MM\0*" + struct.pack(">IH", 8, len(entries)) + rows + bytes(4) + beside
