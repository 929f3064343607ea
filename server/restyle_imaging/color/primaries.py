"""Owns the way from one set of primaries to another, in linear light. White is D65's throughout; other whites are adapted to it by Bradford's method, which has
its source in Lam, Metamerism and colour constancy (1985)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

Chromaticities = tuple[tuple[float, float], ...]  # x and y of red, green, blue, and white where it isn't D65
D65 = (0.3127, 0.3290)
BT709: Chromaticities = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
BT2020: Chromaticities = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
P3: Chromaticities = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def of_numbers(values: Iterable[Any]) -> Chromaticities:
    """Of eight numbers: x and y of red, green, blue and white. ValueError for other than finite ones."""
    numbers = np.asarray_chkfinite(list(values), float).reshape(-1, 2)
    return tuple((float(x), float(y)) for x, y in numbers)


def turned(light: Floats, old: Chromaticities, new: Chromaticities) -> Floats:
    """Linear RGB (…, 3) with other primaries; what lies outside of them is negative."""
    return light if old == new else np.asarray(light @ matrix(old, new).T, np.float32)


def matrix(old: Chromaticities, new: Chromaticities) -> NDArray[np.float32]:
    """(3, 3), for columns."""
    return np.asarray(np.linalg.inv(_to_xyz(new)) @ _to_xyz(old), np.float32)


def _to_xyz(chromaticities: Chromaticities) -> NDArray[np.float64]:
    """To XYZ with D65's white."""
    columns = np.array([_xyz(*pair) for pair in chromaticities[:3]]).T
    white = _xyz(*(chromaticities[3] if len(chromaticities) > 3 else D65))
    whole = columns * np.linalg.solve(columns, white)
    cones = BRADFORD @ _xyz(*D65) / (BRADFORD @ white)
    return np.asarray(np.linalg.inv(BRADFORD) @ np.diag(cones) @ BRADFORD @ whole)


def _xyz(x: float, y: float) -> NDArray[np.float64]:
    return np.array((x / y, 1.0, (1 - x - y) / y))
