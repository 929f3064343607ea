"""Owns the bytes of a plane: samples as arrays and back, whatever their order and depth."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Floats, Samples
from ..errors import ImagingError
from .formats import Channels, Depth, Plane

DTYPES: dict[Depth, np.dtype[Any]] = {Depth.U8: np.dtype("u1"), Depth.U16: np.dtype("<u2"), Depth.F16: np.dtype("<f2"), Depth.F32: np.dtype("<f4")}
FULL_SCALE = {Depth.U8: 255.0, Depth.U16: 65535.0, Depth.F16: 1.0, Depth.F32: 1.0}
BRIGHTEST = 1e12  # a million suns over white; what is beyond it is a mark, such as GDAL's −3.4e38 for no data
LARGEST_FLOAT = {Depth.F16: 65504.0, Depth.F32: float(np.finfo(np.float32).max)}  # largest finite sample

COLORS = {
    Channels.GRAY: slice(0, 1),
    Channels.GRAY_ALPHA: slice(0, 1),
    Channels.RGB: slice(0, 3),
    Channels.RGBA: slice(0, 3),
    Channels.BGRA: slice(2, None, -1),
}
"""Where the colours of a pixel lie, in the order gray or red, green, blue. Alpha is always last."""


def samples_of(plane: Plane) -> Samples:
    """The plane's samples, (h, w, samples), in their own dtype, as a read-only view of its bytes. ImagingError: no pixels, or bytes that don't match the
    size."""
    for name, side in (("width", plane.width), ("height", plane.height)):
        if side < 1:
            raise ImagingError(name, f"The {name} is {side} px; send a layer with at least one pixel.")
    wanted = plane.width * plane.height * plane.format.pixel_bytes
    given = memoryview(plane.data).nbytes
    if given != wanted:
        channels, depth = plane.format.channels.value, plane.format.depth.value
        raise ImagingError(
            "data", f"{plane.width}×{plane.height} px of {channels} {depth} are {wanted} bytes, but {given} came; send the whole layer, tightly packed."
        )
    samples: Samples = np.frombuffer(plane.data, DTYPES[plane.format.depth]).reshape(plane.height, plane.width, plane.format.channels.samples)
    samples.flags.writeable = False
    return samples


def unit(samples: Samples, depth: Depth) -> Floats:
    """Samples as float32, 0–1 at full scale (floats as they are)."""
    return samples.astype(np.float32) / np.float32(FULL_SCALE[depth]) if depth in (Depth.U8, Depth.U16) else samples.astype(np.float32)


def colors_of(samples: Samples, channels: Channels, depth: Depth) -> Floats:
    """The colours, (h, w, 1) gray or (h, w, 3) RGB, float32, 0–1 at full scale."""
    return unit(samples[..., COLORS[channels]], depth)


def alpha_of(samples: Samples, channels: Channels, depth: Depth) -> Floats | None:
    """Alpha as (h, w) float32 in 0–1, or None when the channels have none."""
    return np.clip(unit(samples[..., -1], depth), 0, 1) if channels.has_alpha else None


def is_usable(samples: Samples) -> bool:
    """Whether no sample is NaN, infinite, or so large that it is no light: such values mark places without data, and overflow on their way."""
    if samples.dtype.kind != "f":
        return True
    return bool(samples.size == 0 or (np.isfinite(samples).all() and max(abs(float(samples.min())), abs(float(samples.max()))) <= BRIGHTEST))


def require_finite(samples: Samples) -> None:
    """ImagingError when a float sample can't be used."""
    if not is_usable(samples):
        raise ImagingError(
            "data", "The layer holds NaN, infinite or enormous values; replace them (in an editor: flatten, or fill those pixels) and send it again."
        )


def plus(samples: Samples, change: Floats, depth: Depth) -> Samples:
    """samples + change (0–1 at full scale), in the samples' dtype: integers rounded to nearest and clipped, floats clipped to finite values. change 0 gives
    the samples."""
    if depth in (Depth.U8, Depth.U16):
        full = FULL_SCALE[depth]
        painted = change * np.float32(full)
        painted += samples
        return np.asarray(np.clip(np.rint(painted, out=painted), 0, full, out=painted), samples.dtype)
    bound = LARGEST_FLOAT[depth]
    return np.asarray(np.clip(samples.astype(np.float32) + change, -bound, bound), samples.dtype)
