"""Owns paper and what ink does on it: laid and toothed sheets, the print of an inked block."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import fields
from .arrays import FloatArray
from .surface import over, shaded


def tooth(shape: tuple[int, int], unit: float, rng: np.random.Generator) -> FloatArray:
    """The height of a rough sheet, deviation about 1."""
    field = fields.noise(shape, 5 * unit, rng) + 0.7 * fields.noise(shape, 2.6 * unit, rng) + 0.5 * fields.noise(shape, 11 * unit, rng)
    return np.asarray(field / field.std(), np.float32)


def laid(shape: tuple[int, int], colour: ArrayLike, shade: ArrayLike, unit: float, rng: np.random.Generator, strength: float = 0.03) -> FloatArray:
    """A sheet with long fibres and slow stains: float32 (h, w, 3)."""
    fibres = fields.noise(shape, (2.2 * unit, 26 * unit), rng) + fields.noise(shape, (19 * unit, 2.4 * unit), rng)
    sheet = shaded(np.broadcast_to(np.asarray(colour, np.float32), (*shape, 3)), 1 + strength * (0.5 * fibres + 0.5 * tooth(shape, unit, rng)))
    stain = fields.smoothstep(0.2, 2.2, fields.fractal(shape, 420 * unit, rng, 5))
    return over(sheet, np.asarray(shade, np.float32), 0.5 * stain)


def printed(sheet: FloatArray, ink: ArrayLike, block: FloatArray, unit: float, rng: np.random.Generator) -> FloatArray:
    """A block printed on a sheet: ink pressed out to the edges of every form, thin where the paper is low. block (h, w): 1 prints."""
    shape = (block.shape[0], block.shape[1])
    edge = block - fields.blurred(block, 2.2 * unit)
    rough = tooth(shape, unit * 0.7, rng)
    slow = fields.fractal(shape, 260 * unit, rng, 4)
    worn = fields.smoothstep(1.55, 2.6, rough + 0.45 * slow - 3 * np.clip(edge, 0, 1))
    grain = np.clip(0.93 + 0.045 * rough + 0.03 * slow + 0.12 * edge, 0, 1)
    spread = np.clip((block - 0.5 + 0.10 * rough) * 2.2 + 0.5, 0, 1)
    return over(sheet, ink, np.asarray(spread * grain * (1 - 0.75 * worn), np.float32))
