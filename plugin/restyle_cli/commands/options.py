"""Owns the options that several commands share, and those of `restyle image`: their ranges are the contract's."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer
from restyle_contract.limits import LARGEST_SEED, MAX_EVALUATIONS
from restyle_contract.parameters import NUMBERS, SEAMLESS, Color

from ..terminal import amounts


def _finite(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a number to paint with")
    return value


def _seamless(text: str) -> str:
    if text not in SEAMLESS:
        raise typer.BadParameter(f"{text!r} is no side; choose one of {', '.join(SEAMLESS[1:])}")
    return text


Contents = Annotated[list[Path], typer.Argument(metavar="CONTENT", help="The pictures to paint, or a folder of them.", show_default=False)]
_STYLES = typer.Option(
    "--style", "-s", metavar="NAME|FILE[:WEIGHT]", help="A style of the library or a picture; repeat it to blend, with weights.", show_default=False
)
Styles = Annotated[list[str], _STYLES]
StylesOrNone = Annotated[list[str] | None, _STYLES]
Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="The result's file, whose suffix chooses the format, - for stdout, or a folder for many. Needed, but for --estimate.",
        show_default=False,
    ),
]
StyleScale = Annotated[
    float | None,
    typer.Option(
        metavar="S|auto",
        parser=amounts.stroke_size,
        help="Size of the strokes: at 1 the style covers as much as the picture. Default: auto, what suits both.",
        show_default=False,
    ),
]
Size = Annotated[
    int | None,
    typer.Option(
        metavar="N|native",
        parser=amounts.size,
        help="Longest side of the work in pixels; default 512 on a CPU, 1024 on a GPU. native: as near to the picture's own as takes two minutes.",
        show_default=False,
    ),
]
Memory = Annotated[
    int | None,
    typer.Option(metavar="N[M|G]", parser=amounts.memory, help="Memory that may be used, such as 4G; default: what is free.", show_default=False),
]
PresetOption = Annotated[
    str, typer.Option(metavar="NAME|FILE", help="How much time to take: draft, standard or fine; or a preset of yours, see restyle presets list.")
]
LowerStrength = Annotated[
    float | None,
    typer.Option(
        "--strength",
        metavar="N",
        min=NUMBERS["strength"].lowest,
        max=NUMBERS["strength"].highest,
        callback=_finite,
        help="About as it would be at this lower strength, without painting it again; 0 is the content. Default: as it was painted.",
        show_default=False,
    ),
]
Strength = Annotated[
    float | None,
    typer.Option(
        metavar="N",
        min=NUMBERS["strength"].lowest,
        max=NUMBERS["strength"].highest,
        callback=_finite,
        help="0 keeps the content, 50 is balance, 100 lets the style win. Default: what suits the style, else 50.",
        show_default=False,
    ),
]
Legibility = Annotated[
    float | None,
    typer.Option(
        metavar="N",
        min=NUMBERS["legibility"].lowest,
        max=NUMBERS["legibility"].highest,
        callback=_finite,
        help=f"How far faces and lettering keep their lines: 0 is off. Default: {NUMBERS['legibility'].default:g}.",
        show_default=False,
    ),
]
Steps = Annotated[
    int | None, typer.Option(metavar="N", min=0, max=MAX_EVALUATIONS, help="Steps at full work size, instead of the preset's.", show_default=False)
]
Seed = Annotated[int | None, typer.Option(metavar="N", min=0, max=LARGEST_SEED, help="Equal seeds give equal pictures; default 0.", show_default=False)]
Weights = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Which network paints: auto, vgg19, vgg16 or file. Default: the preset's, else auto.", show_default=False),
]
Device = Annotated[
    str | None, typer.Option(metavar="ID", help="Such as cpu or cuda:0; default: whichever is free first. See restyle status.", show_default=False)
]
Suffix = Annotated[str, typer.Option("--format", metavar="SUFFIX", help="Format of many results, or of one that has no name: png, jpg, tif or webp.")]
ColorOption = Annotated[
    Color | None,
    typer.Option(
        help="Whose colours: the style's, the content's, or the style's matched to the content's. Default: what suits the style, else style.",
        show_default=False,
    ),
]
Seamless = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(SEAMLESS[1:]),
        parser=_seamless,
        help="Let left and right (x), top and bottom (y), or both go on at the opposite side, so that it can be laid beside itself.",
        show_default=False,
    ),
]
TwoLayers = Annotated[
    bool,
    typer.Option(
        "--layers",
        metavar="",
        help="Also write the painting as two layers: NAME-colours and NAME-strokes, which Grain merge makes the painting again.",
        show_default=False,
    ),
]
Report = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Also write how it was painted: NAME-report.json and NAME-report.png, the losses by step, and NAME-legible.png, the faces.",
        show_default=False,
    ),
]
Estimate = Annotated[bool, typer.Option("--estimate", metavar="", help="Tell the memory and time that it would take, and paint nothing.", show_default=False)]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", metavar="", help="Replace files that Restyle did not write, the content's own among them.", show_default=False)
]
Update = Annotated[
    str,
    typer.Option(
        metavar="RESULT|JOB",
        help="Paint only what has changed in CONTENT since this result of Restyle's, or this job, with the settings that it has. All else stays as it is.",
        show_default=False,
    ),
]
OcioConfig = Annotated[
    str | None,
    typer.Option(
        "--ocio",
        metavar="CONFIG",
        help="An OpenColorIO config, a file or such as ocio://studio-config-latest, whose rules say in which colour space OpenEXR files are. Default: $OCIO.",
        show_default=False,
    ),
]
OcioSpace = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The colour space of the config that all OpenEXR files, and TIFFs of 16 bits or more without a profile, are in. Results are in it, too.",
        show_default=False,
    ),
]
Series = Annotated[
    bool,
    typer.Option(
        "--series",
        metavar="",
        help="Paint the pictures of a folder so that they match: settings are chosen once, colours evened out. Kept in OUT/series.toml for later ones.",
        show_default=False,
    ),
]
