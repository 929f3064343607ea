"""Owns the file of a look: safetensors with a TOML header in its metadata, judged before anything of it is used. Imports no torch, so that whoever lists looks
stays quick.

What a stranger sends is read by bytes: sizes, names, shapes, types and places are compared with those of the one network there is, and every number is finite.
"""

from __future__ import annotations

import json
import math
import struct
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pickles import is_pickle
from .layout import LAYOUT

LARGEST_BYTES = 2 << 20  # of a file that is looked at; what is written here has half of it
LARGEST_HEADER = 64 << 10  # bytes: a look's has 5 KB
LARGEST_WORDS = 4 << 10  # bytes, of the TOML
LONGEST_TEXT = 300  # characters, of a name, a style or a credit
KEY = "restyle.look"  # of the TOML in the metadata
VERSION = 1  # of network and header: raised whenever either changes
SIDES = (16, 65_535)  # px
STRENGTHS = (0.0, 100.0)
MOST_STEPS = 10_000_000
TYPE = "F16"

Arrays = Mapping[str, NDArray[np.float16]]
AGAIN = "Copy it again, or learn the look anew."


class UnusableLook(Exception):
    """A look's file can't be used; the message is a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class LookHeader:
    """name: of the look. style: what it was learned from. credit: whose that is. strength: 0–100, that it was learned at. side: px of the pictures it was
    learned from, as a square of their area. steps: of learning."""

    name: str
    style: str
    credit: str
    strength: float
    side: int
    steps: int


def header_of(data: bytes) -> LookHeader:
    """What a look says about itself; the whole file is checked. UnusableLook."""
    return opened(data)[0]


def opened(data: bytes) -> tuple[LookHeader, dict[str, NDArray[np.float16]]]:
    """Header and tensors of a file. UnusableLook."""
    if len(data) > LARGEST_BYTES:
        raise UnusableLook(f"This file has {len(data):,} bytes, and no look has more than {LARGEST_BYTES:,}; choose a look's file.")
    if is_pickle(data):
        raise UnusableLook("This is a PyTorch file, which may run programs when it is opened, and no look; choose a file that Restyle has written.")
    table, body = _parts(data)
    words = table.pop("__metadata__", None)
    header = _header(words.get(KEY) if isinstance(words, dict) else None)
    return header, _arrays(table, body)


def closed(header: LookHeader, arrays: Arrays) -> bytes:
    """The file of a look; equal looks give equal bytes. arrays: as many and as large as LAYOUT has them. UnusableLook when `opened` would not have them."""
    begin, table = 0, {}
    for name in sorted(arrays):
        size = arrays[name].nbytes
        table[name] = {"dtype": TYPE, "shape": list(arrays[name].shape), "data_offsets": [begin, begin + size]}
        begin += size
    text = json.dumps({"__metadata__": {KEY: _words(header)}, **table}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensors begin at multiples of 8, as safetensors has them
    little = (np.ascontiguousarray(arrays[name], dtype="<f2").tobytes() for name in sorted(arrays))
    data = struct.pack("<Q", len(text)) + text + b"".join(little)
    opened(data)
    return data


def _parts(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The header's table and the bytes of the tensors."""
    length = struct.unpack("<Q", data[:8])[0] if len(data) >= 8 else 0
    if not 2 <= length <= min(LARGEST_HEADER, len(data) - 8):
        raise UnusableLook("This file is no look, or is cut off; choose a file that Restyle has written, or copy it again.")
    try:
        table = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise UnusableLook("This file is no look, or is damaged; choose a file that Restyle has written, or copy it again.") from error
    if not isinstance(table, dict):
        raise UnusableLook("This file is no look; choose a file that Restyle has written.")
    return table, data[8 + length :]


def _header(text: object) -> LookHeader:
    if not isinstance(text, str) or len(text.encode("utf-8", "replace")) > LARGEST_WORDS:
        raise UnusableLook("This file says nothing about a look; choose one that Restyle has written.")
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise UnusableLook(f"What this look says about itself can't be read. {AGAIN}") from error
    if table.get("version") != VERSION:
        raise UnusableLook("This look is of another version of Restyle; update Restyle, or learn the look anew.")
    name, style, credit = (_text(table.get(key)) for key in ("name", "style", "credit"))
    strength, side, steps = (_number(table.get(key), limits) for key, limits in (("strength", STRENGTHS), ("side", SIDES), ("steps", (0, MOST_STEPS))))
    return LookHeader(name, style, credit, float(strength), int(side), int(steps))


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable() or any("\ud800" <= one <= "\udfff" for one in value):
        raise UnusableLook(f"What this look says about itself makes no sense. {AGAIN}")
    return value


def _number(value: object, limits: tuple[float, float]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not limits[0] <= value <= limits[1]:  # nan is in no limits
        raise UnusableLook(f"What this look says about itself makes no sense. {AGAIN}")
    return value


def _words(header: LookHeader) -> str:
    texts = (f"{key} = {_quoted(getattr(header, key))}" for key in ("name", "style", "credit"))
    return "\n".join((f"version = {VERSION}", *texts, f"strength = {float(header.strength)!r}", f"side = {header.side}", f"steps = {header.steps}", ""))


def _quoted(text: str) -> str:
    """A TOML basic string. JSON's escapes are TOML's; what TOML wants escaped beside them is not printable, and refused."""
    return json.dumps(text, ensure_ascii=False)


def _arrays(table: Mapping[str, Any], body: bytes) -> dict[str, NDArray[np.float16]]:
    if table.keys() != LAYOUT.shapes.keys():
        raise UnusableLook("The network in this file is no look's; choose a file that Restyle has written.")
    places, found = [], {}
    for name, shape in LAYOUT.shapes.items():
        begin, end = _place(table[name], shape)
        if not 0 <= begin <= end <= len(body) or end - begin != 2 * math.prod(shape):
            raise UnusableLook(f"This look is damaged or cut off. {AGAIN}")
        places.append((begin, end))
        found[name] = np.frombuffer(body[begin:end], dtype="<f2").astype(np.float16).reshape(shape)
    places.sort()
    ends = [0, *(end for _, end in places)]
    if [begin for begin, _ in places] != ends[:-1] or ends[-1] != len(body):  # gaps hide something, overlaps are no look's
        raise UnusableLook(f"This look is damaged or cut off. {AGAIN}")
    if not all(np.isfinite(one).all() for one in found.values()):
        raise UnusableLook(f"This look has numbers that are not finite. {AGAIN}")
    return found


def _place(entry: object, shape: tuple[int, ...]) -> tuple[int, int]:
    match entry:
        case {"dtype": str(dtype), "shape": list(sides), "data_offsets": [int(begin), int(end)]} if dtype == TYPE and sides == list(shape):
            return begin, end
    raise UnusableLook("The network in this file is no look's; choose a file that Restyle has written.")
