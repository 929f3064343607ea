"""Owns palettes: a short list of colours that a picture mixes its paint from."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .arrays import FloatArray

_HEX = re.compile(r"#?([0-9a-fA-F]{6})\Z")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as `#rrggbb`, two or more; a picture says what it uses the first, the second … for. A shorter palette is stretched over the roles."""

    colours: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.colours) < 2:
            raise ValueError("a palette needs two colours or more, such as #102040,#f0e0b0")
        for colour in self.colours:
            if not _HEX.match(colour):
                raise ValueError(f"{colour!r} is no colour; write it as #rrggbb")

    @classmethod
    def parse(cls, text: str) -> Palette:
        """From `#rrggbb,#rrggbb,…`. ValueError when a colour is misspelt."""
        return cls(tuple(part.strip() for part in text.split(",")))

    @property
    def table(self) -> FloatArray:
        """float32 (n, 3) in 0..1, sRGB-encoded."""
        return np.array([[int(c[-6:][i : i + 2], 16) / 255 for i in (0, 2, 4)] for c in self.colours], np.float32)

    def roles(self, count: int) -> FloatArray:
        """float32 (count, 3): the palette itself when it is long enough, else stretched to `count` colours."""
        return self.table[:count] if len(self.colours) >= count else self.ramp(np.linspace(0, 1, count))

    def ramp(self, position: ArrayLike) -> FloatArray:
        """Colours between neighbours of the palette. position: any shape, clipped to 0..1; returns float32 (…, 3)."""
        return blend(self.table, position)


def blend(table: FloatArray, position: ArrayLike) -> FloatArray:
    """A ramp through the rows of `table` (n, 3). position: any shape, 0..1; returns float32 (…, 3)."""
    place = np.clip(np.asarray(position, np.float32), 0, 1) * (len(table) - 1)
    below = np.minimum(place.astype(np.intp), len(table) - 2)
    part = (place - below)[..., None]
    return np.asarray(table[below] * (1 - part) + table[below + 1] * part, np.float32)
