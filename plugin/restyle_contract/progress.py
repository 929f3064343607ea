"""Owns the records of how far a painting is, and of how it was painted: scale by scale and step by step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """The state of the work after a loss evaluation; in the finish, after one of its steps.

    scale, scales: the current scale, from 1, of how many, the finish among them; width, height: px of this scale, which several may share. step, steps:
    evaluations done and planned, all scales. fraction: 0 to 1 of the work. eta_seconds: None while it is not known. loss: style_loss + content_weight ·
    content_loss + smoothing_loss + gamut_loss, in units that no two scales share. In the finish style_loss is 1 less the mean cosine to the nearest
    neighbours, and smoothing_loss the change of the tones.
    """

    scale: int
    scales: int
    width: int
    height: int
    step: int
    steps: int
    fraction: float
    loss: float
    content_loss: float
    style_loss: float
    elapsed_seconds: float
    eta_seconds: float | None
    content_weight: float = 0.0
    smoothing_loss: float = 0.0
    gamut_loss: float = 0.0


@dataclass(frozen=True)
class Preview:
    """A small picture of the work now: RGBA8, straight alpha, sRGB, rows from the top, width·height·4 bytes, longest side at most 512 px."""

    width: int
    height: int
    rgba: bytes

    def __repr__(self) -> str:
        return f"Preview({self.width}×{self.height} px)"


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
    """How a job was painted. steps: one per loss evaluation, in order. legible: where lines were kept as people read there, white on black; None: nowhere."""

    scales: tuple[ScaleReport, ...]
    steps: tuple[Progress, ...]
    legible: Preview | None = None
