"""Owns how a job ends: with the painted picture, or with the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from restyle_imaging.planes.formats import PixelFormat


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed. reason: an upper-case word of restyle.proto's JobError; message: a sentence with what to do next."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    """The painted picture: a file of tightly packed rows in the content's format, and its CRC-32."""

    path: Path
    format: PixelFormat
    width: int
    height: int
    size: int  # bytes
    crc32: int
    work_width: int
    work_height: int
    icc: bytes | None = None
