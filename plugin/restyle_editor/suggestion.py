"""Owns what several styles of the library suggest together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .packages import client, parameters
from .recipes import Recipe, StyleChoice


def suggestion(styles: Iterable[tuple[client.Style | None, float | None]]) -> tuple[float | None, str | None]:
    """The strength and the colour that suit one style or a blend; None where nothing is suggested. styles: each with its weight (None: 1); None stands for a
    picture outside the library. Strengths are averaged by weight, the usual one standing in where none is suggested; a colour is taken when all agree on it."""
    blend = [(style or client.Style("", ""), 1.0 if weight is None else weight) for style, weight in styles]
    strength = color = None
    if any(style.suggested_strength is not None for style, _ in blend):
        asked = (weight * (parameters.USUAL_STRENGTH if style.suggested_strength is None else style.suggested_strength) for style, weight in blend)
        strength = sum(asked) / sum(weight for _, weight in blend)
    if len({style.suggested_color for style, _ in blend}) == 1:
        color = blend[0][0].suggested_color
    return strength, color


def suits(library: Mapping[str, client.Style], styles: Iterable[StyleChoice]) -> tuple[float, str]:
    """The strength and the colors that a library suggests for these styles; the usual ones where it suggests none. library: by id."""
    strength, color = suggestion((library.get(style.library), style.weight) for style in styles)
    usual = Recipe()
    return usual.strength if strength is None else float(round(strength)), color or usual.color
