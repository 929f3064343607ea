"""Owns the geometry of tiles: which pixels a tile owns, and how much of its surroundings it must see for exact activations and gradients.

Nothing is approximated: each position of each layer belongs to one tile, which sees everything that the position depends on. The sum of the tiles' statistics,
losses and gradients is the whole picture's, up to rounding.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from ..network.vgg import convolutions, depth
from ..parameters import Seamless
from ..repeating import given, taken

ALIGNMENT = 16  # px: the stride of relu5_1, so that every tile's poolings fall where the whole picture's do


@dataclass(frozen=True, slots=True)
class Span:
    """Part of one axis, in px: what is owned lies within what is seen. Both begin at multiples of ALIGNMENT and end at such or at the picture's end. Of an axis
    that repeats, what is seen goes on below 0 and beyond the end."""

    start: int
    stop: int
    seen_start: int
    seen_stop: int

    def own(self, level: int) -> slice:
        """The owned positions after so many poolings, in the whole picture."""
        return slice(self.start >> level, -(-self.stop >> level))

    def inner(self, level: int) -> slice:
        """The owned positions after so many poolings, in what is seen."""
        return slice((self.start - self.seen_start) >> level, -(-(self.stop - self.seen_start) >> level))

    def beyond(self) -> slice:
        """The owned px and, where the picture goes on, one more, in what is seen."""
        return slice(self.start - self.seen_start, min(self.stop + 1, self.seen_stop) - self.seen_start)


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of a picture. seamless: the axes along which what it sees is a whole period, so that its own other side goes on beyond its border."""

    rows: Span
    columns: Span
    seamless: Seamless = Seamless.NONE

    def own(self, values: Tensor, level: int = 0) -> Tensor:
        """The owned part of the whole picture's values (…, h, w) after so many poolings."""
        return values[..., self.rows.own(level), self.columns.own(level)]

    def inner(self, values: Tensor, level: int = 0) -> Tensor:
        """The owned part of values (…, h, w) that cover what the tile sees, after so many poolings."""
        return window(values, self.rows.inner(level), self.columns.inner(level))

    def beyond(self, values: Tensor) -> Tensor:
        """The owned pixels and the next row and column, of values (…, h, w) that cover what the tile sees."""
        found = values[..., self.rows.beyond(), self.columns.beyond()]
        for axis, repeats in ((-1, self.seamless.across), (-2, self.seamless.down)):
            found = taken(found, axis, 0, found.shape[axis] + repeats)
        return found

    def seen(self, values: Tensor) -> Tensor:
        """What the tile sees of the whole picture's values (…, h, w)."""
        rows = taken(values, -2, self.rows.seen_start, self.rows.seen_stop)
        return taken(rows, -1, self.columns.seen_start, self.columns.seen_stop)

    def add(self, total: Tensor, values: Tensor) -> None:
        """Adds values (…, h, w) of what the tile sees to the whole picture's."""
        if self._within(total):
            self.seen(total).add_(values)
        else:
            total += given(total, -2, self.rows.seen_start, given(total, -1, self.columns.seen_start, values))

    def _within(self, total: Tensor) -> bool:
        """Whether what is seen is all of one period."""
        return all(span.seen_start >= 0 and span.seen_stop <= side for span, side in ((self.rows, total.shape[-2]), (self.columns, total.shape[-1])))

    @property
    def pixels(self) -> int:
        """How many the tile owns."""
        return (self.rows.stop - self.rows.start) * (self.columns.stop - self.columns.start)


def window(values: Tensor, rows: slice, columns: slice) -> Tensor:
    """values[..., rows, columns] of (…, h, w), whose gradient lies in memory as the values do: autograd's own lies channels first, and adding that to one that
    lies channels last takes as long as a convolution."""
    if (rows.start or 0, rows.step or 1, columns.start or 0, columns.step or 1) == (0, 1, 0, 1) and (rows.stop, columns.stop) == tuple(values.shape[-2:]):
        return values
    found: Tensor = _Window.apply(values, rows, columns)
    return found


class _Window(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, rows: slice, columns: slice) -> Tensor:
        ctx.rows, ctx.columns = rows, columns
        ctx.like = torch.empty_like(values, device="meta")  # shape and layout
        return values[..., rows, columns]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        gradient = torch.zeros_like(ctx.like, device=grads[0].device)
        gradient[..., ctx.rows, ctx.columns] = grads[0]
        return gradient, None, None


def halo(layers: Collection[str]) -> int:
    """How far a tile must see beyond what it owns, in px, for exact activations of those layers at the owned positions: 80 to relu5_1, 16 to relu3_1.

    Where a tile is cut, the first convolution's padding is wrong in one position, each further one adds one, and each pooling halves them, rounded
    up. The gradient needs no more: what an owned position depends on is seen, and its gradient reaches nothing else."""
    names = list(convolutions())
    widest, wrong, level = 0, 0, 0
    left = set(layers)
    for name in names:
        if not left:
            break
        if name[2] == "1" and level < int(name[0]) - 1:
            level += 1
            wrong = -(-wrong // 2)
        wrong += 1
        if f"relu{name}" in left:
            left.discard(f"relu{name}")
            widest = max(widest, wrong << depth(f"relu{name}"))
    return -(-widest // ALIGNMENT) * ALIGNMENT


def whole(width: int, height: int, seamless: Seamless = Seamless.NONE) -> tuple[Tile, ...]:
    """The one tile that is the picture."""
    return (Tile(Span(0, height, 0, height), Span(0, width, 0, width), seamless),)


def grid(width: int, height: int, side: int, margin: int, seamless: Seamless = Seamless.NONE) -> tuple[Tile, ...]:
    """Tiles of about side × side px that see `margin` px beyond, row by row, all of nearly one size. side and margin, and the length of an axis that
    repeats: multiples of ALIGNMENT."""
    down, across = spans(0, height, height, side, margin, seamless.down), spans(0, width, width, side, margin, seamless.across)
    return tuple(Tile(rows, columns) for rows in down for columns in across)


def spans(start: int, stop: int, length: int, side: int, margin: int, repeats: bool = False) -> list[Span]:
    """From start to stop of an axis of that length, each about `side` long; it sees `margin` px beyond. start: a multiple of ALIGNMENT."""
    count = max(1, -(-(stop - start) // side))
    step = -(-(stop - start) // (count * ALIGNMENT)) * ALIGNMENT
    found = [Span(at, min(at + step, stop), at - margin, min(at + step, stop) + margin) for at in range(start, stop, step)]
    return found if repeats else [replace(span, seen_start=max(0, span.seen_start), seen_stop=min(length, span.seen_stop)) for span in found]
