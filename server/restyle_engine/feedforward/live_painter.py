"""Owns painting with a look: rectangles of a canvas, each as it is in the whole picture."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..device import prefers_bf16
from ..objective.strength import Strength
from ..parameters import Precision
from ..resizing import pixels, tensor
from ..task import Pixels
from .canvas_noise import canvas_noise
from .layout import GRID, REACH
from .look import Look
from .small_network import painted

__all__ = ["GRID", "REACH", "LivePainter"]

TILE = 1024  # px, side of what is painted at once: bounds the memory, about 300 bytes per pixel, whatever the rectangle


class LivePainter:
    """Paints with one look at a time, on one device. Not for two threads at once."""

    def __init__(self, device_id: str = "cpu", precision: Precision | None = None) -> None:
        """precision: of the activations; None: what the device is faster with."""
        self._device = torch.device(device_id)
        chosen = precision or (Precision.BF16 if prefers_bf16(device_id) else Precision.FP32)
        self._dtype = torch.bfloat16 if chosen is Precision.BF16 else torch.float32
        self._tensors: dict[str, Tensor] = {}

    def place(self, look: Look) -> None:
        """From now on, paints with this look."""
        self._tensors = {name: self._placed(one) for name, one in look.tensors.items()}

    def _placed(self, values: Tensor) -> Tensor:
        here = values.to(self._device, self._dtype)
        return here.contiguous(memory_format=torch.channels_last) if here.dim() == 4 else here

    @torch.no_grad()
    def paint(self, content: Pixels, x: int, y: int, strength: float, period: tuple[int, int] = (0, 0)) -> Pixels:
        """A rectangle of a canvas as it is painted. content: float32 (h, w, 3), sRGB-encoded; what lies outside 0–1 is added back to the painting of the
        rest. x, y: px of the canvas at its upper left. strength: 0–100, 0 is the content itself. period: px, right and down, after which the canvas repeats;
        0: it doesn't.

        What is within REACH of an edge that isn't the canvas's own is not as in the whole picture. ValueError before any look is placed."""
        if not self._tensors:
            raise ValueError("no look has been placed")
        result = content.copy()
        if strength <= 0:
            return result
        height, width = content.shape[:2]
        for top in range(0, height, TILE):
            for left in range(0, width, TILE):
                bottom, right = min(top + TILE, height), min(left + TILE, width)
                rows, columns = slice(max(0, top - REACH), bottom + REACH), slice(max(0, left - REACH), right + REACH)
                part = self._change(content[rows, columns], x + columns.start, y + rows.start, strength, period)
                inner = part[top - rows.start : bottom - rows.start, left - columns.start : right - columns.start]
                result[top:bottom, left:right] += inner
        return result

    def _change(self, content: Pixels, x: int, y: int, strength: float, period: tuple[int, int]) -> Pixels:
        """What painting adds to a rectangle that is painted at once."""
        height, width = content.shape[:2]
        left, top = x % GRID, y % GRID
        picture = tensor(content, self._device).clamp(0, 1)
        whole = F.pad(picture, (left, -(left + width) % GRID, top, -(top + height) % GRID), mode="replicate")
        noise = [torch.from_numpy(one)[None].to(self._device) for one in canvas_noise(x - left, y - top, whole.shape[-1], whole.shape[-2], period)]
        share = torch.tensor([strength / 100], device=self._device)
        found = painted(self._tensors, whole, noise, share)[..., top : top + height, left : left + width].clamp(0, 1)
        return np.asarray(pixels(Strength(strength).shown(*picture.shape[:1:-1]).to(picture) * (found - picture)))
