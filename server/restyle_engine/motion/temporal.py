"""Owns what holds a painting to what was painted before: γ · mean(c (x − ω)²) (Ruder et al. 2016, equation 7), and how fast each place may change."""

from __future__ import annotations

import torch
from torch import Tensor

from ..resizing import resized, resized_map
from .prior import Prior

HELD = 60.0  # γ, beside a style loss of 1, of pixels in 0–1
CALM = 0.3  # of the pace at which what is new is painted, where the painting before can be trusted: it has only lost some sharpness on its way


class Temporal:
    """The term at one size."""

    def __init__(self, prior: Prior, width: int, height: int) -> None:
        self._before = resized(prior.painting, width, height)
        self._trust = resized_map(prior.trust, width, height)
        still = resized_map(prior.still, width, height)
        self.pace = (1 - still) * (1 - (1 - CALM) * self._trust)  # (1, 1, h, w) in 0–1; 0: it stays as it is
        self.free = (still < 1).to(still)

    def gradient(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """The term at an image (1, 3, h, w), a scalar, and its gradient."""
        away = image - self._before
        pull = self._trust * away
        return HELD * (pull * away).mean(), pull * (2 * HELD / away.numel())

    def kept(self, image: Tensor) -> Tensor:
        """An image (1, 3, h, w) with what stands still as it was, which on its way from a smaller size has lost some sharpness."""
        return torch.where(self.free > 0, image, self._before)


def begun(prior: Prior, content: Tensor) -> Tensor:
    """Where a frame begins, (1, 3, h, w): with what was painted before where that can be trusted, else with its own content, in the colours that count."""
    return torch.lerp(content, prior.painting, prior.trust).clamp(0, 1)
