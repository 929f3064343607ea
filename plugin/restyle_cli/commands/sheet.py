"""Owns `restyle sheet` and `restyle explore`: their options. Both paint drafts, to choose from at a glance."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Annotated

import typer
from restyle_contract.limits import SMALLEST_SIDE
from restyle_contract.paths import at_home
from restyle_editor.variations import Vary

from ..runs import destinations, style_specs
from ..runs.paint_options import Manner, PaintOptions
from ..runs.style_specs import StyleSpec
from ..terminal.examples import examples
from ..terminal.output import Json
from .options import Device, Overwrite, Seed, StyleScale, Weights

MOST_CELLS = 128  # drafts on one sheet: about twenty minutes on a processor, and a sheet that viewers still open
DRAFT_SIZE = 320  # px: a draft takes seconds, and shows strokes and colours
LARGEST_DRAFT = 1024  # px

Content = Annotated[Path, typer.Argument(metavar="CONTENT", help="The picture to paint.", show_default=False)]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The sheet's file; its suffix chooses the format.", show_default=False)]
DraftSize = Annotated[int, typer.Option("--size", metavar="N", min=SMALLEST_SIDE, max=LARGEST_DRAFT, help="Longest side of each draft in pixels.")]


@examples(
    "restyle sheet photo.jpg --styles night,woodcut,batik -o sheet.png",
    "restyle sheet photo.jpg --styles waves.jpg --strengths 20,40,60,80 -o waves.png",
)
def sheet(
    content: Content,
    styles: Annotated[
        list[str], typer.Option(metavar="A,B,…", help="Styles of the library, or pictures, with commas between; may be repeated.", show_default=False)
    ],
    output: Output,
    strengths: Annotated[str, typer.Option(metavar="N,N,…", help="Strengths, 0 to 100, with commas between.")] = "25,50,75",
    style_scale: StyleScale = None,
    size: DraftSize = DRAFT_SIZE,
    seed: Seed = None,
    weights: Weights = None,
    device: Device = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Paint a contact sheet of drafts: each style at each strength.

    A draft that fails doesn't stop the rest. Every draft is told with the command that paints it in full. Ctrl-C cancels.
    """
    specs = tuple(_style(name) for text in styles for name in _listed(text))
    chosen = _strengths(strengths)
    if not specs:
        raise typer.BadParameter("--styles names no style; write names of the library or picture files, such as night,waves.jpg")
    if len(specs) * len(chosen) > MOST_CELLS:
        raise typer.BadParameter(f"{len(specs)} styles at {len(chosen)} strengths are {len(specs) * len(chosen)} drafts; a sheet holds {MOST_CELLS}")
    destination = destinations.single(at_home(output), content, overwrite, [spec.file for spec in specs if spec.file is not None])

    from ..runs import comparison, saving

    options = PaintOptions(specs=specs, scale=style_scale, preset="draft", size=size, seed=seed, weights=weights or "auto", device=device)
    with saving.speaking_beside(destination):
        comparison.run(content, destination, options, chosen, Manner(destinations.DEFAULT_SUFFIX, overwrite, None, json))


@examples("restyle explore photo.jpg --style night -o explore.png", "restyle explore photo.jpg --style night --vary style -o styles.png")
def explore(
    content: Content,
    style: Annotated[str, typer.Option("--style", "-s", metavar="NAME|FILE", help="A style of the library, or a picture.", show_default=False)],
    output: Output,
    vary: Annotated[Vary, typer.Option(help="What the drafts differ in: this style and others, its strength, or the size of its strokes.")] = Vary.STRENGTH,
    size: DraftSize = DRAFT_SIZE,
    seed: Seed = None,
    weights: Weights = None,
    device: Device = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Paint six drafts that differ in strength, in the size of the strokes or in style.

    Each is told with the command that paints it in full. Ctrl-C cancels.
    """
    spec = _style(style)
    destination = destinations.single(at_home(output), content, overwrite, [spec.file] if spec.file is not None else ())

    from ..runs import exploration, saving

    options = PaintOptions(specs=(spec,), preset="draft", size=size, seed=seed, weights=weights or "auto", device=device)
    with saving.speaking_beside(destination):
        exploration.run(content, destination, options, vary, Manner(destinations.DEFAULT_SUFFIX, overwrite, None, json))


def _style(text: str) -> StyleSpec:
    spec = style_specs.parse(text)
    if spec.weight is not None:
        raise typer.BadParameter(f"{text}: every draft has one style, so a weight says nothing; leave it out")
    return spec


def _listed(text: str) -> list[str]:
    """The names between the commas; a file whose name has commas is one name."""
    whole = os.path.isfile(text)  # noqa: PTH113 - its Path fails over a name that is too long
    return [text] if whole else [name.strip() for name in text.split(",") if name.strip()]


def _strengths(text: str) -> tuple[float, ...]:
    """Each once, in the order given. typer.BadParameter."""
    try:
        found = [float(word) for word in text.split(",") if word.strip()]
    except ValueError:
        found = []
    if not found or not all(math.isfinite(strength) and 0 <= strength <= 100 for strength in found):
        raise typer.BadParameter(f"--strengths {text}: write numbers from 0 to 100 with commas between, such as 25,50,75")
    return tuple(dict.fromkeys(found))
