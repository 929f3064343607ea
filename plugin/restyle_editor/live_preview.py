"""Owns the preview of what would be painted: one small picture, painted with the chosen style's look as soon as it or a setting changes; the latest wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .background import Background
from .latest import Latest
from .packages import client

if TYPE_CHECKING:
    from .recipes import Recipe

SIDE = 256  # px of the picture that is painted, its longest side, at the stroke size that suits the style
SMALLEST_SIDE, LARGEST_SIDE = 96, 384  # px of the same at others: a blink on two cores


@dataclass(frozen=True)
class Aim:
    """What a preview is painted with. look: its id. side: px that the picture's longest side is brought to: strokes have a size of their own in px, so that
    they come out larger in a smaller picture."""

    look: str
    strength: float
    side: int


def look_of(looks: tuple[client.Look, ...], style: str) -> client.Look | None:
    """The look of a style of the library: the one of its id, else the last that was learned from it. None: it has none."""
    if not style:
        return None
    return next((look for look in looks if look.id == style), None) or next((look for look in reversed(looks) if look.style == style), None)


def look_for(recipe: Recipe, looks: tuple[client.Look, ...]) -> client.Look | None:
    """The look that a recipe is painted with live; None: it has several styles, or one without a look."""
    return look_of(looks, recipe.styles[0].library) if len(recipe.styles) == 1 else None


def aim_of(recipe: Recipe, looks: tuple[client.Look, ...], suggested_scale: float | None = None) -> Aim | None:
    """How a preview of this recipe is painted; None where no look can tell: several styles, or one that has none. suggested_scale: the style's own strokes."""
    look = look_for(recipe, looks)
    if look is None:
        return None
    larger = (recipe.styles[0].scale or suggested_scale or 1.0) / (suggested_scale or 1.0)
    return Aim(look.id, recipe.strength, max(SMALLEST_SIDE, min(LARGEST_SIDE, round(SIDE / larger))))


class LivePreview:
    """painted: called on the editor's thread with every picture that was painted. All calls belong to that thread, and return at once."""

    def __init__(self, background: Background, painted: Callable[[client.Plane], None], failed: Callable[[], None]) -> None:
        self._latest, self._painted, self._failed = Latest(background), painted, failed

    def show(self, picture: client.Plane, aim: Aim) -> None:
        def paint(session: client.Session) -> client.Plane:
            return session.paint_live(picture, aim.look, strength=aim.strength)

        self._latest.ask(paint, self._painted, lambda _words, _error: self._failed())

    def stop(self) -> None:
        """Nothing is wanted any more."""
        self._latest.stop()
