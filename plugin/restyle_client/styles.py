"""Owns what the style library tells about a style."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """A picture of the library.

    width, height: px of the picture. thumbnail, effect_thumbnail: JPEG files, longest side at most 256 px, empty when not asked for or not there.
    builtin: it came with Restyle; shared: it lies in the administrator's folder; neither can be removed. sha256: of the picture's file.
    suggested_*: what suits this style; None means the usual default. picture: the file, when asked for.
    """

    id: str
    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    credit: str = ""
    license: str = ""
    builtin: bool = False
    shared: bool = False
    width: int = 0
    height: int = 0
    sha256: str = ""
    thumbnail: bytes = b""
    effect_thumbnail: bytes = b""
    suggested_scale: float | None = None
    suggested_strength: float | None = None
    suggested_color: str | None = None
    picture: bytes | None = None

    def __repr__(self) -> str:
        return f"Style({self.id!r}, {self.title!r}, {self.width}×{self.height} px)"
