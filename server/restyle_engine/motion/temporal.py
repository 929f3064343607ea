"""Owns what holds a painting to what was painted before: γ · mean(c (x − ω)²) (Ruder et al. 2016, equation 7), and how fast each place may change."""

from __future__ import annotations

import torch
from torch import Tensor

HELD = 60.0  # γ, beside a style loss of 1, of pixels in 0–1
CALM = 0.3  # of the pace at which what is new is painted, where the painting before can be trusted: it has only lost some sharpness on its way
BLURRED = 0.05  # of the style's loss that a scene began with: so much more, and what is trusted changes at that pace; at none where it is as near already


class Temporal:
    """The term at one size."""

    def __init__(self, before: Tensor, trust: Tensor, still: Tensor, nearness: float) -> None:
        """What a Prior has, at that size."""
        self._before, self._trust, self._nearness = before, trust, nearness
        self.moves = 1 - still  # (1, 1, h, w) in 0–1, how far each place may change
        self.fresh = self.moves * (1 - self._trust)  # (1, 1, h, w) in 0–1, what no painting before tells of

    def gradient(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """The term at an image (1, 3, h, w), a scalar, and its gradient."""
        away = image - self._before
        pull = self._trust * away
        return HELD * (pull * away).mean(), pull * (2 * HELD / away.numel())

    def pace(self, loss: float, *, shallow: bool = False) -> Tensor:
        """How fast each place may change, (1, 1, h, w) in 0–1, by the style's loss in the finish: what is trusted only as far as it has been blurred, else a
        scene would come nearer to its style with each frame. shallow: the loss is that of the details, which says nothing of it."""
        known = self._nearness > 0 and not shallow
        blurred = (loss / self._nearness - 1) / BLURRED if known else 1.0
        return self.moves * (1 - (1 - CALM * min(1.0, max(0.0, blurred))) * self._trust)

    def kept(self, image: Tensor) -> Tensor:
        """An image (1, 3, h, w) with what stands still as it was, which on its way from a smaller size has lost some sharpness."""
        return torch.where(self.moves > 0, image, self._before)
