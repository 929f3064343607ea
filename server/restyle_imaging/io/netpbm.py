"""Owns reading PPM, PGM, PBM, PAM and PFM: Pillow makes 8 bits of their 16, and knows only some of them.

Source: the manual pages ppm, pgm, pbm and pam of Netpbm; Debevec's PFM for floats.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..arrays import Samples
from ..errors import PictureError
from .pictures import PictureFile, cut_short, plane_of, require_size

MARKS = (b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"P7", b"PF", b"Pf")
TOKEN = re.compile(rb"(?:\s|#[^\n\r]*)*([^\s#]+)")
PAM_LINE = re.compile(rb"[ \t]*(#[^\n]*|[A-Z]+[ \t]*[^\n]*|)\n")
COUNTS = {b"P1": 1, b"P2": 1, b"P3": 3, b"P4": 1, b"P5": 1, b"P6": 3, b"PF": 3, b"Pf": 1}
TUPLES = {1: ("BLACKANDWHITE", "GRAYSCALE", ""), 2: ("BLACKANDWHITE_ALPHA", "GRAYSCALE_ALPHA"), 3: ("RGB", ""), 4: ("RGB_ALPHA",)}  # samples a pixel: kinds
DEEPEST = 65_535  # maxval


def is_one(data: bytes) -> bool:
    return data[:2] in MARKS and (len(data) < 3 or data[2:3] in b" \t\r\n\v\f#")


def read(data: bytes, name: str) -> PictureFile:
    """The first picture of a file. PictureError: cut short, too large, or what it says about itself makes no sense."""
    try:
        samples, end = _pam(data, name) if data[:2] == b"P7" else _plain(data, name)
    except (ValueError, OverflowError) as error:
        raise cut_short(name) from error
    several = is_one(data[end:].lstrip())
    return PictureFile(plane_of(samples, None), "PPM", warnings=(f"{name} holds several pictures; the first is used.",) if several else ())


def _plain(data: bytes, name: str) -> tuple[Samples, int]:
    """The samples, and where they end."""
    kind, words, at = data[:2], [], 2
    floats = kind in (b"PF", b"Pf")
    for _ in range(2 if kind in (b"P1", b"P4") else 3):
        word, at = _word(data, at)
        words.append(word)
    width, height = _size(words[0], words[1], name)
    count = COUNTS[kind]
    if floats:
        samples, end = _taken(data, at + 1, (height, width, count), "<f4" if float(words[2]) < 0 else ">f4")
        return samples[::-1], end
    most = 1 if len(words) < 3 else _most(words[2])
    if kind == b"P4":
        packed, end = _taken(data, at + 1, (height, (width + 7) // 8), "u1")
        return (1 - np.unpackbits(packed, axis=1)[:, :width, None]) * np.uint8(255), end
    if kind in (b"P5", b"P6"):
        samples, end = _taken(data, at + 1, (height, width, count), "u1" if most < 256 else ">u2")
        return _scaled(samples, most), end
    return _written(data, at, kind, (height, width, count), most), len(data)


def _pam(data: bytes, name: str) -> tuple[Samples, int]:
    fields: dict[str, str] = {}
    at = 3
    while match := PAM_LINE.match(data, at):
        at = match.end()
        key, _, value = match[1].decode("ascii").partition(" ")
        if key == "ENDHDR":
            break
        if not key.startswith("#"):
            fields[key] = value.strip()
    width, height = _size(fields.get("WIDTH", ""), fields.get("HEIGHT", ""), name)
    count, most = int(fields.get("DEPTH", "")), _most(fields.get("MAXVAL", ""))
    kind = fields.get("TUPLTYPE", "")
    if kind not in TUPLES.get(count, ()):
        raise PictureError(f"{name} is a PAM of the kind {kind or 'none'} with {count} channels, which can't be read; export it as PNG.")
    samples, end = _taken(data, at, (height, width, count), "u1" if most < 256 else ">u2")
    return _scaled(samples, most), end


def _word(data: bytes, at: int) -> tuple[str, int]:
    match = TOKEN.match(data, at)
    if match is None:
        raise ValueError("cut short")
    return match[1].decode("ascii"), match.end()


def _size(width: str, height: str, name: str) -> tuple[int, int]:
    sides = int(width), int(height)
    if min(sides) < 1:
        raise ValueError("no pixels")
    require_size(name, *sides)
    return sides


def _most(word: str) -> int:
    if not 1 <= int(word) <= DEEPEST:
        raise ValueError("no such depth")
    return int(word)


def _taken(data: bytes, at: int, shape: tuple[int, ...], dtype: str) -> tuple[Samples, int]:
    kind = np.dtype(dtype)
    end = at + int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    if end > len(data):
        raise ValueError("cut short")
    return np.frombuffer(data[at:end], kind).reshape(shape), end


def _written(data: bytes, at: int, kind: bytes, shape: tuple[int, ...], most: int) -> Samples:
    """Samples that are written out as numbers."""
    text = re.sub(rb"#[^\n\r]*", b" ", data[at:])
    wanted = int(np.prod(shape, dtype=np.int64))
    if kind == b"P1":  # digits need no space between them
        digits = np.frombuffer(re.sub(rb"[^01]", b"", text)[:wanted], "u1")
        if len(digits) < wanted:
            raise ValueError("cut short")
        return (ord("1") - digits.reshape(shape)) * np.uint8(255)
    values = np.array(text.split(None, wanted)[:wanted], np.int64)
    return _scaled(np.clip(values, 0, most).reshape(shape).astype(np.uint16), most)


def _scaled(samples: Samples, most: int) -> Samples:
    """0 to `most` as 8 bits, or as 16 where 8 don't hold it."""
    full, dtype = (255, np.uint8) if most < 256 else (DEEPEST, np.uint16)
    wide: np.ndarray[Any, Any] = np.minimum(samples, most).astype(np.uint64)
    return (wide if most == full else (wide * (2 * full) + most) // (2 * most)).astype(dtype)
