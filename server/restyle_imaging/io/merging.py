"""Owns merging layers in the mode Normal: which colour and alpha a pixel has with another one over it, and in which space the two are mixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, strips
from ..color import srgb

IN_LINEAR, IN_OWN, IN_PERCEPTUAL = 1, 2, 4  # spaces in which layers are mixed, by GIMP's numbers


@dataclass(frozen=True, slots=True)
class Mixing:
    """Between colours as they are stored, (n, 1 or 3), and sRGB-encoded ones, both ways."""

    to_srgb: Callable[[Floats], Floats]
    from_srgb: Callable[[Floats], Floats]

    def mixed(self, below: Floats, above: Floats, share: Floats, space: int) -> Floats:
        """share: of the upper one."""
        if space == IN_OWN:
            return below * (1 - share) + above * share
        low, high = self.to_srgb(below), self.to_srgb(above)
        if space == IN_LINEAR:
            return self.from_srgb(srgb.encode(srgb.decode(low) * (1 - share) + srgb.decode(high) * share))
        return self.from_srgb(low * (1 - share) + high * share)


class Canvas:
    """What has been merged so far. colors: (h, w, 1 or 3) as they are stored, of which 1 is full; alpha: (h, w)."""

    def __init__(self, height: int, width: int, count: int, mixing: Mixing) -> None:
        self.colors, self.alpha = np.zeros((height, width, count), np.float32), np.zeros((height, width), np.float32)
        self.mixing = mixing
        self.edges = (width, height, 0, 0)  # left, top, right and bottom of what has been laid on it

    def laid(self) -> tuple[Floats, Floats, int, int]:
        """Colours and alpha, as far as anything has been laid on it, and its corner's left and top."""
        left, top, right, bottom = self.edges
        return self.colors[top:bottom, left:right], self.alpha[top:bottom, left:right], left, top

    def lay(self, shown: Floats, alpha: Floats, left: int, top: int, space: int) -> None:
        """Puts colours (h, w, 1 or 3) and alpha (h, w) over it, their corner at left, top."""
        height, width = self.alpha.shape
        across = slice(max(0, -left), min(alpha.shape[1], width - left))
        first, last = max(0, -top), min(alpha.shape[0], height - top)
        if first >= last or across.start >= across.stop:
            return
        edges = self.edges
        self.edges = (min(edges[0], across.start + left), min(edges[1], first + top), max(edges[2], across.stop + left), max(edges[3], last + top))
        for rows in strips(last - first, across.stop - across.start):
            down = slice(rows.start + first, rows.stop + first)
            here = (slice(down.start + top, down.stop + top), slice(across.start + left, across.stop + left))
            below, above, colors_here = self.alpha[here], alpha[down, across], self.colors[here]
            both = above + (1 - above) * below
            share = np.divide(above, both, out=np.zeros_like(both), where=both > 0)
            alone, mixed = share >= 1, (share > 0) & (share < 1)
            colors_here[alone] = shown[down, across][alone]
            if mixed.any():
                colors_here[mixed] = self.mixing.mixed(colors_here[mixed], shown[down, across][mixed], share[mixed][:, None], space)
            self.alpha[here] = both


def moved(mask: Floats, left: int, top: int, shape: tuple[int, ...]) -> Floats:
    """A mask on a canvas of that shape, its corner at left, top; nothing beside it."""
    moved = Canvas(shape[0], shape[1], 1, Mixing(lambda own: own, lambda shown: shown))
    moved.lay(mask[..., None], mask, left, top, IN_OWN)
    return moved.alpha
