"""Owns a painting as two layers where there is numpy: restyle_editor.two_layers, which says what they are, five times as fast."""

from __future__ import annotations

from typing import Any

import numpy as np
import restyle_client as client
from numpy.typing import NDArray
from restyle_editor.two_layers import BITS, BLOCKS, HALF, ONE, half

Numbers = NDArray[Any]  # int64 or float64

BAND = 1 << 22  # samples that are parted at a time: some 200 MB of whole numbers and floats
_TYPES = {"U8": "<u1", "U16": "<u2", "F16": "<f2", "F32": "<f4"}
_FULL = {"U8": 255, "U16": 65535, "F16": 1, "F32": 1}
_ALPHA = ("GRAY_ALPHA", "RGBA", "BGRA")


def separated(photo: client.Plane, painting: client.Plane) -> tuple[client.Plane, client.Plane]:
    """Colours and strokes, as two_layers.separating has them: the same bytes in whole numbers, as far as they round in floats. ValueError: likewise."""
    form = painting.format
    if (photo.format, photo.width, photo.height) != (form, painting.width, painting.height):
        raise ValueError("a painting is separated from a photo of its own size and format")
    width, height, channels = painting.width, painting.height, form.channels.samples
    kind, whole = _TYPES[form.depth.value], form.depth.value in ("U8", "U16")
    exact = np.int64 if whole else np.float64
    before, after = (np.frombuffer(bytes(plane.data), kind).reshape(height, width, channels) for plane in (photo, painting))
    side = max(1, round(max(width, height) / BLOCKS))
    lines = _across(_smoothed(_means(before, after, side, exact)), width, side, whole)
    colours, strokes = np.empty_like(before), np.empty_like(before)
    band = max(1, BAND // (width * channels))
    for top in range(0, height, band):
        rows = slice(top, min(height, top + band))
        old, new = before[rows].astype(exact), after[rows].astype(exact)
        base, rest = _parted(old, new, _down(lines, np.arange(rows.start, rows.stop), side, whole), _FULL[form.depth.value], half(form.depth))
        if form.channels.value in _ALPHA:
            base[..., -1], rest[..., -1] = new[..., -1], _FULL[form.depth.value]
        colours[rows], strokes[rows] = base, rest
    made = [client.Plane(form, width, height, data.tobytes(), painting.icc) for data in (colours, strokes)]
    return made[0], made[1]


def _parted(old: Numbers, new: Numbers, change: Numbers, full: float, middle: float) -> tuple[Numbers, Numbers]:
    """The colours and the strokes of some rows. change: the large one of their blocks."""
    least, most = np.minimum(0, new.min(axis=(1, 2), keepdims=True)), np.maximum(full, new.max(axis=(1, 2), keepdims=True))
    base = np.clip(old + change, least, most)
    rest = np.clip(new - base + middle, 0, full)
    return np.where(rest == new - base + middle, base, new - rest + middle), rest


def _means(before: NDArray[np.generic], after: NDArray[np.generic], side: int, exact: type) -> NDArray[np.float64]:
    """(blocks down, blocks across, channels): the mean change in every block."""
    height, width, _ = before.shape
    across = np.arange(0, width, side)
    sums = []
    for top in range(0, height, side):
        rows = slice(top, min(height, top + side))
        change = (after[rows].astype(exact) - before[rows].astype(exact)).sum(axis=0)
        sums.append(np.add.reduceat(change, across, axis=0) / (rows.stop - rows.start))
    means: NDArray[np.float64] = np.stack(sums) / np.minimum(side, width - across)[:, None]
    return means


def _smoothed(blocks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each block mixed with its neighbours, 1:2:1 both ways."""
    for axis in (1, 0):
        wide = np.pad(blocks, [(1, 1) if each == axis else (0, 0) for each in range(3)], mode="edge")
        count = blocks.shape[axis]
        first, middle, last = (wide.take(range(start, start + count), axis) for start in range(3))
        blocks = (first + 2 * middle + last) / 4
    return blocks


def _between(pixels: NDArray[np.int64], side: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The blocks whose centres pixels lie between, and how far they are on the way."""
    place = (pixels + 0.5) / side - 0.5
    first = np.maximum(place.astype(np.int64), 0)
    return first, np.minimum(first + 1, count - 1), np.maximum(place - first, 0.0)


def _across(blocks: NDArray[np.float64], width: int, side: int, whole: bool) -> Numbers:
    """Lines of blocks as lines of pixels. whole: in parts of ONE."""
    left, right, part = _between(np.arange(width), side, blocks.shape[1])
    found = blocks[:, left] + part[:, None] * (blocks[:, right] - blocks[:, left])
    return np.rint(found * ONE).astype(np.int64) if whole else found


def _down(lines: Numbers, rows: NDArray[np.int64], side: int, whole: bool) -> Numbers:
    """The change in some rows of pixels, in their own numbers."""
    upper, lower, part = _between(rows, side, lines.shape[0])
    if whole:
        down = np.rint(part * ONE).astype(np.int64)[:, None, None]
        whole_numbers: NDArray[np.int64] = ((ONE - down) * lines[upper] + down * lines[lower] + HALF) >> BITS
        return whole_numbers
    found: NDArray[np.float64] = lines[upper] + part[:, None, None] * (lines[lower] - lines[upper])
    return found
