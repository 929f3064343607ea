"""Owns what the style library tells about a style, and what several styles together suggest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .contract import parameters


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


def suggestion(styles: Iterable[tuple[Style | None, float | None]]) -> tuple[float | None, str | None]:
    """The strength and the colour that suit one style or a blend; None where nothing is suggested. styles: each with its weight (None: 1); None stands for a
    picture outside the library. Strengths are averaged by weight, the usual one standing in where none is suggested; a colour is taken when all agree on it."""
    blend = [(style or Style("", ""), 1.0 if weight is None else weight) for style, weight in styles]
    strength = color = None
    if any(style.suggested_strength is not None for style, _ in blend):
        asked = (weight * (parameters.USUAL_STRENGTH if style.suggested_strength is None else style.suggested_strength) for style, weight in blend)
        strength = sum(asked) / sum(weight for _, weight in blend)
    if len({style.suggested_color for style, _ in blend}) == 1:
        color = blend[0][0].suggested_color
    return strength, color
