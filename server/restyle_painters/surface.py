"""Owns the surface that is painted on: colour and relief, and the light that falls on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import fields
from .arrays import FloatArray


@dataclass(slots=True)
class Surface:
    """rgb: float32 (h, w, 3) in 0..1, sRGB-encoded; relief: float32 (h, w), thickness of the paint in px. Painted in place."""

    rgb: FloatArray
    relief: FloatArray

    @classmethod
    def primed(cls, shape: tuple[int, int], colour: ArrayLike) -> Surface:
        """A bare surface of one colour, or of one colour per pixel."""
        rgb = np.empty((*shape, 3), np.float32)
        rgb[:] = np.asarray(colour, np.float32)
        return cls(rgb, np.zeros(shape, np.float32))

    @property
    def shape(self) -> tuple[int, int]:
        return self.relief.shape[0], self.relief.shape[1]


def lit(surface: Surface, depth: float = 1.0, gloss: float = 0.2, azimuth: float = -2.2, soften: float = 0.7) -> FloatArray:
    """The surface under a lamp from the upper left: float32 (h, w, 3) in 0..1. depth: how strongly relief shades; gloss: 0..1 of white in highlights."""
    relief = fields.blurred(surface.relief, soften) * depth
    down, across = np.gradient(relief)
    length = np.sqrt(across**2 + down**2 + 1)
    toward_x, toward_y, up = 0.72 * np.cos(azimuth), 0.72 * np.sin(azimuth), 0.69
    facing = (-across * toward_x - down * toward_y + up) / length
    shade = 1 + 0.75 * (facing - up)
    half = (-across * toward_x - down * toward_y + (up + 1)) / (length * np.sqrt(2 + 2 * up))
    shine = gloss * np.clip((half - 0.955) / 0.045, 0, 1) ** 3 * np.clip((facing - up) * 4, 0, 1)
    return np.asarray(np.clip(surface.rgb * shade[..., None] * (1 - shine[..., None]) + shine[..., None], 0, 1), np.float32)


def shaded(rgb: FloatArray, factor: FloatArray) -> FloatArray:
    """Colours (h, w, 3) times a factor (h, w), towards white above 1 so that hues survive."""
    factor = factor[..., None]
    return np.asarray(np.where(factor <= 1, rgb * factor, 1 - (1 - rgb) * np.exp(1 - factor)), np.float32)


def over(below: FloatArray, above: ArrayLike, cover: FloatArray) -> FloatArray:
    """`above` (a colour, or one per pixel) laid over `below` (h, w, 3) with coverage (h, w)."""
    return np.asarray(below + cover[..., None] * (np.asarray(above, np.float32) - below), np.float32)


def levels(rgb: FloatArray) -> NDArray[np.uint8]:
    """uint8 (h, w, 3), rounded."""
    return np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
