"""Owns `restyle image`: its options, and whether they mean one picture or many."""

from __future__ import annotations

from pathlib import Path

import typer

from ..runs import destinations, inputs
from ..runs.destinations import SUFFIXES
from ..runs.paint_options import Manner, PaintOptions
from ..terminal.examples import examples
from ..terminal.output import Json
from .asking import paint_options
from .options import (
    ColorOption,
    Contents,
    Device,
    Estimate,
    Memory,
    Output,
    Overwrite,
    PresetOption,
    Report,
    Seed,
    Size,
    Steps,
    Strength,
    Styles,
    StyleScale,
    Suffix,
    Weights,
)


@examples(
    "restyle image photo.jpg --style woodcut -o woodcut.png",
    "restyle image photo.jpg -s waves.jpg:2 -s woodcut --strength 70 -o both.png",
    "restyle image photo.jpg -s woodcut --preset fine --size 1024 -o fine.tif",
    'restyle image photo.jpg -s night --preset "Soft light" -o soft.png',
    "restyle image holiday/ --style woodcut --preset draft -o painted/",
    "restyle image photo.jpg --style woodcut --size 1024 --estimate",
)
def image(
    contents: Contents,
    style: Styles,
    output: Output = "",
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
    suffix: Suffix = "png",
    report: Report = None,
    estimate: Estimate = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Paint pictures in the manner of other pictures.

    Several pictures or a folder need a folder after -o; what an earlier run has painted there in the same way is skipped. Ctrl-C cancels.
    """
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
    if estimate:
        from ..runs import estimating

        estimating.run(inputs.expand(contents), options, json)
        return
    if not output:
        raise typer.BadParameter("say where the result goes with -o OUT, or ask for --estimate", param_hint="--output")
    reports = None if report is None else destinations.folder(report.expanduser(), "--report")
    target = Path(output).expanduser()
    manner = Manner(_dotted(suffix), overwrite, reports, json)
    styled = [spec.file for spec in options.specs if spec.file is not None]
    if len(contents) > 1 or contents[0].is_dir() or destinations.is_folder(target, output):
        _many(contents, target, options, manner, styled)
    else:
        _one(contents[0], target, options, manner, styled)


def _one(content: Path, target: Path, options: PaintOptions, manner: Manner, styled: list[Path]) -> None:
    destination = destinations.single(target, content, manner.overwrite, styled)

    from ..runs import one_picture, saving

    with saving.speaking_beside(destination):
        one_picture.run(content, destination, options, manner)


def _many(given: list[Path], target: Path, options: PaintOptions, manner: Manner, styled: list[Path]) -> None:
    if destinations.is_stream(target):
        raise typer.BadParameter(f"{target}: several pictures need a folder after -o")
    contents = inputs.expand(given, target)
    place = destinations.folder(target)

    from ..runs import folder_run

    folder_run.run(contents, destinations.names(contents, place, manner.suffix, styled), options, manner)


def _dotted(suffix: str) -> str:
    """typer.BadParameter for what can't be written."""
    dotted = f".{suffix.lower().removeprefix('.')}"
    if dotted not in SUFFIXES:
        raise typer.BadParameter(f"--format {suffix} can't be written; use one of {', '.join(known[1:] for known in SUFFIXES)}")
    return dotted
