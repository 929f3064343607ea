"""Owns what a watcher hears: snapshots of the job, its progress, previews, and bytes on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from .jobs import Job, Progress, WeightsInfo


@dataclass(frozen=True)
class Preview:
    """A small picture of the work now: RGBA8, straight alpha, sRGB, rows from the top, width·height·4 bytes, longest side at most 512 px."""

    width: int
    height: int
    rgba: bytes

    def __repr__(self) -> str:
        return f"Preview({self.width}×{self.height} px)"


@dataclass(frozen=True)
class Upload:
    """Bytes of the request that have been sent, of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class Download:
    """Bytes of the result that have arrived, of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class InstallProgress:
    """The server fetches weights. step: "downloading", "checking", "converting" or "installed". weights: at the end."""

    done_bytes: int
    total_bytes: int
    step: str
    weights: WeightsInfo | None = None


Event = Union[Job, Progress, Preview, Upload, Download]
