"""Owns a job's report: how it was painted, scale by scale and step by step, as a file beside its result. Only jobs ordered with a report have one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from restyle_contract.files import atomic_write

from .progress import Preview, Progress


@dataclass(frozen=True, slots=True)
class ScaleReport:
    """A scale of the work, and the picture when it was done. scale: its number, from 1; width, height: px, which several scales may share. began_seconds:
    after the painting's own beginning; seconds: that it took."""

    scale: int
    width: int
    height: int
    evaluations: int
    began_seconds: float
    seconds: float
    picture: Preview


@dataclass(frozen=True, slots=True)
class Report:
    """scales: coarsest first. steps: one per loss evaluation. legible: where lines were kept because people read there, white on black; None: nowhere."""

    scales: tuple[ScaleReport, ...]
    steps: tuple[Progress, ...]
    legible: Preview | None = None


def write(path: Path, report: Report) -> None:
    """Whole or not at all. OSError."""
    atomic_write(path, msgspec.msgpack.encode(report))


def read(path: Path) -> Report:
    """OSError when there is none; msgspec.DecodeError for one that another version wrote."""
    return msgspec.msgpack.decode(path.read_bytes(), type=Report)
