"""Owns 3×3 convolutions by Winograd's minimal filtering, F(4×4, 3×3): a quarter of the multiplications, for some additions (Lavin & Gray 2016, section 4.3).

Pictures lie channels last, (h, w, C). They are cut into tiles that overlap by two positions. A transformed tile has a number for each place and channel; one
matrix product per place takes all tiles from channels to channels. The way back to the input is the exact transpose of all that, with the same filters.
Rounding errors are ten times those of a direct convolution: 2e-6 in fp32.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

Rows = tuple[tuple[float, ...], ...]
Steps = tuple[Rows, Rows]
STRIP = 1 << 21  # transformed numbers that are worked on at a time: a cache holds 8 MB of fp32, and filters are not read anew too often
OWN = 4  # positions of a tile, along one axis, that come out of it; it sees two more
PLACES = OWN + 2  # of a transformed tile, along one axis: 36 multiplications for the 144 of a direct convolution
FILTERS: Rows = ((1 / 4, 0, 0), (-1 / 6, -1 / 6, -1 / 6), (-1 / 6, 1 / 6, -1 / 6), (1 / 24, 1 / 12, 1 / 6), (1 / 24, -1 / 12, 1 / 6), (0, 0, 1))  # G
SEEN: Steps = (  # Bᵀ, as the product of two sparse steps, which share what their results have in common
    ((1, 0, -1, 0, 0, 0), (0, -1, 0, 1, 0, 0), (0, 0, -1, 0, 1, 0), (0, 0, 0, -1, 0, 1), (0, 0, -4, 0, 1, 0), (0, -4, 0, 1, 0, 0)),
    ((4, 0, 1, 0, 0, 0), (0, 0, 0, 0, 1, 1), (0, 0, 0, 0, 1, -1), (0, 2, 1, 0, 0, 0), (0, -2, 1, 0, 0, 0), (0, -4, 0, 1, 0, 0)),
)
RESULT: Steps = (  # Aᵀ, likewise
    ((1, 0, 0, 0, 0, 0), (0, 1, 1, 0, 0, 0), (0, 1, -1, 0, 0, 0), (0, 0, 0, 1, 1, 0), (0, 0, 0, 1, -1, 0), (0, 0, 0, 0, 0, 1)),
    ((1, 1, 0, 1, 0, 0), (0, 0, 1, 0, 2, 0), (0, 1, 0, 4, 0, 0), (0, 0, 1, 0, 8, 1)),
)


def transformed(weight: Tensor) -> Tensor:
    """Filters (out, in, 3, 3) as (36, in, out); float32."""
    matrix = torch.tensor(FILTERS, dtype=torch.float32)
    return torch.einsum("ij,ocjk,lk->ilco", matrix, weight, matrix).reshape(PLACES**2, weight.shape[1], weight.shape[0]).contiguous()


def convolved(padded: Tensor, filters: Tensor) -> Tensor:
    """(h, w, out) of a picture (h + 2, w + 2, in) with its border. Without gradient."""
    n, (height, width, inputs), outputs = OWN, padded.shape, filters.shape[2]
    rows, columns = -(-(height - 2) // n), -(-(width - 2) // n)
    padded = _extended(padded, rows * n + 2, columns * n + 2)
    result = padded.new_empty(rows, n, columns * n, outputs)
    for first, last in _strips(rows, columns * max(inputs, outputs) * PLACES**2):
        count = last - first
        seen = padded[first * n : last * n + 2]
        across = seen.new_empty(PLACES, count, seen.shape[1], inputs)
        _mixed(SEEN, [seen[i : i + n * (count - 1) + 1 : n] for i in range(PLACES)], across.unbind())
        tiles = seen.new_empty(PLACES, PLACES, count, columns, inputs)
        _mixed(SEEN, [across[:, :, i : i + n * (columns - 1) + 1 : n] for i in range(PLACES)], tiles.unbind(1))
        products = torch.bmm(tiles.view(-1, count * columns, inputs), filters).view(PLACES, PLACES, count, columns, outputs)
        across = seen.new_empty(PLACES, count, columns, n, outputs)
        _mixed(RESULT, products.unbind(1), across.unbind(3))
        _mixed(RESULT, across.flatten(2, 3).unbind(), result[first:last].unbind(1))
    return result.view(rows * n, columns * n, outputs)[: height - 2, : width - 2]


def returned(gradient: Tensor, filters: Tensor) -> Tensor:
    """The gradient (h + 2, w + 2, in) by the picture with its border, of one (h, w, out) by the result."""
    n, (height, width, outputs), inputs = OWN, gradient.shape, filters.shape[1]
    rows, columns = -(-height // n), -(-width // n)
    gradient = _extended(gradient, rows * n, columns * n)
    back, seen_back = [_transposed(step) for step in reversed(RESULT)], [_transposed(step) for step in reversed(SEEN)]
    result = gradient.new_zeros(rows * n + 2, columns * n + 2, inputs)
    for first, last in _strips(rows, columns * max(inputs, outputs) * PLACES**2):
        count = last - first
        own = gradient[first * n : last * n].view(count, n, columns * n, outputs)
        across = own.new_empty(PLACES, count, columns, n, outputs)
        _mixed(back, own.unbind(1), across.flatten(2, 3).unbind())
        tiles = own.new_empty(PLACES, PLACES, count, columns, outputs)
        _mixed(back, across.unbind(3), tiles.unbind(1))
        products = torch.bmm(tiles.view(-1, count * columns, outputs), filters.transpose(1, 2)).view(PLACES, PLACES, count, columns, inputs)
        across = own.new_zeros(PLACES, count, columns * n + 2, inputs)
        for i, part in enumerate(_mixed(seen_back, products.unbind(1))):
            across[:, :, i : i + n * (columns - 1) + 1 : n] += part
        for i, part in enumerate(_mixed(seen_back, across.unbind())):
            result[first * n + i : last * n + i - n + 1 : n] += part
    return result[: height + 2, : width + 2]


def _mixed(steps: Sequence[Rows], parts: Sequence[Tensor], places: Sequence[Tensor] | None = None) -> Sequence[Tensor]:
    """Linear combinations of parts by the product of the steps, written into places."""
    *earlier, last = steps
    for step in earlier:
        parts = [_sum(row, parts, None) for row in step]
    return [_sum(row, parts, None if places is None else places[i]) for i, row in enumerate(last)]


def _sum(row: tuple[float, ...], parts: Sequence[Tensor], place: Tensor | None) -> Tensor:
    terms = sorted(((factor, part) for factor, part in zip(row, parts, strict=True) if factor), key=lambda term: term[0] != 1)
    (scale, first), *others = terms
    if not others:
        if place is None:
            return first if scale == 1 else first * scale
        return torch.mul(first, scale, out=place) if scale != 1 else place.copy_(first)
    (factor, second), *others = others
    total = torch.add(first, second, alpha=factor / scale, out=place)
    for factor, part in others:
        total.add_(part, alpha=factor / scale)
    return total if scale == 1 else total.mul_(scale)


def _transposed(rows: Rows) -> Rows:
    return tuple(zip(*rows, strict=True))


def _extended(picture: Tensor, height: int, width: int) -> Tensor:
    """With zeros below and to the right; no copy where there are none."""
    below, right = height - picture.shape[0], width - picture.shape[1]
    return F.pad(picture, (0, 0, 0, right, 0, below)) if below or right else picture


def _strips(rows: int, numbers: int) -> list[tuple[int, int]]:
    """First and last rows of tiles, all strips of about one size. numbers: of one row."""
    count = min(rows, max(1, -(-rows * numbers // STRIP)))
    edges = [rows * i // count for i in range(count + 1)]
    return list(pairwise(edges))
