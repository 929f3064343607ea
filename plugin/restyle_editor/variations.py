"""Owns exploring: the three ways in which six drafts of a picture differ, what stands under each, and how each is ordered; the same in every client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from . import recipes, sentences
from .packages import client, limits
from .recipes import Recipe, StyleChoice
from .suggestion import suits

COUNT = 6  # drafts: as many as are compared at a glance
STRENGTHS = (20.0, 35.0, 50.0, 65.0, 80.0, 95.0)
STEP = 1.4  # between two sizes of strokes: less is not seen at a draft's size
SIZES = (0.5, 0.7, 1.0, 1.4, 2.0)  # of strokes, beside the automatic ones
BELOW = 2  # sizes that are smaller than the one that is chosen, where there are such
DRAFT_SIZE = 256  # px: a draft of this size takes seconds on two cores, and shows strokes and colors


class Vary(str, Enum):
    """What the drafts differ in."""

    STYLE = "style"
    STRENGTH = "strength"
    STROKES = "strokes"


@dataclass(frozen=True)
class Variation:
    """recipe: that paints it in full. caption: what is this one's own. words: strength and strokes of it."""

    recipe: Recipe
    caption: str
    words: str

    @property
    def draft(self) -> Recipe:
        """The same, quick and small."""
        return replace(self.recipe, preset="draft", size=DRAFT_SIZE)

    def painted(self, scales: Sequence[float]) -> Variation:
        """The same once it is painted. scales: sizes of its styles' strokes, as the job tells them."""
        if self.recipe.styles[0].scale is not None or not scales:
            return self
        return replace(self, words=_words(self.recipe, sentences.automatic_strokes(scales[0])))


def variations(vary: Vary, recipe: Recipe, library: Iterable[client.Style]) -> list[Variation]:
    """Six, or as many as there are styles. recipe: with a style, whose own settings are among them. library: in the order in which they are shown."""
    known = {style.id: style for style in library}
    if vary is Vary.STYLE:
        return [_variation(each, each.title) for each in (recipe, *_neighbours(recipe, known))]
    if vary is Vary.STRENGTH:
        nearest = min(STRENGTHS, key=lambda strength: abs(strength - recipe.strength))
        varied = [recipe if strength == nearest else replace(recipe, strength=strength) for strength in STRENGTHS]
        return [_variation(each, sentences.EXPLORED_STRENGTH.format(strength=round(each.strength))) for each in varied]
    ladders = [_sizes(choice.scale) for choice in recipe.styles]
    found = []
    for sizes in zip(*ladders):  # noqa: B905 - each of them has COUNT; Python 3.10
        styles = tuple(replace(choice, scale=size) for choice, size in zip(recipe.styles, sizes))  # noqa: B905
        found.append(_variation(replace(recipe, styles=styles), sentences.EXPLORED_STROKES.format(strokes=sentences.strokes(sizes[0]))))
    return found


def varied(request: client.JobRequest, first: Recipe, recipe: Recipe) -> client.JobRequest:
    """The request of the first recipe's, with another one, whose styles are among the first's or the library's; no pixel is read again."""
    known = {choice.key: use for choice, use in zip(first.styles, request.styles)}  # noqa: B905 - of one length; Python 3.10
    styles = []
    for choice in recipe.styles:
        use = known.get(choice.key) or client.StyleUse.library(choice.library, symmetry=recipes.symmetry(recipe, choice))
        styles.append(replace(use, weight=float(choice.weight), scale=choice.scale))
    return client.JobRequest(
        request.content, tuple(styles), request.masks,
        start=request.start, parameters=recipes.parameters(recipe), job_class=request.job_class, label=request.label,
    )  # fmt: skip


def _variation(recipe: Recipe, caption: str) -> Variation:
    return Variation(recipe, caption, _words(recipe, sentences.strokes(recipe.styles[0].scale)))


def _words(recipe: Recipe, strokes: str) -> str:
    return sentences.EXPLORED.format(strength=round(recipe.strength), strokes=strokes)


def _neighbours(recipe: Recipe, library: dict[str, client.Style]) -> list[Recipe]:
    """The styles that follow the chosen ones in the gallery, round its end. Strength and colors suit each, unless somebody chose others."""
    order = list(library)
    chosen = [choice.library for choice in recipe.styles]
    begin = order.index(chosen[0]) + 1 if chosen[0] in library else 0
    following = [each for each in (*order[begin:], *order[:begin]) if each not in chosen][: COUNT - 1]
    suited = (recipe.strength, recipe.color) == suits(library, recipe.styles)
    found = []
    for style in (library[each] for each in following):
        styles = (StyleChoice(library=style.id, title=style.title),)
        strength, color = suits(library, styles) if suited else (recipe.strength, recipe.color)
        found.append(replace(recipe, styles=styles, strength=strength, color=color))
    return found


def _sizes(scale: float | None) -> Sequence[float | None]:
    """Six sizes of strokes, this one among them, the smallest first; all within the service's range, whose ends are more than seven steps apart. None:
    automatic, before five others."""
    if scale is None:
        return [None, *SIZES]
    smallest, largest = limits.STYLE_SCALES
    reached = [step for step in range(-COUNT, COUNT + 1) if step == 0 or smallest <= scale * STEP**step <= largest]
    first = max(0, min(reached.index(0) - BELOW, len(reached) - COUNT))
    return [round(scale * STEP**step, 2) for step in reached[first : first + COUNT]]
