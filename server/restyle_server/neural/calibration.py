"""Owns the level of activations: every weights file is rescaled at load to mean activation 1 per filter over a fixed calibration set (Gatys et al. 2015,
section "Methods"), so that one strength and one set of defaults fit them all."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from .parameters import Pooling
from .vgg import MEAN, STD, Filters, Vgg, load, pooled

LARGEST_GAIN = 5.0  # over the layer's median: rarely active filters would turn into spikes that rule a quadratic statistic
DEAD = 1e-3  # of the layer's median mean activation: below it a filter says nothing; it is dropped from all statistics
SHEET = Path(__file__).with_name("calibration.png")  # a row of square pictures
KEPT = 4  # networks kept in memory: two files × two poolings


def pictures() -> Tensor:
    """The calibration set, float32 (n, 3, side, side) in 0–1."""
    with Image.open(SHEET) as sheet:
        pixels = np.asarray(sheet.convert("RGB"), dtype=np.float32) / 255
    row = torch.from_numpy(pixels).permute(2, 0, 1)
    return torch.stack(torch.split(row, row.shape[1], dim=2))


def network(path: Path, pooling: Pooling) -> Vgg:
    """The normalised network of a weights file, fp32 on the CPU; kept until the file changes. UnusableWeights when the file can't be used."""
    try:
        status = path.stat()
    except OSError:
        return normalised(load(path), pooling)  # raises, with its sentence
    return _network(path, status.st_mtime_ns, status.st_size, pooling)


@lru_cache(maxsize=KEPT)
def _network(path: Path, _mtime: int, _size: int, pooling: Pooling) -> Vgg:
    return normalised(load(path), pooling)


@torch.no_grad()
def normalised(filters: dict[str, Filters], pooling: Pooling, calibration: Tensor | None = None) -> Vgg:
    """Rescales filters to mean activation 1 over the calibration set, layer by layer. The function of the network stays the same up to the gains, since ReLU
    and both poolings commute with a positive factor per channel; a dead filter's gain is 0."""
    x = pictures() if calibration is None else calibration
    x = (x - torch.tensor(MEAN).view(1, -1, 1, 1)) / torch.tensor(STD).view(1, -1, 1, 1)
    gain = torch.ones(3)
    pool_gain: dict[int, float] = {}
    result = {}
    for name, old in filters.items():
        block, k = int(name[0]), int(name[2])
        if k == 1 and block > 1:
            pool_gain[block - 1] = _pool_gain(x, pooling)
            x = pooled(x, pooling, pool_gain[block - 1])
        weight = old.weight / torch.where(gain > 0, gain, torch.inf).view(1, -1, 1, 1)
        x = F.relu(F.conv2d(F.pad(x, (1, 1, 1, 1), mode=Vgg({}).pad_mode), weight, old.bias))
        gain = _gains(x.mean((0, 2, 3)))
        result[name] = Filters(weight * gain.view(-1, 1, 1, 1), old.bias * gain)
        x *= gain.view(1, -1, 1, 1)
    return Vgg(result, pooling, pool_gain)


def _pool_gain(x: Tensor, pooling: Pooling) -> float:
    """VGG19 was trained with max pooling; the mean of average-pooled activations is brought to the mean that max pooling would give."""
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
