"""Owns the sRGB encoding and its primaries.

Both directions are odd functions without bounds, so that negative (out of gamut) and bright (> 1) values survive a round trip.
Source: IEC 61966-2-1; primaries adapted to D50 by Bradford, as ICC's profile connection space wants them.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Floats

TO_XYZ_D50 = np.array([[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]])
FROM_XYZ_D50 = np.linalg.inv(TO_XYZ_D50)
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # Y of linear sRGB, D65


def decode(encoded: Floats) -> Floats:
    """sRGB-encoded values to linear light, float32, any shape."""
    size = np.abs(encoded)
    linear = np.where(size <= 0.04045, size / 12.92, np.power((size + 0.055) / 1.055, 2.4))
    return np.copysign(linear, encoded).astype(np.float32, copy=False)


def encode(linear: Floats) -> Floats:
    """Linear light to sRGB-encoded values, float32, any shape."""
    size = np.abs(linear)
    with np.errstate(over="ignore"):  # of marks for no data, in the branch that isn't taken
        encoded = np.where(size <= 0.0031308, size * 12.92, 1.055 * np.power(size, 1 / 2.4) - 0.055)
    return np.copysign(encoded, linear).astype(np.float32, copy=False)


def luminance(encoded: Floats) -> Floats:
    """Linear luminance (…) of sRGB-encoded RGB (…, 3)."""
    return decode(encoded) @ LUMINANCE
