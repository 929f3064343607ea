"""Owns the term that keeps a picture between black and white: soft walls near 0 and 1."""

from __future__ import annotations

from torch import Tensor

MARGIN = 0.02  # of the range: where its soft walls begin, so that what leans on them is not clipped; at 0.01, dark ink leant over by a little


def gamut(image: Tensor) -> Tensor:
    """Mean squared distance to the range 0–1, less a MARGIN at either end."""
    return (image - image.clamp(MARGIN, 1 - MARGIN)).square().mean()
