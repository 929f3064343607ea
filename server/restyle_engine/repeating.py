"""Owns what lies beyond the border of a picture that repeats: the opposite side, taken there, and given back where it came from."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from .parameters import Seamless

TRIED = 64  # widths of a border, in px: any side that repeats up to 1024 px, and any half of one, has a border among them that fits exactly

Resize = Callable[[Tensor, int, int], Tensor]
"""A picture (1, c, h, w) at another width and height."""


def taken(values: Tensor, axis: int, start: int, stop: int) -> Tensor:
    """The positions start … stop along an axis of values that repeat along it: below 0 and beyond the end lies the other side."""
    length = values.shape[axis]
    if start >= 0 and stop <= length:
        return values.narrow(axis, start, stop - start)
    return values.index_select(axis, _places(values, axis, start, stop))


def framed(values: Tensor, seamless: Seamless = Seamless.NONE, px: int = 1) -> Tensor:
    """(1, c, h + 2 px, w + 2 px) of (1, c, h, w): its border repeated, as zeros would be seen as a frame; of an axis that is seamless, its other side, of at
    least as many px."""
    across, down = px * (not seamless.across), px * (not seamless.down)
    values = F.pad(values, (across, across, down, down), mode="replicate") if across or down else values
    for axis, repeats in ((-1, seamless.across), (-2, seamless.down)):
        if repeats:
            values = torch.cat((values.narrow(axis, values.shape[axis] - px, px), values, values.narrow(axis, 0, px)), axis)
    return values


def given(total: Tensor, axis: int, start: int, values: Tensor) -> Tensor:
    """Values that lie at `start` and on along an axis, as those of a total's length that repeat: what came from one place is added up. The transpose of
    taken."""
    length, stop = total.shape[axis], start + values.shape[axis]
    if start == 0 and stop == length:
        return values
    shape = list(values.shape)
    shape[axis] = length
    return values.new_zeros(shape).index_add_(axis, _places(total, axis, start, stop), values)


def _places(values: Tensor, axis: int, start: int, stop: int) -> Tensor:
    return torch.arange(start, stop, device=values.device).remainder_(values.shape[axis])


def border(length: int, wanted: int, reach: int, repeats: bool) -> tuple[int, int]:
    """Positions to take on each side of an axis before it is brought from one length to another, and to cut off after: at least `reach`, and as nearly a
    whole number of either as can be."""
    if not repeats:
        return 0, 0
    found = min(range(reach, reach + TRIED), key=lambda count: abs(count * wanted - round(count * wanted / length) * length))
    return found, round(found * wanted / length)


def resized_repeating(image: Tensor, width: int, height: int, seamless: Seamless, reach: int, resize: Resize) -> Tensor:
    """A picture (1, c, h, w) at another size, by a way of resizing that looks `reach` px far."""
    (left, cut_left), (top, cut_top) = _borders(image, width, height, seamless, reach)
    wider = taken(taken(image, -1, -left, image.shape[-1] + left), -2, -top, image.shape[-2] + top)
    found = resize(wider, width + 2 * cut_left, height + 2 * cut_top)
    return found[..., cut_top : cut_top + height, cut_left : cut_left + width]


def resized_back(gradient: Tensor, like: Tensor, seamless: Seamless, reach: int, back: Resize) -> Tensor:
    """The gradient by the picture that was resized, of the size of another tensor, from that by the result. back: the transpose of the way of resizing, to
    the width and height of what it saw."""
    (height, width), (rows, columns) = gradient.shape[-2:], like.shape[-2:]
    (left, cut_left), (top, cut_top) = _borders(like, width, height, seamless, reach)
    wider = F.pad(gradient, (cut_left, cut_left, cut_top, cut_top)) if cut_left or cut_top else gradient
    found = back(wider, columns + 2 * left, rows + 2 * top)
    return given(like, -1, -left, given(like, -2, -top, found))


def _borders(image: Tensor, width: int, height: int, seamless: Seamless, reach: int) -> tuple[tuple[int, int], tuple[int, int]]:
    rows, columns = image.shape[-2:]
    return border(columns, width, reach, seamless.across), border(rows, height, reach, seamless.down)
