"""Owns the report of a job: how it was painted, scale by scale and step by step."""

from __future__ import annotations

from dataclasses import dataclass

from .events import Preview
from .jobs import Progress


@dataclass(frozen=True)
class ScaleReport:
    """A scale of the work, its size in px, and what the picture looked like when it was done. The finish comes last, at a size that was there before.

    scale: from 1, the coarsest; later where the job went on from an earlier one. began_seconds: after the job's start; seconds: that it took. picture:
    longest side at most 512 px.
    """

    scale: int
    width: int
    height: int
    evaluations: int
    began_seconds: float
    seconds: float
    picture: Preview


@dataclass(frozen=True)
class Report:
    """How a job was painted. steps: one per loss evaluation, in order."""

    scales: tuple[ScaleReport, ...]
    steps: tuple[Progress, ...]
