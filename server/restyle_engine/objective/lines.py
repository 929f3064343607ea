"""Owns which of what people read is to stay, and how far: a small face or word as a whole, of a large one the lines, eyes, mouth, nostrils and outline.

What lies between the lines of a large one, cheeks and grounds, is left to the style, and the lines themselves are held less: they are large enough to be read
as they are painted. Held as a whole, a face that fills the picture is a tinted photo.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..resizing import resized, resized_map
from .outlines import band

SIDE = 256  # px, longest side at which lines are looked for, whatever the picture's, as strokes keep their size on the canvas: what is finer is skin, hair
NEARBY = 24.0  # px, standard deviation of the surroundings by whose lines a line is judged: a face in the shade beside one in the sun keeps its own
STRONG = 1.2  # times the mean band of its surroundings, above which a line is one
WIDTH = 9  # px of a stroke, around each line
LARGE, SMALL = 0.65, 0.75  # shares of what is read that lie on lines so wide: of faces that fill a picture 0.58 to 0.67, of 45 px 0.8, of small letters 0.9
HELD = 0.25  # of what holds a small one, the lines of a large one: held as a small one is, a face that fills the picture is a photo of one
FLAT = 1e-6  # band of what has no lines at all


@torch.no_grad()
def lines(photo: Tensor, read: Tensor) -> Tensor:
    """How far each place is to stay, (1, 1, h, w) in 0–1. photo: (1, 3, h, w) in 0–1; read: where people read, as reading.read has it."""
    height, width = photo.shape[-2:]
    factor = SIDE / max(width, height)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    counted = resized_map(read, *size)
    strength = F.max_pool2d(band(resized(photo, *size).clamp(0, 1)).abs(), 3, 1, 1)
    around = _nearby(strength * counted) / _nearby(counted).clamp(min=FLAT)
    found = (strength > STRONG * around.clamp(min=FLAT)).float()
    wide = F.avg_pool2d(F.max_pool2d(found, WIDTH, 1, WIDTH // 2), WIDTH, 1, WIDTH // 2, count_include_pad=False)
    share = _nearby(wide * counted) / _nearby(counted).clamp(min=FLAT)
    whole = ((share - LARGE) / (SMALL - LARGE)).clamp(0, 1)
    return read * resized_map(torch.lerp(HELD * wide, torch.ones_like(wide), whole), width, height)


def _nearby(plane: Tensor) -> Tensor:
    """(1, 1, h, w) averaged over its surroundings; beyond the border there is nothing."""
    reach = round(2 * NEARBY)
    taps = torch.exp(-torch.arange(-reach, reach + 1, dtype=plane.dtype, device=plane.device).square() / (2 * NEARBY**2))
    taps = taps / taps.sum()
    return F.conv2d(F.conv2d(plane, taps.view(1, 1, 1, -1), padding=(0, reach)), taps.view(1, 1, -1, 1), padding=(reach, 0))
