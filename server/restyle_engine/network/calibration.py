"""Owns the level of activations: every weights file is rescaled at load to mean activation 1 per filter over a fixed calibration set (Gatys et al. 2015,
section "Methods"), so that one strength and one set of defaults fit them all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from ..parameters import Pooling
from ..repeating import framed
from ..store import Store
from .pooling import pooled
from .vgg import Filters, Vgg, load, standardised

LARGEST_GAIN = 5.0  # over the layer's median: rarely active filters would turn into spikes that rule a quadratic statistic
DEAD = 1e-3  # of the layer's median mean activation: below it a filter says nothing; it is dropped from all statistics
SHEET = Path(__file__).with_name("calibration.png")  # a row of square pictures
RECIPE = 1  # raised whenever levels are taken in another way
SHIPPED = Store(Path(__file__).parent / "levels", fixed=True)  # of the weights that came with Restyle
NOWHERE = Store()
POOL = "pool"  # names of pool gains in a store
KEPT = 4  # networks kept in memory: two files × two poolings


def pictures() -> Tensor:
    """The calibration set, float32 (n, 3, side, side) in 0–1."""
    with Image.open(SHEET) as sheet:
        pixels = np.asarray(sheet.convert("RGB"), dtype=np.float32) / 255
    row = torch.from_numpy(pixels).permute(2, 0, 1)
    return torch.stack(torch.split(row, row.shape[1], dim=2))


@dataclass(frozen=True, slots=True)
class Levels:
    """What brings a network's activations to their level. gains: per convolution, (outputs,) float32; pool_gain: by block, as in Vgg."""

    gains: Mapping[str, Tensor]
    pool_gain: Mapping[int, float]


def network(path: Path, pooling: Pooling, store: Store | None = None) -> Vgg:
    """The normalised network of a weights file, fp32 on the CPU; kept until the file changes. store: where its levels are kept as well. UnusableWeights when
    the file can't be used."""
    try:
        status = path.stat()
    except OSError:
        return normalised(load(path), pooling)  # raises, with its sentence
    return _network(path, status.st_mtime_ns, status.st_size, pooling, store or NOWHERE)


@lru_cache(maxsize=KEPT)
def _network(path: Path, _mtime: int, _size: int, pooling: Pooling, store: Store) -> Vgg:
    filters = load(path)
    key = f"levels {RECIPE} {LARGEST_GAIN} {DEAD} {content_hash(SHEET)} {content_hash(path)} {pooling}"
    for place in (SHIPPED, store):
        kept = place.get(key)
        found = None if kept is None else _levels_of(kept, filters)
        if found is not None:
            return rescaled(filters, pooling, found)
    found = levels(filters, pooling)
    store.put(key, {**found.gains, **{f"{POOL}{block}": torch.tensor(gain, dtype=torch.float64) for block, gain in found.pool_gain.items()}})
    return rescaled(filters, pooling, found)


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, read once as long as its size and time stay. OSError."""
    status = path.stat()
    return _content_hash(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=16)
def _content_hash(path: Path, _size: int, _mtime: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _levels_of(kept: Mapping[str, Tensor], filters: Mapping[str, Filters]) -> Levels | None:
    """Levels as they lie in a store; None when they are not those of these filters."""
    gains = {name: kept[name] for name, old in filters.items() if name in kept and kept[name].shape == old.bias.shape}
    pools = {int(name.removeprefix(POOL)): float(gain) for name, gain in kept.items() if name.startswith(POOL) and gain.numel() == 1}
    return Levels(gains, pools) if gains.keys() == filters.keys() else None


def normalised(filters: Mapping[str, Filters], pooling: Pooling, calibration: Tensor | None = None) -> Vgg:
    """Rescales filters to mean activation 1 over the calibration set, layer by layer. The function of the network stays the same up to the gains, since ReLU
    and both poolings commute with a positive factor per channel; a dead filter's gain is 0."""
    return rescaled(filters, pooling, levels(filters, pooling, calibration))


@torch.no_grad()
def levels(filters: Mapping[str, Filters], pooling: Pooling, calibration: Tensor | None = None) -> Levels:
    """The levels of filters over the calibration set."""
    x = standardised(pictures() if calibration is None else calibration)
    gain = torch.ones(3)
    gains: dict[str, Tensor] = {}
    pool_gain: dict[int, float] = {}
    for name, old in filters.items():
        block, k = int(name[0]), int(name[2])
        if k == 1 and block > 1:
            pool_gain[block - 1] = _pool_gain(x, pooling)
            x = pooled(x, pooling, pool_gain[block - 1])
        x = F.relu(F.conv2d(framed(x), _fed(old, gain), old.bias))
        gain = gains[name] = _gains(x.mean((0, 2, 3)))
        x *= gain.view(1, -1, 1, 1)
    return Levels(gains, pool_gain)


@torch.no_grad()
def rescaled(filters: Mapping[str, Filters], pooling: Pooling, found: Levels) -> Vgg:
    """The network of filters at its levels."""
    before = torch.ones(3)
    result = {}
    for name, old in filters.items():
        gain = found.gains[name]
        result[name] = Filters(_fed(old, before) * gain.view(-1, 1, 1, 1), old.bias * gain)
        before = gain
    return Vgg(result, pooling, found.pool_gain)


def _fed(old: Filters, gain: Tensor) -> Tensor:
    """A convolution's weight for inputs that have been multiplied by their gain."""
    return old.weight / torch.where(gain > 0, gain, torch.inf).view(1, -1, 1, 1)


def _pool_gain(x: Tensor, pooling: Pooling) -> float:
    """VGG was trained with max pooling; the mean of average-pooled activations is brought to the mean that max pooling would give."""
    if pooling is Pooling.MAX:
        return 1.0
    average = float(pooled(x, Pooling.AVERAGE).mean())
    return float(pooled(x, Pooling.MAX).mean()) / average if average > 0 else 1.0


def _gains(means: Tensor) -> Tensor:
    alive = means > DEAD * means.median()
    if not alive.any():
        return torch.zeros_like(means)
    gains = torch.where(alive, 1 / means, 0.0)
    return gains.clamp(max=LARGEST_GAIN * float(gains[alive].median()))
