"""Owns exploring: how six drafts of one style differ, the same in every client."""

from __future__ import annotations

from dataclasses import dataclass

from .packages import limits


@dataclass(frozen=True)
class Variation:
    """strength: 0 to 100. strokes: factor on the size that the strokes have anyway. color: "style", "content" or "match"."""

    strength: float
    strokes: float
    color: str

    def scaled(self, scale: float) -> float:
        """The size of the strokes where it would be `scale`, within the service's range."""
        smallest, largest = limits.STYLE_SCALES
        return min(largest, max(smallest, round(scale * self.strokes, 2)))


VARIATIONS = (
    Variation(35.0, 1.0, "style"),
    Variation(50.0, 0.6, "style"),
    Variation(50.0, 1.6, "style"),
    Variation(70.0, 1.0, "style"),
    Variation(60.0, 1.0, "content"),
    Variation(60.0, 1.4, "match"),
)
