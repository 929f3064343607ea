"""Owns `restyle look learn`: its options, and whether they mean a style or a painting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from restyle_contract.limits import LEARN_STEPS, MAX_LEARN_SIDE, MAX_LEARN_STEPS, MAX_TEXT, SMALLEST_SIDE
from restyle_contract.paths import at_home

from ..terminal.examples import examples
from ..terminal.output import Json
from .asking import paint_options
from .options import Device, Seed, Strength, StyleScale, StylesOrNone, Weights


@examples(
    "restyle look learn night --style night",
    "restyle look learn mine -s painting.jpg --photographs holiday/ --steps 3000",
    "restyle look learn portrait --painting photo.png painted.png",
)
def learn(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The look's name, of which its id is made.", show_default=False)],
    style: StylesOrNone = None,
    photographs: Annotated[
        list[Path] | None,
        typer.Option(
            "--photographs", metavar="FOLDER|FILE", help="What to practise on, such as what you paint; default: a few photographs.", show_default=False
        ),
    ] = None,
    painting: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="LAYER PAINTING", help="Learn from a picture and its painting, of one size, in the place of a style.", show_default=False),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=MAX_LEARN_STEPS, help=f"More teach it better; default {LEARN_STEPS}, minutes on two cores.", show_default=False),
    ] = None,
    strength: Strength = None,
    style_scale: StyleScale = None,
    size: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=SMALLEST_SIDE,
            max=MAX_LEARN_SIDE,
            help="Longest side of what is learned on, in pixels; default 512, from a painting 1024.",
            show_default=False,
        ),
    ] = None,
    credit: Annotated[str, typer.Option(metavar="TEXT", help="Whose the style is; default: as the library says.", show_default=False)] = "",
    seed: Seed = None,
    weights: Weights = None,
    device: Device = None,
    detach: Annotated[bool, typer.Option("--detach", metavar="", help="Do not wait for it.", show_default=False)] = False,
    json: Json = False,
) -> None:
    """Learn a look from a style or a painting, while nothing else is painted. Ctrl-C keeps what is learned so far, once more cancels."""
    if bool(style) == (painting is not None):
        raise typer.BadParameter("say what to learn from: styles with --style, or a picture and its painting with --painting")
    if painting is not None and (photographs or style_scale is not None):
        raise typer.BadParameter("a painting is practised on its own picture; leave --photographs and --style-scale out")
    for text, option in ((name, "NAME"), (credit, "--credit")):
        if len(text) > MAX_TEXT or not text.isprintable():
            raise typer.BadParameter(f"at most {MAX_TEXT} characters that can be printed", param_hint=option)
    if not name.strip():
        raise typer.BadParameter("give the look a name", param_hint="NAME")
    options = paint_options(
        style or (),
        style_scale=style_scale,
        size=size,
        preset="standard",
        strength=strength,
        color=None,
        steps=None,
        seed=seed,
        weights=weights,
        device=device,
        memory=None,
    )
    from ..runs import look_learning

    given = tuple(at_home(path) for path in photographs or ())
    pair = None if painting is None else (at_home(painting[0]), at_home(painting[1]))
    look_learning.run(look_learning.Wanted(name, options, given, pair, credit, steps, detach, json))
