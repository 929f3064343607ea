"""Owns `restyle film`: its options, and what they mean for a film or a sequence of frames."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..terminal import amounts
from ..terminal.amounts import Moment
from ..terminal.examples import examples
from ..terminal.output import Json
from . import film_file
from .asking import ocio_of, paint_options
from .options import (
    ColorOption,
    Device,
    Estimate,
    Legibility,
    Memory,
    OcioConfig,
    OcioSpace,
    Overwrite,
    PresetOption,
    Seed,
    Size,
    Steps,
    Strength,
    StyleScale,
    StylesOrNone,
    Weights,
)

if TYPE_CHECKING:
    from ..runs import film_brushes, film_run

STANDARD = "standard"
PAINTING = ("style_scale", "size", "preset", "strength", "legibility", "color", "steps", "seed", "weights", "device", "memory")  # asked of a painting

Films = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILM",
        help="A film, a folder of frames, a pattern such as frames/%04d.png, or the frames; or a file such as film.toml, which names these and options.",
        is_eager=True,
        callback=film_file.taken,
        show_default=False,
    ),
]
Target = Annotated[
    str,
    typer.Option(
        "--output", "-o", metavar="OUT", help="A film's file (.mp4, .webm, .mov, .mkv), or a folder or pattern for frames. Needed, but for --estimate.",
        show_default=False,
    ),
]  # fmt: skip
Live = Annotated[
    str | None,
    typer.Option("--live", metavar="LOOK", help="Paint with a look instead of a style, each frame in a blink; see restyle look list.", show_default=False),
]
Begin = Annotated[
    Moment | None,
    typer.Option(
        "--from", metavar="TIME", parser=amounts.moment, help="Where to begin: seconds, such as 1:02.5, or a frame, such as 120f.", show_default=False
    ),
]
End = Annotated[Moment | None, typer.Option("--to", metavar="TIME", parser=amounts.moment, help="Where to end; a frame is painted, too.", show_default=False)]
Fps = Annotated[
    Fraction | None,
    typer.Option(
        metavar="N", parser=amounts.rate, help="Frames per second, instead of the film's own times; of frames in files: 24 unless said.", show_default=False
    ),
]
Key = Annotated[
    list[str] | None,
    typer.Option(metavar="N=FILE", help="Frame N as you have painted it; repeat it. The film follows from there both ways.", show_default=False),
]
Cut = Annotated[
    list[str] | None,
    typer.Option(metavar="N,N", help="Frames with which a scene begins, besides the cuts that are found: they follow nothing before them.", show_default=False),
]
Range = Annotated[
    str | None,
    typer.Option("--range", metavar="A-B", help="Paint these frames alone, while other machines paint others; --join writes the film.", show_default=False),
]
Join = Annotated[bool, typer.Option("--join", metavar="", help="Write the film whose frames were painted with --range; paint nothing.", show_default=False)]
Codec = Annotated[str | None, typer.Option(metavar="NAME", help="h264, h265, vp9, prores or ffv1. Default: what suits OUT.", show_default=False)]
Crf = Annotated[int | None, typer.Option(metavar="N", min=0, help="Quality of the coding, 0 best. Default: 18 for h264.", show_default=False)]
Preview = Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the last painted frame here, to look at meanwhile.", show_default=False)]
Restart = Annotated[bool, typer.Option("--restart", metavar="", help="Paint all frames anew where settings have changed.", show_default=False)]


@examples(
    "restyle film in.mp4 --style night -o out.mp4",
    "restyle film in.mov -s woodcut --from 0:10 --to 0:20 --preset draft -o out.mp4",
    "restyle film frames/ -s night --fps 25 -o out.webm",
    "restyle film in.mp4 -s night -o painted/%04d.png",
    "restyle film in.mp4 -s night --key 120=mine.png -o out.mp4",
    "restyle film in.mp4 --live night -o out.mp4",
    "restyle film in.mp4 --style night --estimate",
    "restyle film film.toml",
)
def film(
    contents: Films,
    style: StylesOrNone = None,
    live: Live = None,
    output: Target = "",
    begin: Begin = None,
    end: End = None,
    fps: Fps = None,
    key: Key = None,
    cut: Cut = None,
    style_scale: StyleScale = None,
    size: Size = None,
    preset: PresetOption = STANDARD,
    strength: Strength = None,
    legibility: Legibility = None,
    color: ColorOption = None,
    steps: Steps = None,
    seed: Seed = None,
    weights: Weights = None,
    device: Device = None,
    memory: Memory = None,
    ocio: OcioConfig = None,
    ocio_space: OcioSpace = None,
    codec: Codec = None,
    crf: Crf = None,
    preview: Preview = None,
    estimate: Estimate = False,
    overwrite: Overwrite = False,
    restart: Restart = False,
    part: Range = None,
    join: Join = False,
    json: Json = False,
) -> None:
    """Paint a film, or a sequence of frames, so that it holds still.

    Ctrl-C keeps what is painted, in a folder beside OUT; the same command goes on there, and writes the film when the last frame is painted.
    """
    given = locals()
    from ..runs import film_run

    wanted, options = asked(given)
    if join:
        film_run.join(wanted)
    else:
        (film_run.estimate if estimate else film_run.run)(wanted, options)


def asked(given: Mapping[str, Any]) -> tuple[film_run.Wanted, film_brushes.Options]:
    """What the command's arguments, by their names, ask for. typer.BadParameter, Failure."""
    estimate, live, style, strength = (given[name] for name in ("estimate", "live", "style", "strength"))
    stretch = None if given["part"] is None else amounts.stretch(given["part"])
    if not given["output"] and not estimate:
        raise typer.BadParameter("say where the film goes with -o OUT, or ask for --estimate", param_hint="--output")
    if live is None and not style:
        raise typer.BadParameter("say what to paint with: a style with --style NAME, or a look with --live LOOK", param_hint="--style")
    _check_sharing(stretch, {name: given[name] for name in ("join", "estimate", "restart")})
    cuts = amounts.frames(given["cut"] or [])
    from ..runs import film_brushes, film_run

    painting = {name: given[name] for name in PAINTING}
    if live is not None:
        others = {**painting, "style": style, "key": given["key"], "preset": None if given["preset"] == STANDARD else given["preset"]}
        _check_look({name.replace("_", "-"): others[name] for name in others if name not in ("strength", "legibility")})
        options: film_brushes.Options = film_brushes.LookOptions(live.lower(), strength)
    else:
        options = paint_options(style, **painting)
    studio = ocio_of(given["ocio"], given["ocio_space"])
    names = ("output", "begin", "end", "fps", "codec", "crf", "preview", "overwrite", "restart", "join", "json")
    same = {name: given[name] for name in names}
    return film_run.Wanted(tuple(given["contents"]), keys=tuple(given["key"] or ()), cuts=cuts, stretch=stretch, ocio=studio, **same), options


def _check_sharing(stretch: tuple[int, int] | None, others: Mapping[str, bool]) -> None:
    """typer.BadParameter for what a part of a film, or its joining, can't be asked for."""
    given = [f"--{name}" for name, value in others.items() if value]
    if stretch is not None and given:
        raise typer.BadParameter(f"{given[0]} is about the whole film; leave it or --range out", param_hint="--range")
    if others["join"] and len(given) > 1:
        raise typer.BadParameter(f"--join only writes what is painted; leave {given[1]} out", param_hint="--join")


def _check_look(others: Mapping[str, object]) -> None:
    """typer.BadParameter for what a look has no ear for. others: options by name, None where they are not given."""
    given = [f"--{name}" for name, value in others.items() if value is not None and value != []]
    if given:
        raise typer.BadParameter(f"a look paints as it has learned, at the film's own size: leave out {', '.join(given)}, or --live", param_hint="--live")
