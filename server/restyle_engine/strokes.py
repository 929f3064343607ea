"""Owns the size of a style's strokes where nobody chose one: by the grain of the style and of the content, and by how far the style's picture reaches."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .parameters import SMALLEST_SIDE
from .resizing import LARGEST_ENLARGEMENT, resized_weighted, tensor
from .task import Pixels

SIDE = 256  # px, square root of the area at which grain is measured: the same for a picture of any size
OCTAVES = 6  # from 2 to 64 px there
LUMINANCE = (0.2126, 0.7152, 0.0722)
FLAT = 0.5 / 255  # amplitude of all octaves together, under which there is no grain, but rounding
SMALLEST, LARGEST = 0.35, 1.4  # sizes that were looked at, between which one is chosen
LEAST = 0.25  # that can be painted
USUAL = 0.62  # of a style and a content of usual grain
USUAL_STYLE, USUAL_CONTENT = 2.5, 2.8
FINER_STYLE = 1.4  # octaves that strokes are larger where the style is an octave finer
FINER_CONTENT = 0.2  # octaves that they are smaller where the content is
SUGGESTED = 0.25  # octaves that they are larger where the library suggests an octave more: what is measured came nearer to what was judged best


def grain(rgb: Pixels, weight: Pixels | None) -> float | None:
    """How coarse a picture is: the mean of log2 of the wavelengths of its luminance, weighted by the amplitudes of its octaves, in 1/128 of the square root of
    its area; 0, all as fine as it gets, to 5. rgb: (h, w, 3) in 0–1; weight: (h, w) in 0–1, the say of each pixel; None: all equal. None for a picture
    without a detail, or of which nothing counts."""
    height, width = rgb.shape[:2]
    factor = SIDE / math.sqrt(width * height)
    size = max(SMALLEST_SIDE, round(width * factor)), max(SMALLEST_SIDE, round(height * factor))
    device = torch.device("cpu")
    image = tensor(rgb, device).clamp(0, 1)
    counted = torch.ones_like(image[:, :1]) if weight is None else tensor(weight, device)
    small, say = resized_weighted(image, counted, *size)
    amplitudes = _amplitudes((small * torch.tensor(LUMINANCE)[:, None, None]).sum(1, keepdim=True), say)
    total = sum(amplitudes)
    if total < FLAT:
        return None
    return sum(octave * amplitude for octave, amplitude in enumerate(amplitudes)) / total


def _amplitudes(image: Tensor, say: Tensor) -> list[float]:
    """Root mean square of each octave of an image (1, 1, h, w), the finest first. say: the weight of each pixel."""
    found = []
    for _ in range(OCTAVES):
        height, width = (side // 2 * 2 for side in image.shape[-2:])
        if min(height, width) < 2:
            break
        image, say = image[..., :height, :width], say[..., :height, :width]
        coarse, below = F.avg_pool2d(image * say, 2), F.avg_pool2d(say, 2)
        coarse = coarse / below.clamp(min=1e-6)
        detail = (image - coarse.repeat_interleave(2, -1).repeat_interleave(2, -2)) ** 2 * say
        found.append(math.sqrt(float(detail.sum()) / max(float(say.sum()), 1e-6)))
        image, say = coarse, below
    return found


def suited(style: float | None, content: float | None, suggested: float | None, reach: float) -> float:
    """The size of strokes, 0.25–4, in hundredths. style, content: their grain; None: unknown, or nothing is painted but the style. suggested: the size
    that the library suggests for the style. reach: square root of the area of the style's picture, in parts of the work's: beyond twice that, there is nothing
    but blur."""
    octaves = SUGGESTED * math.log2(suggested or 1.0)
    octaves += 0.0 if style is None else FINER_STYLE * (USUAL_STYLE - style)
    octaves += 0.0 if content is None else FINER_CONTENT * (content - USUAL_CONTENT)
    scale = min(max(USUAL * 2**octaves, SMALLEST), LARGEST, max(LEAST, LARGEST_ENLARGEMENT * reach))
    return round(scale, 2)
