"""Owns the shape of the network behind a look: its widths, the tensors it has, what it costs, and how far it sees. Imports no torch.

A U-net at halves, quarters and eighths of the picture, without any statistics of what it paints, so that every rectangle comes out as in the whole picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

GRID = 8  # px: side of what one position of the coarsest level stands for
NOISES = 2  # channels of noise at each level
ASIDE = NOISES + 1  # channels that come beside a picture's at each level: noise and strength
FOLDED = 3 * 2 * 2  # channels of a picture at half its size, 2 × 2 px in one position
LEVELS = (2, 4, 8)  # px, by level
FINE = 8  # channels at the picture's own size


@dataclass(frozen=True)
class Layout:
    """half, quarter, eighth: channels at these sizes. before, middle, after: residual blocks at quarters on the way in, at eighths, and at quarters on the way
    out."""

    half: int
    quarter: int
    eighth: int
    before: int
    middle: int
    after: int

    @cached_property
    def convolutions(self) -> Mapping[str, tuple[int, int, int, int]]:
        """By name, in running order: channels in and out, side of the filters, and px that one position of the result stands for."""
        blocks = {}
        for group, count, channels, level in (
            ("before", self.before, self.quarter, 4),
            ("middle", self.middle, self.eighth, 8),
            ("after", self.after, self.quarter, 4),
        ):
            for number in range(count):
                beside = 0 if group == "after" or (group == "before" and number) else ASIDE
                blocks[f"{group}{number}a"] = (channels + beside, channels, 3, level)
                blocks[f"{group}{number}b"] = (channels, channels, 3, level)
        return {
            "entrance": (FOLDED + ASIDE, self.half, 3, 2),
            "to_quarter": (self.half, self.quarter, 3, 4),
            **{name: one for name, one in blocks.items() if name.startswith("before")},
            "to_eighth": (self.quarter, self.eighth, 3, 8),
            **{name: one for name, one in blocks.items() if name.startswith("middle")},
            "from_eighth": (self.eighth, self.quarter, 1, 8),
            "quarter": (self.quarter, self.quarter, 3, 4),
            **{name: one for name, one in blocks.items() if name.startswith("after")},
            "from_quarter": (self.quarter, self.half, 1, 4),
            "half0": (self.half, self.half, 3, 2),
            "half1": (self.half, self.half, 3, 2),
            "exit": (self.half, 4 * FINE, 3, 2),
            "fine": (FINE + 3, 3, 3, 1),
            "palette": (3, 3, 1, 1),
        }

    @cached_property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Of all tensors, by name."""
        found: dict[str, tuple[int, ...]] = {}
        for name, (inputs, outputs, side, _) in self.convolutions.items():
            found[f"{name}.weight"] = (outputs, inputs, side, side)
            found[f"{name}.bias"] = (outputs,)
        return found

    @property
    def parameters(self) -> int:
        """How many numbers it has."""
        return sum(prod(shape) for shape in self.shapes.values())

    @property
    def multiplications(self) -> float:
        """Per pixel."""
        return sum(inputs * outputs * side**2 / level**2 for inputs, outputs, side, level in self.convolutions.values())

    @property
    def reach(self) -> int:
        """px, a multiple of GRID: how far a pixel's change is seen. Filters of side 3 look one position further, those that halve the size one of what they
        read, the means of 2 × 2 px one pixel; what is read, and what one position of the coarsest level paints, begins on the GRID."""
        steps = 1 + sum(level // 2 if name.startswith("to_") else level for name, (_, _, side, level) in self.convolutions.items() if side == 3)
        return -(-(steps + GRID - 1) // GRID) * GRID


LAYOUT = Layout(half=32, quarter=64, eighth=72, before=1, middle=2, after=1)
REACH = LAYOUT.reach
