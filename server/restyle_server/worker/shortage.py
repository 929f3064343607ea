"""Owns what people read when a painting doesn't fit into the memory that it may take: what is at fault, and what would work. Imports no torch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .engine import JobFailure

REASON = "OUT_OF_MEMORY"
MIB = 2**20
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Shortage:
    """A painting of size px needs `least` bytes, however it is done. allowed: bytes that the caller allows, None: all; free: bytes that there are on the
    device; largest: px, the longest side that fits now, 0: none does."""

    size: int
    least: int
    allowed: int | None
    free: int
    largest: int
    device: str

    @property
    def by_choice(self) -> bool:
        """Whether the device has what the caller doesn't allow."""
        return self.allowed is not None and self.allowed < self.least <= self.free

    @property
    def failure(self) -> JobFailure:
        """Of a job that can't be painted so."""
        least = _up(self.least)
        if self.by_choice:
            smaller = f", or choose a size of {self.largest} px or less" if self.largest else ""
            return JobFailure(
                REASON, f"Painting at {self.size} px takes {least} at least, and {_down(self.allowed or 0)} are allowed: allow {least} or more{smaller}."
            )
        smaller = f"choose a size of {self.largest} px or less, or close other programs" if self.largest else "close other programs, or take a smaller picture"
        allowed = min(self.free, self.free if self.allowed is None else self.allowed)
        return JobFailure(REASON, f"Painting at {self.size} px takes {least} at least, and there are {_down(allowed)} on {self.device}: {smaller}.")


def _up(count: int) -> str:
    """Bytes for people, never less than there are: whoever allows what is read here allows enough."""
    return f"{math.ceil(count / GIB * 10) / 10:.1f} GiB" if count > GIB else f"{math.ceil(count / MIB)} MiB"


def _down(count: int) -> str:
    return f"{math.floor(count / GIB * 10) / 10:.1f} GiB" if count >= GIB else f"{count // MIB} MiB"
