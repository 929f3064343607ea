"""Owns how far a painting is after one loss evaluation: the one list of what is told of it. Imports nothing, so that whoever only passes it on stays quick."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """State after one loss evaluation; in the finish, after one of its steps. Counts from 1; several scales may have one size. Losses in the stylizer's units,
    each scale with its own: loss = style_loss + content_weight · content_loss + smoothing_loss + gamut_loss; in the finish style_loss is 1 less the mean cosine
    to the nearest neighbours, and smoothing_loss the tones' term. fraction: 0–1 of the work."""

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
    content_weight: float = 0.0
    smoothing_loss: float = 0.0
    gamut_loss: float = 0.0

    def counts(self) -> dict[str, Any]:
        """All of this by name, for the records that add to it."""
        return {field.name: getattr(self, field.name) for field in fields(Step)}
