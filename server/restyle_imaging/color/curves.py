"""Owns the tone curves of ICC profiles: parsed, evaluated and inverted in float, without bounds.

Source: ICC.1:2022, 10.6 curveType and 10.18 parametricCurveType. Outside 0–1, where the specification clips, power curves go on as odd functions and tables go
on along their last slope, so that HDR and out-of-gamut values survive a round trip.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

from ..arrays import Floats
from . import srgb

SRGB_TOLERANCE = 1e-3  # a curve this close to sRGB's everywhere is sRGB's: tables of 1024 entries are, by their rounding


class BadCurve(ValueError):
    """The curve's bytes are not a curve that can be used both ways."""


@dataclass(frozen=True, slots=True)
class SrgbCurve:
    """sRGB's own transfer function."""

    def linear(self, encoded: Floats) -> Floats:
        return srgb.decode(encoded)

    def encoded(self, linear: Floats) -> Floats:
        return srgb.encode(linear)


@dataclass(frozen=True, slots=True)
class PowerCurve:
    """y = (a·x + b)^g + e for x ≥ d, else y = c·x + f; odd below 0 where nothing is offset."""

    g: float
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 0.0
    f: float = 0.0

    @property
    def is_pure(self) -> bool:
        """Nothing but a power (or a line, for exponent 1)."""
        return (self.b, self.c, self.d, self.e, self.f) == (0, 0, 0, 0, 0)

    def linear(self, encoded: Floats) -> Floats:
        if self.is_pure:
            return np.asarray(np.copysign(np.power(np.abs(self.a * encoded), self.g), encoded), np.float32)
        curved = np.power(np.maximum(self.a * encoded + self.b, 0), self.g) + self.e
        return np.where(encoded >= self.d, curved, self.c * encoded + self.f).astype(np.float32)

    def encoded(self, linear: Floats) -> Floats:
        if self.is_pure:
            return np.copysign(np.power(np.abs(linear), 1 / self.g) / self.a, linear).astype(np.float32)
        corner = (self.a * self.d + self.b) ** self.g + self.e
        curved = (np.power(np.maximum(linear - self.e, 0), 1 / self.g) - self.b) / self.a
        straight = (linear - self.f) / self.c if self.c else np.full_like(linear, self.d)
        return np.where(linear >= corner, curved, straight).astype(np.float32)


@dataclass(frozen=True, slots=True)
class TableCurve:
    """Values at equal steps of 0–1, rising. Between them straight, beyond them straight along the first and last step."""

    table: np.ndarray[tuple[int], np.dtype[np.float64]]
    knots: np.ndarray[tuple[int], np.dtype[np.float64]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "knots", np.linspace(0, 1, len(self.table)))

    def linear(self, encoded: Floats) -> Floats:
        return _interpolated(encoded, self.knots, self.table)

    def encoded(self, linear: Floats) -> Floats:
        rising = np.concatenate(([True], np.diff(self.table) > 0))  # of equal neighbours the first counts
        return _interpolated(linear, self.table[rising], self.knots[rising])


Curve = SrgbCurve | PowerCurve | TableCurve


def read_curve(data: bytes) -> Curve:
    """The curve in a tag's bytes; BadCurve when it is none, or can't be inverted. A curve close to sRGB's becomes sRGB's."""
    try:
        curve = _parsed(data)
    except struct.error as error:
        raise BadCurve("its curve is cut short") from error
    x = np.linspace(0, 1, 1025, dtype=np.float32)
    if not np.isfinite(curve.linear(x)).all():
        raise BadCurve("its curve is not finite")
    return SrgbCurve() if np.abs(curve.linear(x) - srgb.decode(x)).max() < SRGB_TOLERANCE else curve


def _parsed(data: bytes) -> Curve:
    kind = data[:4]
    if kind == b"curv":
        (count,) = struct.unpack_from(">I", data, 8)
        if count == 0:
            return PowerCurve(1.0)
        if count == 1:
            return _usable(PowerCurve(struct.unpack_from(">H", data, 12)[0] / 256))
        table = np.array(struct.unpack_from(f">{count}H", data, 12)) / 65535
        if (np.diff(table) < 0).any() or table[-1] <= table[0]:
            raise BadCurve("its curve does not rise")
        return TableCurve(table)
    if kind == b"para":
        return _parametric(data)
    raise BadCurve(f"its curve is of the unknown type {kind!r}")


def _parametric(data: bytes) -> Curve:
    (function,) = struct.unpack_from(">H", data, 8)
    counts = (1, 3, 4, 5, 7)
    if function >= len(counts):
        raise BadCurve(f"its curve is of the unknown function {function}")
    p = [value / 65536 for value in struct.unpack_from(f">{counts[function]}i", data, 12)]
    if function == 0:
        return _usable(PowerCurve(p[0]))
    if function == 1:
        return _usable(PowerCurve(p[0], p[1], p[2], d=-p[2] / p[1] if p[1] else 0.0))
    if function == 2:
        return _usable(PowerCurve(p[0], p[1], p[2], d=-p[2] / p[1] if p[1] else 0.0, e=p[3], f=p[3]))
    return _usable(PowerCurve(*p))


def _usable(curve: PowerCurve) -> PowerCurve:
    if curve.g <= 0 or curve.a <= 0 or curve.c < 0:
        raise BadCurve("its curve does not rise")
    return curve


def _interpolated(x: Floats, knots: np.ndarray[tuple[int], np.dtype[np.float64]], values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Floats:
    y = np.interp(x, knots, values)
    first = (values[1] - values[0]) / (knots[1] - knots[0])
    last = (values[-1] - values[-2]) / (knots[-1] - knots[-2])
    y = np.where(x < knots[0], values[0] + (x - knots[0]) * first, y)
    return np.where(x > knots[-1], values[-1] + (x - knots[-1]) * last, y).astype(np.float32)
