"""Owns pixels as an editor has them: the names of channels and depths, and the plane of bytes that travels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Channels(str, Enum):
    """Order of the samples of one pixel. Alpha is straight."""

    GRAY = "GRAY"
    GRAY_ALPHA = "GRAY_ALPHA"
    RGB = "RGB"
    RGBA = "RGBA"
    BGRA = "BGRA"

    @property
    def samples(self) -> int:
        """Samples per pixel, alpha included."""
        return {"GRAY": 1, "GRAY_ALPHA": 2, "RGB": 3, "RGBA": 4, "BGRA": 4}[self.value]


class Depth(str, Enum):
    """Type of one sample, little-endian. Integers span 0 to full scale; floats are nominally 0 to 1 and unbounded."""

    U8 = "U8"
    U16 = "U16"
    F16 = "F16"
    F32 = "F32"

    @property
    def sample_bytes(self) -> int:
        """Bytes per sample."""
        return {"U8": 1, "U16": 2, "F16": 2, "F32": 4}[self.value]


@dataclass(frozen=True)
class PixelFormat:
    """Channels and depth of a plane."""

    channels: Channels
    depth: Depth

    @property
    def pixel_bytes(self) -> int:
        """Bytes per pixel."""
        return self.channels.samples * self.depth.sample_bytes


@dataclass(frozen=True)
class Plane:
    """A rectangle of pixels.

    width, height: px, 1 to 65535; a job's content has at least 16 px per side.
    data: rows from the top, tightly packed, exactly width·height·format.pixel_bytes bytes. Anything with the buffer protocol will do; it is not copied.
    icc: the ICC profile's bytes (at most 4 MiB), or None for sRGB-encoded values, floats as well.
    """

    format: PixelFormat
    width: int
    height: int
    data: bytes | bytearray | memoryview
    icc: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes that the pixels take."""
        return self.width * self.height * self.format.pixel_bytes

    def __repr__(self) -> str:
        profile = "sRGB" if self.icc is None else f"ICC of {len(self.icc)} bytes"
        return f"Plane({self.format.channels.value} {self.format.depth.value}, {self.width}×{self.height} px, {profile})"
