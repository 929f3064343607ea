"""Owns `restyle image`: its options, and whether they mean one picture or many."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import typer
from restyle_contract.paths import at_home

from ..runs import destinations, inputs
from ..runs.destinations import SUFFIXES
from ..runs.paint_options import Manner, PaintOptions
from ..terminal.examples import examples
from ..terminal.output import Json
from .asking import ocio_of, paint_options
from .options import (
    ColorOption,
    Contents,
    Device,
    Estimate,
    Legibility,
    Memory,
    OcioConfig,
    OcioSpace,
    Output,
    Overwrite,
    PresetOption,
    Report,
    Seamless,
    Seed,
    Series,
    Size,
    Steps,
    Strength,
    StyleScale,
    StylesOrNone,
    Suffix,
    TwoLayers,
    Update,
    Weights,
)

STANDARD = "standard"


@examples(
    "restyle image photo.jpg --style woodcut -o woodcut.png",
    "restyle image photo.jpg -s waves.jpg:2 -s woodcut --strength 70 -o both.png",
    "restyle image photo.jpg -s woodcut --preset fine --size 1024 -o fine.tif",
    'restyle image photo.jpg -s night --preset "Soft light" -o soft.png',
    "restyle image holiday/ --style woodcut --preset draft -o painted/",
    "restyle image holiday/ --style woodcut --series -o painted/",
    "restyle image photo.jpg --style woodcut --size 1024 --estimate",
    "restyle image edited.png --update painted.png -o painted.png",
)
def image(
    contents: Contents,
    style: StylesOrNone = None,
    output: Output = "",
    style_scale: StyleScale = None,
    size: Size = None,
    preset: PresetOption = STANDARD,
    strength: Strength = None,
    legibility: Legibility = None,
    color: ColorOption = None,
    steps: Steps = None,
    seed: Seed = None,
    seamless: Seamless = None,
    weights: Weights = None,
    device: Device = None,
    memory: Memory = None,
    suffix: Suffix = "png",
    report: Report = None,
    layers: TwoLayers = False,
    series: Series = False,
    estimate: Estimate = False,
    update: Update = "",
    ocio: OcioConfig = None,
    ocio_space: OcioSpace = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Paint pictures in the manner of other pictures.

    Several pictures or a folder need a folder after -o; what an earlier run has painted there in the same way is skipped. Ctrl-C cancels.
    """
    studio = ocio_of(ocio, ocio_space)
    if update:
        given: dict[str, object] = {
            "style": style,
            "style-scale": style_scale,
            "size": size,
            "preset": preset if preset != STANDARD else None,
            "strength": strength,
            "legibility": legibility,
            "seamless": seamless,
        }
        given |= {"color": color, "steps": steps, "seed": seed, "weights": weights, "device": device, "memory": memory, "report": report}
        flags = [name for name, on in (("layers", layers), ("series", series), ("estimate", estimate)) if on]
        _update(contents, update, output, Manner(_dotted(suffix), overwrite, None, json, ocio=studio), [*_given(given), *flags])
        return
    if not style:
        raise typer.BadParameter("say whose manner to paint in with --style NAME|FILE", param_hint="--style")
    options = paint_options(
        style,
        style_scale=style_scale,
        size=size,
        preset=preset,
        strength=strength,
        legibility=legibility,
        color=color,
        steps=steps,
        seed=seed,
        seamless=seamless,
        weights=weights,
        device=device,
        memory=memory,
    )
    if estimate and series:
        raise typer.BadParameter("an estimate is for each picture by itself; leave out --series", param_hint="--series")
    if estimate:
        from ..runs import estimating

        estimating.run(inputs.expand(contents), options, json)
        return
    if not output:
        raise typer.BadParameter("say where the result goes with -o OUT, or ask for --estimate", param_hint="--output")
    reports = None if report is None else destinations.folder(at_home(report), "--report")
    target = at_home(output)
    manner = Manner(_dotted(suffix), overwrite, reports, json, layers, studio)
    styled = [spec.file for spec in options.specs if spec.file is not None]
    if len(contents) > 1 or contents[0].is_dir() or destinations.is_folder(target, output):
        if layers:
            raise typer.BadParameter("one picture at a time is written as two layers; give its file, and a file after -o", param_hint="--layers")
        _many(contents, target, options, manner, styled, series)
    elif series:
        raise typer.BadParameter(f"{output}: a series needs a folder after -o, such as painted/", param_hint="--series")
    else:
        _one(contents[0], target, options, manner, styled)


def _given(options: Mapping[str, object]) -> list[str]:
    return [name for name, value in options.items() if value is not None]


def _update(contents: list[Path], update: str, output: str, manner: Manner, given: list[str]) -> None:
    if given:
        words = ", ".join(f"--{name}" for name in given)
        raise typer.BadParameter(f"an update paints with the settings that the painting has; leave out {words}, or paint all anew", param_hint="--update")
    if len(contents) > 1 or contents[0].is_dir():
        raise typer.BadParameter("one picture is updated at a time; give its file", param_hint="--update")
    if not output:
        raise typer.BadParameter("say where the result goes with -o OUT; it may be the painting that is updated", param_hint="--output")
    destination = destinations.single(at_home(output), contents[0], manner.overwrite)

    from ..runs import one_picture, saving, updating

    with saving.speaking_beside(destination):
        one_picture.run(contents[0], destination, partial(updating.order, update), manner)


def _one(content: Path, target: Path, options: PaintOptions, manner: Manner, styled: list[Path]) -> None:
    destination = destinations.single(target, content, manner.overwrite, styled)
    for layer in destinations.layers(destination) if manner.layers else ():
        destinations.single(layer, content, manner.overwrite, styled)

    from ..runs import one_picture, saving

    with saving.speaking_beside(destination):
        one_picture.run(content, destination, partial(one_picture.order, options, manner), manner)


def _many(given: list[Path], target: Path, options: PaintOptions, manner: Manner, styled: list[Path], series: bool) -> None:
    if destinations.is_stream(target):
        raise typer.BadParameter(f"{target}: several pictures need a folder after -o")
    contents = inputs.expand(given, target)
    place = destinations.folder(target)

    from ..runs import folder_run

    folder_run.run(contents, destinations.names(contents, place, manner.suffix, styled), options, manner, place if series else None)


def _dotted(suffix: str) -> str:
    """typer.BadParameter for what can't be written."""
    dotted = f".{suffix.lower().removeprefix('.')}"
    if dotted not in SUFFIXES:
        raise typer.BadParameter(f"--format {suffix} can't be written; use one of {', '.join(known[1:] for known in SUFFIXES)}")
    return dotted
