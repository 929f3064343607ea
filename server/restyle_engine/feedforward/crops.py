"""Owns what pieces of photographs are made of: crops, changed lights and colours, and calm pictures made by code."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

COVERED = (0.3, 0.7)  # how much a calm picture covers: photographs have few skies and walls, and there a look is seen first
SPREAD = 0.15  # standard deviation of the entries of the matrix that changes colours
GAMMA = 0.35  # same, of the logarithm of gamma
DIM = (0.6, 1.1)  # range of what all is multiplied by
LIFT = 0.15  # highest that is added to all


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """What is painted and its painting, both (1, 3, h, w) float32 in 0–1. strength: 0–100, of it."""

    content: Tensor
    painting: Tensor
    strength: float


def crop(picture: Tensor, side: int, rng: np.random.Generator) -> Tensor:
    """A square of side px anywhere in a picture (n, c, h, w), mirrored where that is smaller."""
    height, width = picture.shape[-2:]
    top, left = int(rng.integers(max(1, height - side + 1))), int(rng.integers(max(1, width - side + 1)))
    rows, columns = (_mirrored(begin, side, length) for begin, length in ((top, height), (left, width)))
    return picture[..., rows.to(picture.device), :][..., columns.to(picture.device)]


def _mirrored(begin: int, count: int, length: int) -> Tensor:
    """So many places of an axis, mirrored where it ends."""
    places = torch.arange(begin, begin + count) % (2 * length)
    return torch.where(places < length, places, 2 * length - 1 - places)


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Another light and other colours: a matrix (3, 3), a gamma, and what all is multiplied by and lifted by."""

    mix: Tensor
    gamma: float
    dim: float
    lift: float

    def __call__(self, picture: Tensor) -> Tensor:
        """A picture (1, 3, h, w) in them."""
        moved = torch.einsum("ij,bjhw->bihw", self.mix.to(picture), picture).clamp(0, 1) ** self.gamma
        return (moved * self.dim + self.lift).clamp(0, 1)


def light(rng: np.random.Generator) -> Light:
    """Any light."""
    mix = np.eye(3) + rng.normal(0, SPREAD, (3, 3))
    mix /= mix.sum(1, keepdims=True).clip(min=0.3)  # grey stays grey
    gamma = math.exp(rng.normal(0, GAMMA))
    return Light(torch.from_numpy(mix.astype(np.float32)), gamma, float(rng.uniform(*DIM)), float(rng.uniform(0, LIFT)))


def calm(side: int, rng: np.random.Generator) -> Tensor:
    """A picture (1, 3, side, side) of a gradient, faint clouds, a little grain, and up to two plain ellipses."""
    y, x = (np.mgrid[0:side, 0:side] / side).astype(np.float32)
    turn = rng.uniform(0, 2 * math.pi)
    along = x * math.cos(turn) + y * math.sin(turn)
    along = (along - along.min()) / max(float(np.ptp(along)), 1e-6)
    first, second = rng.uniform(0, 1, (2, 3))
    second = first + rng.uniform() * (second - first)
    picture = first + (second - first) * along[..., None]
    clouds = F.interpolate(torch.from_numpy(rng.normal(size=(1, 1, 8, 8)).astype(np.float32)), size=(side, side), mode="bicubic")[0, 0].numpy()
    picture = picture + rng.uniform(0, 0.15) * clouds.clip(min=0)[..., None] + rng.normal(size=picture.shape) * rng.uniform(0, 0.02)
    for _ in range(int(rng.integers(0, 3))):
        (left, top), size, stretch = rng.uniform(0, 1, 2), rng.uniform(0.05, 0.4), rng.uniform(0.3, 3)
        inside = ((x - left) * stretch) ** 2 + ((y - top) / stretch) ** 2 < size**2
        picture[inside] = 0.7 * rng.uniform(0, 1, 3) + 0.3 * picture[inside]
    return torch.from_numpy(picture.clip(0, 1).astype(np.float32)).permute(2, 0, 1)[None].contiguous()


def covered(picture: Tensor, calm: Tensor, rng: np.random.Generator) -> Tensor:
    """A square picture with a calm one over it, on one side of a line."""
    side = picture.shape[-1]
    y, x = (np.mgrid[0:side, 0:side] / side).astype(np.float32)
    turn = rng.uniform(0, 2 * math.pi)
    along = x * math.cos(turn) + y * math.sin(turn)
    over = torch.from_numpy(along < np.quantile(along, rng.uniform(*COVERED))).to(picture.device)
    return torch.where(over, calm.to(picture), picture)
