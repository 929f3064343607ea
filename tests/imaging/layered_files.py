"""Owns GIMP files that tests write: layers, masks, groups and properties put together as devel-docs/xcf.txt says."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

STORED, RLE, ZLIB = 0, 1, 2
Property = tuple[int, bytes]


def word(*values: int) -> bytes:
    return struct.pack(f">{len(values)}i", *values)


@dataclass
class Layer:
    """pixels: (h, w, n), in the file's own type. path: of a layer in groups. more: properties besides."""

    pixels: np.ndarray
    left: int = 0
    top: int = 0
    opacity: float = 1.0
    mode: int = 28
    visible: bool = True
    mask: np.ndarray | None = None
    path: Sequence[int] = ()
    group: bool = False
    effect: bool = False
    more: Sequence[Property] = field(default_factory=tuple)

    def properties(self) -> list[Property]:
        said = [(6, word(round(self.opacity * 255))), (33, struct.pack(">f", self.opacity)), (7, word(self.mode)), (8, word(int(self.visible)))]
        said += [(11, word(1)), (15, word(self.left, self.top)), *([(29, b"")] if self.group else []), *([(30, word(*self.path))] if self.path else [])]
        return [*said, *self.more]


def xcf(
    size: tuple[int, int],
    layers: Sequence[Layer],
    precision: int = 150,
    base: int = 0,
    compression: int = STORED,
    more: Sequence[Property] = (),
    version: int = 13,
) -> bytes:
    """size: width, height. layers: the uppermost first. version: 20 where a layer has an effect."""
    out = bytearray(b"gimp xcf v%03d\0" % version + word(*size, base, precision))
    _say(out, [(17, bytes((compression,))), *more])
    rooms = _room(out, len(layers) + 1)
    _room(out, 1)  # no channels
    for room, layer in zip(rooms, layers, strict=False):
        _point(out, room)
        count = layer.pixels.shape[2]
        kind = (5 if count == 2 else 4) if base == 2 else {3: 0, 4: 1, 1: 2, 2: 3}[count]
        out += word(layer.pixels.shape[1], layer.pixels.shape[0], kind) + _name("layer")
        _say(out, layer.properties())
        [hierarchy, mask, effect] = _room(out, 3)
        if layer.effect:
            out[effect : effect + 8] = struct.pack(">Q", 14)
        _point(out, hierarchy)
        _pixels(out, layer.pixels, compression)
        if layer.mask is not None:
            _point(out, mask)
            out += word(layer.mask.shape[1], layer.mask.shape[0]) + _name("mask")
            _say(out, [])
            [hierarchy] = _room(out, 1)
            _point(out, hierarchy)
            _pixels(out, layer.mask, compression)
    return bytes(out)


def _name(text: str) -> bytes:
    return struct.pack(">I", len(text) + 1) + text.encode() + b"\0"


def _say(out: bytearray, properties: Sequence[Property]) -> None:
    for kind, content in (*properties, (0, b"")):
        out += struct.pack(">2I", kind, len(content)) + content


def _room(out: bytearray, count: int) -> list[int]:
    """Where pointers can be written, all 0 for now."""
    places = [len(out) + 8 * number for number in range(count)]
    out += bytes(8 * count)
    return places


def _point(out: bytearray, room: int) -> None:
    out[room : room + 8] = struct.pack(">Q", len(out))


def _pixels(out: bytearray, pixels: np.ndarray, compression: int) -> None:
    height, width, count = pixels.shape
    raw = np.ascontiguousarray(pixels.astype(pixels.dtype.newbyteorder(">"))).view("u1").reshape(height, width, -1)
    out += word(width, height, count * pixels.dtype.itemsize)
    [level, _] = _room(out, 2)
    _point(out, level)
    out += word(width, height)
    corners = [(top, left) for top in range(0, height, 64) for left in range(0, width, 64)]
    for room, (top, left) in zip(_room(out, len(corners) + 1), corners, strict=False):
        _point(out, room)
        tile = raw[top : top + 64, left : left + 64].reshape(-1, raw.shape[2])
        out += zlib.compress(tile.tobytes()) if compression == ZLIB else tile.tobytes() if compression == STORED else b"".join(map(_run, tile.T))


def _run(plane: np.ndarray) -> bytes:
    """All four kinds of runs, as far as the bytes allow."""
    values, size = plane.tobytes(), len(plane)
    if len(set(values)) == 1:
        return (bytes((127,)) + struct.pack(">H", size) if size > 127 else bytes((size - 1,))) + values[:1]
    first = min(size, 100)
    rest = values[first:]
    return bytes((256 - first,)) + values[:first] + (bytes((128,)) + struct.pack(">H", len(rest)) + rest if rest else b"")
