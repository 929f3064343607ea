"""Owns the ICC profiles that the tests assign: written byte by byte, so that nothing is copied and every kind of curve is there."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

D50 = (0.9642, 1.0, 0.8249)
SRGB = ((0.4360747, 0.2225045, 0.0139322), (0.3850649, 0.7168786, 0.0971045), (0.1430804, 0.0606169, 0.7141733))
ADOBE_RGB = ((0.6097559, 0.3111242, 0.0194811), (0.2052401, 0.6256560, 0.0608902), (0.1492240, 0.0632197, 0.7448387))
DISPLAY_P3 = ((0.5151187, 0.2411892, -0.0010505), (0.2919778, 0.6922441, 0.0418791), (0.1571035, 0.0665668, 0.7840713))


def profile(space: bytes, tags: dict[bytes, bytes], connection: bytes = b"XYZ ", version: int = 0x02400000) -> bytes:
    """A whole profile. space: four bytes such as b"RGB "."""
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += padded
    size = 128 + len(table) + len(body)
    header = struct.pack(">I4sI4s4s4s", size, bytes(4), version, b"mntr", space, connection)
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _s15(*D50) + bytes(48)
    assert len(header) == 128
    return header + table + body


def _s15(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + _s15(*values)


def gamma_curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))


def linear_curve() -> bytes:
    return b"curv" + bytes(4) + struct.pack(">I", 0)


def table_curve(function: Callable[[np.ndarray], np.ndarray], entries: int = 1024) -> bytes:
    values: np.ndarray = np.rint(function(np.linspace(0, 1, entries)) * 65535).astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", entries) + values.tobytes()


def srgb_function(x: np.ndarray) -> np.ndarray:
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def parametric_srgb() -> bytes:
    return b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _s15(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def rgb_profile(colorants: tuple[tuple[float, float, float], ...], curve: bytes) -> bytes:
    names = (b"rXYZ", b"gXYZ", b"bXYZ")
    return profile(b"RGB ", {b"wtpt": xyz(D50), **{n: xyz(c) for n, c in zip(names, colorants, strict=True)}, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def gray_profile(curve: bytes) -> bytes:
    return profile(b"GRAY", {b"wtpt": xyz(D50), b"kTRC": curve})


def lut_profile(grid: int = 17) -> bytes:
    """RGB through 16-bit lookup tables alone (mft2) over XYZ: sRGB's primaries, gamma 1.8 in the tables' own curves, both directions."""
    forward = np.array(SRGB).T
    inverse = np.linalg.inv(forward)
    axis = np.linspace(0, 1, grid)
    cube = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    scale = 1 + 32767 / 32768  # XYZ's full scale in a lut16
    curve = np.linspace(0, 1, 1024)
    a2b = _lut16(grid, np.rint(curve**1.8 * 65535), np.rint(np.clip(cube @ forward.T / scale, 0, 1) * 65535), np.array([0.0, 65535.0]))
    b2a = _lut16(grid, np.array([0.0, 65535.0]), np.rint(np.clip(cube * scale @ inverse.T, 0, 1) * 65535), np.rint(curve ** (1 / 1.8) * 65535))
    return profile(b"RGB ", {b"wtpt": xyz(D50), b"A2B0": a2b, b"B2A0": b2a})


def _lut16(grid: int, before: np.ndarray, cube: np.ndarray, after: np.ndarray) -> bytes:
    head = b"mft2" + bytes(4) + struct.pack(">4B", 3, 3, grid, 0) + _s15(1, 0, 0, 0, 1, 0, 0, 0, 1) + struct.pack(">HH", len(before), len(after))
    return head + b"".join(part.astype(">u2").tobytes() for part in (np.tile(before, 3), cube.reshape(-1), np.tile(after, 3)))


PROFILES = {
    "adobe-rgb": rgb_profile(ADOBE_RGB, gamma_curve(2.19921875)),
    "display-p3": rgb_profile(DISPLAY_P3, parametric_srgb()),
    "linear-rec709": rgb_profile(SRGB, linear_curve()),
    "srgb-table": rgb_profile(SRGB, table_curve(srgb_function, 4096)),
    "p3-table": rgb_profile(DISPLAY_P3, table_curve(srgb_function)),
    "lut": lut_profile(),
}
GRAY_PROFILES = {"gray-gamma-2.2": gray_profile(gamma_curve(2.2)), "gray-linear": gray_profile(linear_curve())}
