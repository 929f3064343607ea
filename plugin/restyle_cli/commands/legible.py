"""Owns `restyle legible`: where a picture's faces and lettering are, as a picture of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from restyle_contract.paths import at_home

from ..terminal.examples import examples
from ..terminal.output import Json
from .options import Overwrite


@examples("restyle legible photo.jpg -o faces.png")
def legible(
    content: Annotated[Path, typer.Argument(metavar="CONTENT", help="The picture to look at.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The result's file; its suffix chooses the format.", show_default=False)],
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write where faces and lettering are, white on black: what --legibility keeps, and a mask for any editor."""
    from ..runs import destinations, legible_map

    content = at_home(content)
    target = destinations.single(at_home(output), content, overwrite)
    legible_map.run(content, target, overwrite, json)
