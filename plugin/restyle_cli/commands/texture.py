"""Owns `restyle texture`: its options."""

from __future__ import annotations

from typing import Annotated

import typer
from restyle_contract.paths import at_home

from ..runs import destinations
from ..runs.paint_options import Manner
from ..terminal import amounts
from ..terminal.examples import examples
from ..terminal.output import Json
from .asking import paint_options
from .options import Device, Memory, Overwrite, PresetOption, Seamless, Seed, StyleScale, Weights


@examples(
    "restyle texture marbled --size 512x512 --seamless both -o tile.png",
    "restyle texture mosaic --size 256 --seamless both -o mosaic.pat",
    "restyle texture waves.jpg:2 night --size 1024x256 --seamless x --seed 7 -o frieze.png",
)
def texture(
    styles: Annotated[
        list[str],
        typer.Argument(metavar="STYLE", help="A style of the library or a picture, NAME|FILE[:WEIGHT]; several are blended.", show_default=False),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="OUT", help="The file; its suffix chooses the format: .pat is a pattern for GIMP and Krita.", show_default=False
        ),
    ],
    size: Annotated[str, typer.Option(metavar="WxH", help="Width and height in pixels.")] = "512x512",
    seed: Seed = None,
    seamless: Seamless = None,
    style_scale: StyleScale = None,
    preset: PresetOption = "standard",
    weights: Weights = None,
    device: Device = None,
    memory: Memory = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Paint a texture of styles alone, of any size.

    Another seed paints another one. With --seamless it can be laid beside itself. Ctrl-C cancels.
    """
    width_height = amounts.sides(size)
    options = paint_options(
        styles,
        style_scale=style_scale,
        size=None,
        preset=preset,
        strength=None,
        color=None,
        steps=None,
        seed=seed,
        weights=weights,
        device=device,
        memory=memory,
        seamless=seamless,
    )
    styled = [spec.file for spec in options.specs if spec.file is not None]
    destination = destinations.single(at_home(output), None, overwrite, styled)

    from ..runs import saving, texture_run

    with saving.speaking_beside(destination):
        texture_run.run(width_height, destination, options, Manner(destinations.DEFAULT_SUFFIX, overwrite, None, json))
