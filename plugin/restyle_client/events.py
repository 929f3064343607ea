"""Owns what a watcher hears: snapshots of the job, its progress, previews, and bytes on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from .contract import Preview, Progress
from .jobs import Job, WeightsInfo


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
