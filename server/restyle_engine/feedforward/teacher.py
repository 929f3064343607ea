"""Owns what a look learns from: pieces of photographs, in all lights and beside calm places, as the stylizer paints them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..device import device_kind
from ..parameters import Parameters, Precision, Preset, resolve
from ..resizing import pixels, tensor
from ..stylizer import Stylizer
from ..task import StylePicture, Task
from ..verdict import Verdict
from .crops import calm, covered, crop, light

PIECES = 8
PIECE = 256  # px, side of one, at most: a quarter of a painting of 512², with strokes as large as there
PRESET = Preset.STANDARD  # a draft's pieces teach a draft's texture
AS_THEY_ARE = 4  # pieces, before others come in changed lights and beside calm places
STRENGTHS = (1.0, 1.5, 1.0, 0.65)  # times that which is learned for, by turns: so the network learns what strength is
LARGEST_SCALE = 4.0  # of a style, as everywhere


@dataclass(frozen=True, slots=True)
class Piece:
    """content: (1, 3, side, side) float32 in 0–1. strength: 0–100, that it is painted with."""

    content: Tensor
    strength: float


@dataclass(frozen=True, slots=True, eq=False)
class Teacher:
    """Paints the pieces of a lesson, each for itself and always the same.

    photographs: (1, 3, h, w) float32 in 0–1; none: all pieces are made by code. strength: 0–100. side: px: strokes are as large as in a painting of a square of
    it."""

    styles: tuple[StylePicture, ...]
    photographs: Sequence[Tensor]
    strength: float
    side: int
    weights: Path
    precision: Precision
    seed: int
    device_id: str
    stylizer: Stylizer

    def piece(self, number: int) -> Piece:
        """The piece of that number, from 0."""
        rng = np.random.default_rng((self.seed, number))
        side = min(PIECE, self.side)
        if not self.photographs:
            return Piece(calm(side, rng), self._strength(number))
        picture = crop(self.photographs[number % len(self.photographs)], side, rng)
        if number >= AS_THEY_ARE:
            picture = covered(light(rng)(picture.flip(3) if number % 2 else picture), calm(side, rng), rng)
        return Piece(picture, self._strength(number))

    def painted(self, piece: Piece, go_on: Callable[[], bool]) -> Tensor:
        """The stylizer's painting of a piece, of its shape. go_on: asked after every evaluation; Cancelled when it answers no."""
        side = piece.content.shape[-1]
        kind = device_kind(self.device_id)
        asked = Parameters(preset=PRESET, native_size=True, strength=piece.strength, precision=self.precision, seed=self.seed)
        resolved = resolve(asked, side, side, kind, bf16=self.precision is Precision.BF16)
        styles = tuple(replace(one, scale=min(LARGEST_SCALE, one.scale * self.side / side)) for one in self.styles)
        task = Task(pixels(piece.content), styles, resolved, self.weights)
        found = self.stylizer.paint(task, lambda _: Verdict.GO_ON if go_on() else Verdict.CANCEL)
        return tensor(found.rgb, torch.device("cpu")).clamp(0, 1)

    def _strength(self, number: int) -> float:
        turn = number + number // len(STRENGTHS)  # so that no photograph always has the same
        return min(100.0, self.strength * STRENGTHS[turn % len(STRENGTHS)])
