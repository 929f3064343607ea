"""Owns what the store of looks tells about a look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """A small network that has learned one manner of painting, for live painting.

    style: what it was learned from, a style's id or words. strength: 0 to 100, that it was learned at. side: px, longest side of the pictures that it was
    learned on. steps: that it was learned for. builtin: it came with Restyle, and can't be removed. size: bytes of its file; sha256: of its file.
    file: its bytes, when asked for.
    """

    id: str
    name: str
    style: str = ""
    credit: str = ""
    strength: float = 0.0
    side: int = 0
    steps: int = 0
    builtin: bool = False
    size: int = 0
    sha256: str = ""
    file: bytes | None = None

    def __repr__(self) -> str:
        return f"Look({self.id!r}, {self.name!r})"
