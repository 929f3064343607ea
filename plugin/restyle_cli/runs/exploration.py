"""Owns the sheet of six drafts that differ in style, in strength or in the size of the strokes, as the editors' Explore shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import restyle_client as client
from PIL import Image
from restyle_contract.parameters import AUTOMATIC
from restyle_editor.recipes import Recipe, StyleChoice
from restyle_editor.sentences import STROKES_AUTOMATIC, automatic_strokes
from restyle_editor.suggestion import suits
from restyle_editor.variations import COUNT, Variation, Vary, variations
from restyle_imaging.sheets import Heading, Panel, grid

from ..terminal.output import named
from . import draft_run
from .draft_run import Content, Draft, Outcome, Plan, file_name
from .one_picture import ChosenStyle
from .paint_options import Manner, PaintOptions

COLUMNS = 4  # of the sheet: content or style, and three drafts


def run(path: Path, output: Path, options: PaintOptions, vary: Vary, manner: Manner) -> None:
    """options: the style, and what all drafts share."""
    spec = str(options.specs[0])

    def choose(session: client.Session, styles: tuple[ChosenStyle, ...]) -> list[Draft]:
        library = {style.id: style for style in session.styles()}
        given = StyleChoice(library=styles[0].library.id, title=styles[0].library.title) if styles[0].library else StyleChoice(file=spec)
        strength, color = suits(library, (given,))
        found = variations(vary, Recipe(styles=(given,), strength=strength, color=color), library.values())
        return [_draft(number, styles[0] if each.recipe.styles[0].key == given.key else None, spec, each, library) for number, each in enumerate(found, 1)]

    def lay(content: Content, panels: Sequence[Panel], outcomes: Sequence[Outcome]) -> Image.Image:
        cells: list[Panel | None] = [_cell(outcome) for outcome in outcomes]
        cells += [None] * (COUNT - len(cells))
        sides = [Panel("Content", f"{content.width}×{content.height} px", content.picture), panels[0]]
        rows = [[side, *cells[index * (COLUMNS - 1) : (index + 1) * (COLUMNS - 1)]] for index, side in enumerate(sides)]
        about = f"drafts at {options.size} px, {draft_run.facts(outcomes)}"
        manner_of = f"{panels[0].title} and others" if vary is Vary.STYLE else panels[0].title
        return grid(rows, draft_run.box(content), Heading(f"{named(content.path.name)} in the manner of {manner_of}", (about,)))

    draft_run.run(path, output, options, Plan(COUNT, choose, lay), manner)


def _draft(number: int, style: ChosenStyle | None, spec: str, variation: Variation, library: dict[str, client.Style]) -> Draft:
    """style: the given one; None: the variation's own, of the library."""
    choice, recipe = variation.recipe.styles[0], variation.recipe
    if style is None:
        style, spec = ChosenStyle(client.StyleUse.library(choice.library), library[choice.library], {}), choice.library
    scale = None if choice.scale is None else round(choice.scale, 2)
    return Draft(
        style=style,
        spec=spec,
        name=f"{file_name(spec, style)}-{number}",
        words=f"{number}: {variation.caption} ({variation.words})",
        strength=recipe.strength,
        scale=scale,
        color=recipe.color,
        given={"number": number, "caption": variation.caption, "style": spec, "strength": recipe.strength, "style_scale": scale, "color": recipe.color},
        full=("--strength", f"{recipe.strength:g}", "--style-scale", AUTOMATIC if scale is None else f"{scale:g}", "--color", recipe.color),
        about=variation.words,
    )


def _cell(outcome: Outcome) -> Panel:
    about = outcome.draft.about
    if outcome.job and outcome.draft.scale is None:
        about = about.replace(STROKES_AUTOMATIC, automatic_strokes(next(iter(outcome.job.style_scales), None)))
    return Panel(str(outcome.draft.given["caption"]), about, outcome.picture, outcome.error)
