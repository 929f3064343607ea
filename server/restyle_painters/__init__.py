"""Owns the list of pictures that Restyle paints itself, each by a module of its own, deterministic by seed, in any palette and size."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .palette import Palette
from .surface import levels

SMALLEST = 32  # px of the longer side: below it, strokes are thinner than a pixel

PICTURES = (
    "night",
    "woodcut",
    "stained-glass",
    "impasto",
    "pointillist",
    "watercolour",
    "ink-wash",
    "engraving",
    "mosaic",
    "wave",
    "marbled",
    "cubist",
    "fauvist",
    "charcoal",
    "batik",
    "autumn",
)

SOFT = frozenset({"watercolour", "ink-wash", "wave"})  # so smooth that blocks would show at any lossy quality: kept lossless


class Picture(Protocol):
    """What a picture's module offers: its own palette, height ÷ width, and `paint(shape, palette, rng)` → float32 (h, w, 3) in 0..1."""

    PALETTE: Palette
    ASPECT: float

    @staticmethod
    def paint(shape: tuple[int, int], palette: Palette, rng: np.random.Generator) -> NDArray[np.float32]: ...


def painted(id_: str, size: int = 1536, palette: Palette | None = None, seed: int = 1) -> NDArray[np.uint8]:
    """The picture as uint8 (h, w, 3). size: px of its longer side; palette: None for its own. KeyError: an unknown id; ValueError: a size
    below SMALLEST."""
    if id_ not in PICTURES:
        raise KeyError(id_)
    if size < SMALLEST:
        raise ValueError(f"a picture of {size} px cannot show a stroke; ask for {SMALLEST} px or more")
    picture: Picture = import_module(f".{id_.replace('-', '_')}", __name__)  # type: ignore[assignment]
    scale = size / max(1.0, picture.ASPECT)
    shape = (round(scale * picture.ASPECT), round(scale))
    return levels(picture.paint(shape, palette or picture.PALETTE, np.random.default_rng(seed)))
