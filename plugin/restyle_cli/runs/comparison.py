"""Owns the sheet that compares styles at several strengths: one row for each style."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import restyle_client as client
from PIL import Image
from restyle_imaging.sheets import Heading, Panel, grid

from ..terminal.output import named
from . import draft_run
from .draft_run import Content, Draft, Outcome, Plan, file_name
from .one_picture import ChosenStyle
from .paint_options import Manner, PaintOptions


def run(path: Path, output: Path, options: PaintOptions, strengths: Sequence[float], manner: Manner) -> None:
    """options: the styles, and what all drafts share. strengths: 0–100, one for each column."""

    def choose(_: client.Session, styles: tuple[ChosenStyle, ...]) -> list[Draft]:
        cells = [(row, column) for row in range(len(styles)) for column in range(len(strengths))]
        return [_draft(number, row, column, styles[row], str(options.specs[row]), strengths[column]) for number, (row, column) in enumerate(cells, 1)]

    def lay(content: Content, panels: Sequence[Panel], outcomes: Sequence[Outcome]) -> Image.Image:
        rows: list[list[Panel | None]] = []
        for row, panel in enumerate(panels):
            cells = outcomes[row * len(strengths) : (row + 1) * len(strengths)]
            rows.append([panel, *(Panel(f"strength {cell.draft.strength:g}", source=cell.picture, note=cell.error) for cell in cells)])
        return grid(rows, draft_run.box(content), _heading(content, options, outcomes))

    draft_run.run(path, output, options, Plan(len(options.specs) * len(strengths), choose, lay), manner)


def _draft(number: int, row: int, column: int, style: ChosenStyle, spec: str, strength: float) -> Draft:
    return Draft(
        style=style,
        spec=spec,
        name=f"{file_name(spec, style)}-{strength:g}",
        words=f"{spec}, strength {strength:g}",
        strength=strength,
        scale=style.use.scale,
        color=style.library.suggested_color if style.library else None,
        given={"number": number, "row": row + 1, "column": column + 1, "style": spec, "strength": strength},
        full=("--strength", f"{strength:g}"),
    )


def _heading(content: Content, options: PaintOptions, outcomes: Sequence[Outcome]) -> Heading:
    about = f"{len(options.specs)} {'styles' if len(options.specs) > 1 else 'style'}, drafts at {options.size} px"
    return Heading(named(content.path.name), (about, draft_run.facts(outcomes)), Panel("Content", f"{content.width}×{content.height} px", content.picture))
