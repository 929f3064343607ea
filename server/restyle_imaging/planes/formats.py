"""Owns the names of pixel formats: channels × depth, as they travel between an editor and the server."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Channels(StrEnum):
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

    @property
    def has_alpha(self) -> bool:
        return self in (Channels.GRAY_ALPHA, Channels.RGBA, Channels.BGRA)

    @property
    def is_gray(self) -> bool:
        return self in (Channels.GRAY, Channels.GRAY_ALPHA)


class Depth(StrEnum):
    """Type of one sample, little-endian. Integers span 0 to full scale; floats are nominally 0–1 and unbounded."""

    U8 = "U8"
    U16 = "U16"
    F16 = "F16"
    F32 = "F32"

    @property
    def sample_bytes(self) -> int:
        """Bytes per sample."""
        return {"U8": 1, "U16": 2, "F16": 2, "F32": 4}[self.value]


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """Channels and depth of a plane."""

    channels: Channels
    depth: Depth

    @property
    def pixel_bytes(self) -> int:
        """Bytes per pixel."""
        return self.channels.samples * self.depth.sample_bytes


@dataclass(frozen=True, slots=True)
class Plane:
    """A rectangle of pixels as an editor has them.

    data: rows from the top, tightly packed, width·height·format.pixel_bytes bytes, straight alpha.
    icc: the ICC profile's bytes, or None for sRGB-encoded values (floats as well).
    """

    format: PixelFormat
    width: int
    height: int
    data: bytes | bytearray | memoryview
    icc: bytes | None = None
