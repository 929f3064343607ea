"""Owns what the imaging tests share: planes of every format."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane

MakePlane = Callable[..., Plane]


@pytest.fixture
def make_plane() -> MakePlane:
    """make_plane(channels, depth, width, height, icc, low, high, seed): random samples; floats from low to high, integers over their whole range."""

    def make(
        channels: Channels, depth: Depth, width: int = 24, height: int = 17, icc: bytes | None = None, low: float = 0.0, high: float = 1.0, seed: int = 0
    ) -> Plane:
        random = np.random.default_rng(seed)
        shape = (height, width, channels.samples)
        if depth is Depth.U8:
            samples = random.integers(0, 256, shape).astype("u1")
        elif depth is Depth.U16:
            samples = random.integers(0, 65536, shape).astype("<u2")
        else:
            samples = random.uniform(low, high, shape).astype("<f2" if depth is Depth.F16 else "<f4")
        if channels.has_alpha:
            samples[0] = 0  # a row of pixels that are transparent
            samples[0, :, 0] = 1
        return Plane(PixelFormat(channels, depth), width, height, samples.tobytes(), icc)

    return make
