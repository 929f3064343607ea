"""Owns `restyle film`: its options, and what they mean for a film or a sequence of frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from ..terminal import amounts
from ..terminal.amounts import Moment
from ..terminal.examples import examples
from ..terminal.output import Json
from .asking import paint_options
from .options import ColorOption, Device, Estimate, Memory, Overwrite, PresetOption, Seed, Size, Steps, Strength, Styles, StyleScale, Weights

Films = Annotated[
    list[Path], typer.Argument(metavar="FILM", help="A film, a folder of frames, a pattern such as frames/%04d.png, or the frames.", show_default=False)
]
Target = Annotated[
    str,
    typer.Option(
        "--output", "-o", metavar="OUT", help="A film's file (.mp4, .webm, .mov, .mkv), or a folder or pattern for frames. Needed, but for --estimate.",
        show_default=False,
    ),
]  # fmt: skip
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
    "restyle film in.mp4 --style night --estimate",
)
def film(
    contents: Films,
    style: Styles,
    output: Target = "",
    begin: Begin = None,
    end: End = None,
    fps: Fps = None,
    key: Key = None,
    style_scale: StyleScale = None,
    size: Size = None,
    preset: PresetOption = "standard",
    strength: Strength = None,
    color: ColorOption = None,
    steps: Steps = None,
    seed: Seed = None,
    weights: Weights = None,
    device: Device = None,
    memory: Memory = None,
    codec: Codec = None,
    crf: Crf = None,
    preview: Preview = None,
    estimate: Estimate = False,
    overwrite: Overwrite = False,
    restart: Restart = False,
    json: Json = False,
) -> None:
    """Paint a film, or a sequence of frames, so that it holds still.

    Ctrl-C keeps what is painted, in a folder beside OUT; the same command goes on there, and writes the film when the last frame is painted.
    """
    if not output and not estimate:
        raise typer.BadParameter("say where the film goes with -o OUT, or ask for --estimate", param_hint="--output")
    options = paint_options(
        style,
        style_scale=style_scale,
        size=size,
        preset=preset,
        strength=strength,
        color=color,
        steps=steps,
        seed=seed,
        weights=weights,
        device=device,
        memory=memory,
    )
    from ..runs import film_run

    wanted = film_run.Wanted(tuple(contents), output, begin, end, fps, tuple(key or ()), codec, crf, preview, overwrite, restart, json)
    (film_run.estimate if estimate else film_run.run)(wanted, options)
