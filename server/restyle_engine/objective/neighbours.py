"""Owns nearest neighbours in feature space: the positions of the styles as keys, and for every position of a picture the one that is most like it.

"Feature splitting" (Kolkin et al. 2022, "Neural Neighbor Style Transfer", section 3.4): each layer finds its own neighbours, by the cosine of activations less
their mean. So each layer of a picture is made of pieces that the style really has, which no average of its statistics asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

CHUNK = 512  # positions searched at a time: their table, 4 to 8 MiB in fp32, stays in the processor's cache
COLUMNS = 64  # of a table that are searched as one: what is greatest of all is found by rows of numbers at a time, its place one by one
PIECE = 1024  # positions compared at a time on a processor
SMALLEST = 1e-4  # length of an activation less its mean, in activations of mean 1: below it, it points nowhere
ROUNDS = 12  # of the search for the shares of several styles


@dataclass(frozen=True, slots=True)
class Keys:
    """Positions of one layer of a region's styles. vectors: (n, C), of length 1, the mean taken off, some twice so that each style has whole COLUMNS; mean:
    (C,) fp32; bounds: where each style's positions end in them; shares: how much of the picture each style paints, sum 1."""

    vectors: Tensor
    mean: Tensor
    bounds: tuple[int, ...]
    shares: tuple[float, ...]


def keys(styles: Sequence[Tensor], shares: Sequence[float], dtype: torch.dtype) -> Keys:
    """Keys of one layer. styles: (n, C) activations each; dtype: of the search."""
    mean = sum((share * style.float().mean(0) for style, share in zip(styles, shares, strict=True)), torch.zeros(styles[0].shape[1], device=styles[0].device))
    vectors = [_whole(_unit(style.float() - mean).to(dtype)) for style in styles]
    ends = torch.tensor([len(one) for one in vectors]).cumsum(0).tolist()
    return Keys(torch.cat(vectors), mean, tuple(ends), tuple(shares))


def nearest(queries: Tensor, known: Keys) -> Tensor:
    """The number (int32) of the key that is most like each of the queries (n, C), activations of any type. Several styles each get their share of the
    queries: those that suit them best."""
    found = torch.empty(len(known.bounds), len(queries), dtype=torch.int32, device=queries.device)
    alike = torch.empty(len(known.bounds), len(queries), device=queries.device)
    for start in range(0, len(queries), CHUNK):
        part = _unit(queries[start : start + CHUNK].float() - known.mean).to(known.vectors.dtype)
        table = part @ known.vectors.t()
        begin = 0
        for style, end in enumerate(known.bounds):
            values, places = _greatest(table[:, begin:end])
            alike[style, start : start + CHUNK], found[style, start : start + CHUNK] = values.float(), places + begin
            begin = end
    chosen: Tensor = found[0] if len(found) == 1 else found.gather(0, _shared(alike, known.shares)[None])[0]
    return chosen


def _greatest(table: Tensor) -> tuple[Tensor, Tensor]:
    """The greatest number of each row of a table (n, m), m in whole COLUMNS, and its place, (n,) each: as table.max(1), in half the time."""
    rows = table.view(len(table), -1, COLUMNS)
    values, column = rows.amax(1).max(1)
    row = rows.gather(2, column[:, None, None].expand(-1, rows.shape[1], 1))[:, :, 0].max(1).indices
    return values, row * COLUMNS + column


def _shared(alike: Tensor, shares: Sequence[float]) -> Tensor:
    """Which style paints each position, (n,), of how alike they are, (styles, n): a handicap for each, so that all get their shares."""
    wanted = torch.tensor(shares, device=alike.device)
    handicap = torch.zeros(len(shares), 1, device=alike.device)
    step = float(alike.std()) + 1e-6
    for number in range(ROUNDS):
        got = torch.bincount((alike + handicap).argmax(0), minlength=len(shares)) / alike.shape[1]
        handicap += (wanted - got)[:, None] * (4 * step / (1 + number / 3))
    return (alike + handicap).argmax(0)


def difference(features: Tensor, known: Keys, near: Tensor, say: Tensor | None) -> Tensor:
    """1 less the cosine between activations (n, C), less the keys' mean, and their neighbours, whose numbers are given, (n,); the mean over all
    positions, or the sum weighted by say (n,). A scalar with gradient by the features."""
    result: Tensor = _Difference.apply(features, known.mean, known.vectors, near, say)
    return result


class _Difference(torch.autograd.Function):
    """Two passes over pieces that stay in the processor's cache; between them nothing is kept but two numbers per position."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, mean: Tensor, vectors: Tensor, near: Tensor, say: Tensor | None) -> Tensor:
        ctx.exact = torch.float64 if features.dtype == torch.float64 else torch.float32
        cosine, inverse = (torch.empty(len(features), 1, dtype=ctx.exact, device=features.device) for _ in range(2))
        for part in _pieces(features):
            centred = features[part].to(ctx.exact) - mean
            inverse[part] = centred.square().sum(1, keepdim=True).sqrt_().clamp_(min=SMALLEST).reciprocal_()
            cosine[part] = (centred * vectors[near[part]]).sum(1, keepdim=True).mul_(inverse[part])
        ctx.save_for_backward(features, mean, vectors, near, say, cosine, inverse)
        return 1 - cosine.mean() if say is None else ((1 - cosine) * say[:, None]).sum()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None, None]:
        features, mean, vectors, near, say, cosine, inverse = ctx.saved_tensors
        gradient = torch.empty_like(features)
        for part in _pieces(features):
            share = grads[0] / len(features) if say is None else grads[0] * say[part, None]
            centred = (features[part].to(ctx.exact) - mean).mul_(inverse[part])
            gradient[part] = centred.mul_(cosine[part]).sub_(vectors[near[part]]).mul_(inverse[part] * share)
        return gradient, None, None, None, None


def _pieces(features: Tensor) -> Iterator[slice]:
    size = PIECE if features.device.type == "cpu" else max(1, len(features))
    return (slice(start, start + size) for start in range(0, len(features), size))


def _whole(vectors: Tensor) -> Tensor:
    """The vectors (n, C), and as many of them again as make whole COLUMNS."""
    return vectors[torch.arange(-(-len(vectors) // COLUMNS) * COLUMNS, device=vectors.device) % len(vectors)]


def _unit(vectors: Tensor) -> Tensor:
    length: Tensor = vectors.norm(dim=1, keepdim=True)
    return vectors / length.clamp(min=SMALLEST)
