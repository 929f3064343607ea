"""Owns the sheet of six drafts in one style, which differ in strength, size of the strokes and colours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from restyle_editor.variations import VARIATIONS, Variation
from restyle_imaging.sheets import Heading, Panel, grid

from ..terminal.output import named
from . import draft_run
from .draft_run import Content, Draft, Outcome, Plan, file_name
from .one_picture import ChosenStyle
from .paint_options import Manner, PaintOptions

COLUMNS = 4  # of the sheet: content or style, and three drafts
COLORS = {"style": "the style's colours", "content": "the content's colours", "match": "colours matched"}


def run(path: Path, output: Path, options: PaintOptions, manner: Manner) -> None:
    """options: the style, and what all drafts share."""

    def choose(_: Path, styles: tuple[ChosenStyle, ...]) -> list[Draft]:
        return [_draft(number, styles[0], str(options.specs[0]), variation) for number, variation in enumerate(VARIATIONS, 1)]

    def lay(content: Content, panels: Sequence[Panel], outcomes: Sequence[Outcome]) -> Image.Image:
        cells = [_cell(outcome) for outcome in outcomes]
        sides = [Panel("Content", f"{content.width}×{content.height} px", content.picture), panels[0]]
        rows = [[side, *cells[index * (COLUMNS - 1) : (index + 1) * (COLUMNS - 1)]] for index, side in enumerate(sides)]
        about = f"drafts at {options.size} px, {draft_run.facts(outcomes)}"
        return grid(rows, draft_run.box(content), Heading(f"{named(content.path.name)} in the manner of {panels[0].title}", (about,)))

    draft_run.run(path, output, options, Plan(len(VARIATIONS), choose, lay), manner)


def _draft(number: int, style: ChosenStyle, spec: str, variation: Variation) -> Draft:
    suggested = style.library.suggested_scale if style.library else None
    scale = variation.scaled(style.use.scale or suggested or 1.0)
    return Draft(
        style=style,
        spec=spec,
        name=f"{file_name(spec, style)}-{number}",
        words=f"{number}: strength {variation.strength:g}, strokes {scale:g}, {COLORS[variation.color]}",
        strength=variation.strength,
        scale=scale,
        color=variation.color,
        given={"number": number, "style": spec, "strength": variation.strength, "style_scale": scale, "color": variation.color},
        full=("--strength", f"{variation.strength:g}", "--style-scale", f"{scale:g}", "--color", variation.color),
    )


def _cell(outcome: Outcome) -> Panel:
    given = outcome.draft.given
    title = f"{given['number']}: strength {given['strength']:g}"
    return Panel(title, f"strokes {given['style_scale']:g}, {COLORS[given['color']]}", outcome.picture, outcome.error)
