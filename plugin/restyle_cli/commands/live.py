"""Owns `restyle live`: a folder that is watched, or a camera, painted with a look as it changes; and `restyle look apply`, which paints one picture so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from restyle_contract.paths import at_home

from ..terminal.examples import examples
from ..terminal.output import Json
from .options import Overwrite, Seamless, Strength

LookName = Annotated[str, typer.Argument(metavar="LOOK", help="A look's id; see restyle look list.", show_default=False)]


@examples("restyle live night --watch drawings/", "restyle live night --watch drawings/ -o painted/ --strength 70", "restyle live night --camera 0")
def live(
    look: LookName,
    watch: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Paint its pictures when they appear or change, beside themselves.", show_default=False)
    ] = None,
    camera: Annotated[int | None, typer.Option(metavar="N", min=0, help="Show what this camera sees, painted; 0 is the first.", show_default=False)] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="With --watch: put the paintings there instead.", show_default=False)
    ] = None,
    strength: Strength = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Paint while you draw: a look paints in a blink what a style paints in a minute. Ctrl-C ends it."""
    if (watch is None) == (camera is None):
        raise typer.BadParameter("say what to paint: a folder with --watch FOLDER, or a camera with --camera N")
    if output is not None and watch is None:
        raise typer.BadParameter("-o is for the paintings of a folder, with --watch")
    from ..runs import camera_run, destinations, live_run

    painter = live_run.Painter(look.lower(), strength, overwrite, json)
    if camera is not None:
        camera_run.show(painter, camera)
        return
    folder = at_home(watch or Path())
    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is no folder; name one whose pictures shall be painted", param_hint="--watch")
    live_run.watch(painter, folder, destinations.folder(at_home(output)) if output else folder)


@examples("restyle look apply night photo.jpg -o night.png")
def apply(
    look: LookName,
    content: Annotated[Path, typer.Argument(metavar="CONTENT", help="The picture to paint.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The result's file; its suffix chooses the format.", show_default=False)],
    strength: Strength = None,
    seamless: Seamless = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Paint a picture with a look, at its own size, in seconds."""
    from ..runs import destinations, live_run

    content = at_home(content)
    target = destinations.single(at_home(output), content, overwrite)
    live_run.apply(live_run.Painter(look.lower(), strength, overwrite, json, seamless or "none"), content, target)
