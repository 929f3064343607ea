"""Owns what a TIFF's samples mean: as deep as their bits say, palettes and Lab as colours, alpha straight, places without data transparent.

Source: TIFF revision 6.0; Adobe's technical notes for Lab (CIELAB, ICCLAB) and for extra samples.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Samples
from ..color import srgb
from .pictures import full_of

MINISWHITE, MINISBLACK, RGB, INDEXED, CMYK, CIELAB, ICCLAB = 0, 1, 2, 3, 5, 8, 9  # values of PhotometricInterpretation
COLORS = {MINISWHITE: 1, MINISBLACK: 1, RGB: 3, INDEXED: 1, CMYK: 4, CIELAB: 3, ICCLAB: 3}  # samples a pixel, extra ones not counted
WHITE_D50 = np.array([0.9642, 1.0, 0.8249], np.float32)  # XYZ
LAB_CORNER = 6 / 29  # CIE 15: below it the cube root is a line
ICC_LIGHTEST = {8: 255.0, 16: 65280.0}  # L* of 100 in ICC's own Lab, version 2


def scaled(samples: Samples, bits: int) -> Samples:
    """Integers of 1–16, 32 or 64 bits as uint8 or uint16, full scale to full scale; floats as float16 or float32, whichever holds them."""
    if samples.dtype.kind == "f":
        with np.errstate(over="ignore"):  # what doesn't fit is found by who asks whether all are finite
            narrow: Samples = samples.astype(np.float32) if samples.dtype.itemsize > 4 else samples
            return narrow
    if bits in (8, 16):
        return samples
    full, dtype = (255, np.uint8) if bits < 8 else (65535, np.uint16)
    return np.asarray(np.rint(samples.astype(np.float64) * (full / (2**bits - 1))), dtype)


def inverted(samples: Samples) -> Samples:
    """White for black."""
    return np.asarray(full_of(samples.dtype) - samples, samples.dtype)


def from_palette(indices: Samples, table: Any) -> Samples:
    """Colours (h, w, 3) of indices (h, w, 1). table: ColorMap, 3 × n values of 16 bits, all reds first. 8 bits where they hold all of it. ValueError."""
    colors = np.asarray(table, np.uint16).reshape(3, -1).T
    indices = indices.astype(np.intp)  # of one bit they are booleans, which would choose, not count
    if int(indices.max(initial=0)) >= len(colors):
        raise ValueError("the palette is too short")
    if colors.max(initial=0) < 256:  # old writers' own scale
        return colors.astype(np.uint8)[indices[..., 0]]
    high, low = colors >> 8, colors & 255
    if (low == 0).all() or (low == high).all():
        return high.astype(np.uint8)[indices[..., 0]]
    return np.asarray(colors[indices[..., 0]])


def from_lab(samples: Samples, photometric: int) -> Samples:
    """Lab (h, w, 3), uint8 or uint16, as sRGB of the same depth; what sRGB doesn't hold is clipped."""
    bits = samples.dtype.itemsize * 8
    full, unit = 2.0**bits - 1, 2.0 ** (bits - 8)
    plain = samples.astype(np.float32)
    if photometric == ICCLAB:
        lightness, ab = plain[..., 0] / ICC_LIGHTEST[bits] * 100, plain[..., 1:] / unit - 128
    else:
        signed = np.ascontiguousarray(samples).astype(f"u{bits // 8}").view(f"i{bits // 8}")
        lightness, ab = plain[..., 0] / full * 100, signed[..., 1:].astype(np.float32) / unit
    y = (lightness + 16) / 116
    root = np.stack((y + ab[..., 0] / 500, y, y - ab[..., 1] / 200), axis=-1)
    xyz = np.where(root > LAB_CORNER, root**3, 3 * LAB_CORNER**2 * (root - 4 / 29)) * WHITE_D50
    rgb = srgb.encode(np.asarray(xyz @ srgb.FROM_XYZ_D50.T, np.float32))
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * full), samples.dtype)


def without_data(samples: Samples, mark: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where pixels (h, w, n) hold nothing, (h, w, 1): all samples are the value that GDAL's tag names, or no number at all. ValueError: it names none."""
    value = float(mark.strip().strip("\0").replace(",", "."))
    if samples.dtype.kind == "f":
        with np.errstate(over="ignore"):
            wanted = samples.dtype.type(value)
        hit = np.isnan(samples) if np.isnan(wanted) else samples == wanted
    else:
        hit = samples == value
    return np.asarray(hit.all(axis=-1, keepdims=True))
