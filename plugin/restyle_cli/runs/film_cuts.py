"""Owns finding where a film's scenes begin, quickly and with care: a cut that is missed makes a stretch longer, and one too many makes a scene jump."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from restyle_imaging.planes.formats import Plane
from restyle_imaging.planes.samples import samples_of

from .film_source import Source

SIDE = 32  # cells of a thumbnail
LEAST = 0.1  # mean difference of two thumbnails, of the range, at a cut
ABOVE = 2.5  # times as much as within the frames around it, so that quick motion and flashes are none
AROUND = 2  # frames before and after

Thumbnail = np.ndarray[Any, np.dtype[np.float32]]


def find(source: Source, told: Callable[[int, int], None]) -> tuple[int, ...]:
    """The positions of frames that begin a scene, without the film's first. told: frames that were looked at, of how many. FilmError, PictureError."""
    positions = source.positions
    return tuple(positions[at + 1] for at in cuts(list(_differences(source, positions, told))))


def cuts(differences: Sequence[float]) -> list[int]:
    """Which of the differences of frames to those before them are cuts."""
    found = []
    for at, one in enumerate(differences):
        around = [*differences[max(0, at - AROUND) : at], *differences[at + 1 : at + 1 + AROUND]]
        if one >= LEAST and one >= ABOVE * max(around, default=0.0):
            found.append(at)
    return found


def _differences(source: Source, positions: Sequence[int], told: Callable[[int, int], None]) -> Iterator[float]:
    before: Thumbnail | None = None
    for at, (_, plane) in enumerate(source.clip.planes(positions)):
        now = thumbnail(plane)
        if before is not None:
            yield float(np.abs(now - before).mean())
        before = now
        told(at + 1, len(positions))


def thumbnail(plane: Plane) -> Thumbnail:
    """Means of the colours in cells, (≤ SIDE, ≤ SIDE, channels) in 0–1; what is transparent counts as it is."""
    samples = samples_of(plane)
    top = float(np.iinfo(samples.dtype).max) if np.issubdtype(samples.dtype, np.integer) else 1.0
    height, width = samples.shape[:2]
    down, across = max(1, height // SIDE), max(1, width // SIDE)
    rows, columns = height // down, width // across
    cells = samples[: rows * down, : columns * across].reshape(rows, down, columns, across, -1)
    return np.clip(cells.mean((1, 3), dtype=np.float32) / np.float32(top), 0, 1)  # type: ignore[no-any-return]
