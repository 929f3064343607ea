"""Owns what is asked of the process that lowers a painting's strength, and what it answers. Knows neither protobuf nor any picture."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from .order import PlaneFile
from .progress import Preview

T = TypeVar("T")
LENGTH_BYTES = 4  # before each record, between the two processes


@dataclass(frozen=True, slots=True)
class LoweringOrder:
    """A painting as it would be about at another strength. content: that it was painted from, of its size and format. crc32: of the painting's bytes.
    work_width, work_height: px that it was painted at. painted, wanted: strengths, 0–100, wanted no more than painted. across, down: whether its sides go on
    at the opposite ones. out: where the bytes go; None: a preview is wanted instead, preview_size px on its longest side."""

    content: PlaneFile
    painting: PlaneFile
    crc32: int
    work_width: int
    work_height: int
    painted: float
    wanted: float
    across: bool = False
    down: bool = False
    out: Path | None = None
    preview_size: int = 0


@dataclass(frozen=True, slots=True)
class Lowered:
    """size, crc32: of the bytes that were written. refused: a sentence about what stands in the way; empty: nothing does. damaged: the painting is not what was
    painted."""

    size: int = 0
    crc32: int = 0
    preview: Preview | None = None
    refused: str = ""
    damaged: bool = False


def packed(record: LoweringOrder | Lowered) -> bytes:
    """A record with its length before it."""
    data = msgspec.msgpack.encode(record, enc_hook=os.fspath)
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


def unpacked(data: bytes, kind: type[T]) -> T:
    """A record of that kind, without its length."""
    return msgspec.msgpack.decode(data, type=kind, dec_hook=lambda wanted, value: wanted(value))
