"""Owns 3×3 convolutions by Winograd's minimal filtering, F(4×4, 3×3): a quarter of the multiplications, and small products (Lavin & Gray 2016, 4.3).

Pictures lie channels last, (h, w, C). They are cut into tiles that overlap by two positions; both transforms of a tile, along its rows and columns, are one
product with a matrix of 36 columns. A transformed tile has a number for each place and channel; one matrix product per place takes all tiles from channels to
channels. Border, bias, ReLU and the mask of the way back are done while a strip of tiles is in the processor's cache. The way back to the input is the exact
transpose of all that, with the same filters. Rounding errors are ten times those of a direct convolution: 2e-6 in fp32.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from ..parameters import Seamless

TILES = 256  # that are worked on at a time, by all threads, so that results don't depend on their number: fewer read the filters anew too often
OWN = 4  # positions of a tile, along one axis, that come out of it; it sees two more
PLACES = OWN + 2  # of a transformed tile, along one axis: 36 multiplications for the 144 of a direct convolution
ALIKE = PLACES + 1  # the place whose number comes out at all positions of a tile alike: where a bias is added
FILTERS = ((1 / 4, 0, 0), (-1 / 6, -1 / 6, -1 / 6), (-1 / 6, 1 / 6, -1 / 6), (1 / 24, 1 / 12, 1 / 6), (1 / 24, -1 / 12, 1 / 6), (0, 0, 1))  # G
SEEN = ((4, 0, -5, 0, 1, 0), (0, -4, -4, 1, 1, 0), (0, 4, -4, -1, 1, 0), (0, -2, -1, 2, 1, 0), (0, 2, -1, -2, 1, 0), (0, 4, 0, -5, 0, 1))  # Bᵀ
RESULT = ((1, 1, 1, 1, 1, 0), (0, 1, -1, 2, -2, 0), (0, 1, 1, 4, 4, 0), (0, 1, -1, 8, -8, 1))  # Aᵀ
# for whole tiles, (36, 36) and (16, 36)
INWARD, OUTWARD = (torch.kron(matrix, matrix) for matrix in (torch.tensor(SEEN, dtype=torch.float32), torch.tensor(RESULT, dtype=torch.float32)))


def transformed(weight: Tensor) -> Tensor:
    """Filters (out, in, 3, 3) as (36, in, out); float32."""
    matrix = torch.tensor(FILTERS, dtype=torch.float32)
    return torch.einsum("ij,ocjk,lk->ilco", matrix, weight, matrix).reshape(PLACES**2, weight.shape[1], weight.shape[0]).contiguous()


def convolved(picture: Tensor, filters: Tensor, bias: Tensor, seamless: Seamless = Seamless.NONE) -> Tensor:
    """ReLU of the convolution, (h, w, out), of a picture (h, w, in) whose border is repeated outside, or whose other side goes on there. Without gradient."""
    (height, width, inputs), outputs = picture.shape, filters.shape[2]
    columns = -(-width // OWN)
    result = picture.new_empty(height, width, outputs)
    for first, last in _strips(height, columns):
        count = last - first
        seen = _seen(picture, first, last, seamless)
        down, across, _ = seen.stride()
        places = seen.as_strided((PLACES, PLACES, count, columns, inputs), (down, across, OWN * down, OWN * across, 1))
        tiles = torch.mm(INWARD, places.reshape(PLACES**2, -1)).view(PLACES**2, -1, inputs)
        products = torch.bmm(tiles, filters)
        products[ALIKE] += bias
        found = torch.mm(OUTWARD, products.view(PLACES**2, -1)).view(OWN, OWN, count, columns, outputs)
        for mine, tile in _positions(result[OWN * first : OWN * last], found):
            torch.clamp_min(tile, 0, out=mine)
    return result


def returned(gradient: Tensor, result: Tensor, filters: Tensor, seamless: Seamless = Seamless.NONE) -> Tensor:
    """The gradient (h, w, in) by the picture, of one (h, w, out) by the result of `convolved`."""
    (height, width, outputs), inputs = gradient.shape, filters.shape[1]
    columns = -(-width // OWN)
    total = gradient.new_empty(height, width, inputs)
    above = below = total.new_zeros(())  # what comes back from beyond the border
    for first, last in _strips(height, columns):
        count = last - first
        tiles = gradient.new_empty(OWN, OWN, count, columns, outputs)
        if height < OWN * last or width % OWN:
            tiles.zero_()
        rows = slice(OWN * first, OWN * last)
        for (slope, tile), (value, _) in zip(_positions(gradient[rows], tiles), _positions(result[rows], tiles), strict=True):
            torch.ops.aten.threshold_backward.grad_input(slope, value, 0, grad_input=tile)
        products = torch.bmm(torch.mm(OUTWARD.t(), tiles.view(OWN**2, -1)).view(PLACES**2, -1, outputs), filters.transpose(1, 2))
        seen = _joined(torch.mm(INWARD.t(), products.view(PLACES**2, -1)).view(PLACES, PLACES, count, columns, inputs))
        left, right = seen[:, 0], seen[:, width + 1]
        seen[:, width if seamless.across else 1] += left
        seen[:, 1 if seamless.across else width] += right
        own, begin = seen[:, 1 : width + 1], rows.start - 1  # of what is seen in the picture
        end = min(rows.stop + 1, height)
        if first:
            total[begin : begin + 2] += own[:2]
        else:
            above, total[0] = own[0], own[1]
        total[begin + 2 : end] = own[2 : end - begin]
        if rows.stop >= height:
            below = own[height - begin]
    total[-1 if seamless.down else 0] += above
    total[0 if seamless.down else -1] += below
    return total


def _seen(picture: Tensor, first: int, last: int, seamless: Seamless) -> Tensor:
    """What the tiles of some rows see of a picture (h, w, C), with what lies beyond its border."""
    height, width, channels = picture.shape
    top, bottom = OWN * first - 1, OWN * last + 1
    start, stop = max(0, top), min(height, bottom)
    seen = picture.new_empty(bottom - top, -(-width // OWN) * OWN + 2, channels)
    own = seen[:, 1 : width + 1]
    own[start - top : stop - top] = picture[start:stop]
    if top < start:
        own[0] = picture[-1 if seamless.down else 0]
    own[stop - top :] = picture[0 if seamless.down else -1]
    seen[:, 0] = own[:, -1 if seamless.across else 0]
    seen[:, width + 1 :] = own[:, :1] if seamless.across else own[:, -1:]
    return seen


def _joined(tiles: Tensor) -> Tensor:
    """The rows that tiles (6, 6, rows, columns, C) see, where they overlap added up; more than they see is left as it comes."""
    _, _, rows, columns, channels = tiles.shape
    parts = tiles.new_empty(rows + 1, OWN, columns + 1, OWN, channels)
    both, tiles = PLACES - OWN, tiles.permute(2, 0, 3, 1, 4)
    parts[:rows, :, :columns] = tiles[:, :OWN, :, :OWN]
    parts[:rows, :, columns, :both] = 0
    parts[rows, :both] = 0
    parts[:rows, :, 1:, :both] += tiles[:, :OWN, :, OWN:]
    parts[1:, :both, :columns] += tiles[:, OWN:, :, :OWN]
    parts[1:, :both, 1:, :both] += tiles[:, OWN:, :, OWN:]
    return parts.view((rows + 1) * OWN, (columns + 1) * OWN, channels)


def _positions(values: Tensor, tiles: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Values (h, w, C) beside the numbers of tiles (4, 4, rows, columns, C) that stand for them, both laid as the tiles: those of whole tiles together, and of
    those that the border cuts."""
    height, width, channels = values.shape
    for down, rows, tall in whole_and_cut(height, OWN):
        for across, columns, wide in whole_and_cut(width, OWN):
            part = values[down, across].view(-1, tall, columns.stop - columns.start, wide, channels)
            yield part.permute(1, 3, 0, 2, 4), tiles[:tall, :wide, rows, columns]


def whole_and_cut(length: int, size: int) -> Iterator[tuple[slice, slice, int]]:
    """Positions along an axis, the numbers of their tiles, and how many positions each of these has: of whole tiles, and of the last one where the border
    cuts it."""
    whole, rest = divmod(length, size)
    if whole:
        yield slice(0, whole * size), slice(0, whole), size
    if rest:
        yield slice(whole * size, length), slice(whole, whole + 1), rest


def _strips(height: int, columns: int) -> list[tuple[int, int]]:
    """First and last rows of tiles, all strips of about one size. columns: tiles in a row."""
    rows = -(-height // OWN)
    count = min(rows, max(1, -(-rows * columns // TILES)))
    edges = [rows * i // count for i in range(count + 1)]
    return list(pairwise(edges))
