"""Owns rectangles of an image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in px: of the canvas, or of a layer."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rect(self) -> tuple[int, int, int, int]:
        return self.x, self.y, self.width, self.height

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def common(self, other: Box) -> Box:
        """What lies in both; empty when nothing does."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.x + self.width, other.x + other.width), min(self.y + self.height, other.y + other.height)
        return Box(x, y, max(0, right - x), max(0, bottom - y))

    def padded(self, margin: int, within: Box) -> Box:
        """Larger by `margin` px on each side, but never beyond `within`."""
        return Box(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin).common(within)

    def moved(self, dx: int, dy: int) -> Box:
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def at_least(self, side: int, within: Box) -> Box:
        """Grown to `side` px where there is room within."""
        x, width = _grown(self.x, self.width, side, within.x, within.width)
        y, height = _grown(self.y, self.height, side, within.y, within.height)
        return Box(x, y, width, height)


def _grown(start: int, length: int, side: int, lowest: int, room: int) -> tuple[int, int]:
    if length >= side or room < side:
        return start, length
    moved = max(lowest, min(start - (side - length) // 2, lowest + room - side))
    return moved, side
