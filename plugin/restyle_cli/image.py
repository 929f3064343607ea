"""Owns `restyle image`: its options, and whether they mean one picture or many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from restyle_contract.limits import LARGEST_SEED, MAX_EVALUATIONS, MAX_STYLES, STYLE_SCALES
from restyle_contract.parameters import NUMBERS, Color, Settings

from . import amounts, destinations, inputs, presets, style_specs
from .destinations import SUFFIXES
from .examples import examples
from .failures import Failure
from .output import Json, aside, named
from .wish import Manner, Wish

MOST_NAMED = 20  # files of a folder that are no pictures


def _finite(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a number to paint with")
    return value


Contents = Annotated[list[Path], typer.Argument(metavar="CONTENT", help="The pictures to paint, or a folder of them.", show_default=False)]
Styles = Annotated[
    list[str],
    typer.Option(
        "--style", "-s", metavar="NAME|FILE[:WEIGHT]", help="A style of the library or a picture; repeat it to blend, with weights.", show_default=False
    ),
]
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
        metavar="S",
        min=STYLE_SCALES[0],
        max=STYLE_SCALES[1],
        callback=_finite,
        help="Size of the strokes; 1 is the picture's own. Default: what suits the style.",
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
Report = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Also write how it was painted: NAME-report.json and NAME-report.png, the losses by step.", show_default=False),
]
Estimate = Annotated[bool, typer.Option("--estimate", metavar="", help="Tell the memory and time that it would take, and paint nothing.", show_default=False)]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", metavar="", help="Replace files that Restyle did not write, the content's own among them.", show_default=False)
]


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
    specs = tuple(style_specs.parse(text) for text in style)
    if len(specs) > MAX_STYLES:
        raise typer.BadParameter(f"{len(specs)} styles are too many; give at most {MAX_STYLES}")

    plan = presets.find(preset)
    wish = Wish(
        specs=specs,
        scale=style_scale,
        preset=plan.get("preset", Settings().preset),
        size=size,
        strength=strength,
        color=color.value if color else None,
        evaluations=steps,
        seed=seed,
        weights=weights or plan.get("weights", "auto"),
        device=device,
        memory_limit=memory,
        plan=plan,
    )
    if estimate:
        from . import estimating

        estimating.run(expand(contents), wish, json)
        return
    if not output:
        raise typer.BadParameter("say where the result goes with -o OUT, or ask for --estimate", param_hint="--output")
    reports = None if report is None else destinations.folder(report.expanduser(), "--report")
    target = Path(output).expanduser()
    manner = Manner(_dotted(suffix), overwrite, reports, json)
    styled = [spec.file for spec in specs if spec.file is not None]
    if len(contents) > 1 or contents[0].is_dir() or destinations.is_folder(target, output):
        _many(contents, target, wish, manner, styled)
    else:
        _one(contents[0], target, wish, manner, styled)


def _one(content: Path, target: Path, wish: Wish, manner: Manner, styled: list[Path]) -> None:
    destination = destinations.single(target, content, manner.overwrite, styled)

    from . import painting, saving

    with saving.speaking_beside(destination):
        painting.run(content, destination, wish, manner)


def _many(given: list[Path], target: Path, wish: Wish, manner: Manner, styled: list[Path]) -> None:
    if destinations.is_stream(target):
        raise typer.BadParameter(f"{target}: several pictures need a folder after -o")
    contents = expand(given, target)
    place = destinations.folder(target)

    from . import batch

    batch.run(contents, destinations.names(contents, place, manner.suffix, styled), wish, manner)


def _dotted(suffix: str) -> str:
    """typer.BadParameter for what can't be written."""
    dotted = f".{suffix.lower().removeprefix('.')}"
    if dotted not in SUFFIXES:
        raise typer.BadParameter(f"--format {suffix} can't be written; use one of {', '.join(known[1:] for known in SUFFIXES)}")
    return dotted


def expand(given: list[Path], target: Path | None = None) -> list[Path]:
    """The pictures that are meant: a folder stands for the pictures directly in it, by name, those that can't be read among them; what else it holds is told.
    Each once. target: the results' folder; typer.BadParameter when they would land among the contents; Failure when a folder holds no picture."""
    found: dict[Path, Path] = {}
    for path in given:
        if not path.is_dir():
            found.setdefault(path.resolve(), path)
            continue
        if target is not None and path.resolve() == target.resolve():
            raise typer.BadParameter(f"{named(target)} holds the contents; choose another folder with -o, so that results and photos stay apart")
        inside = inputs.listed(path)
        if inside.others:
            aside(f"Left out of {named(path)}, as no pictures or hidden: {_listed(inside.others)}")
        if not inside.pictures:
            raise Failure(f"There are no pictures in {named(path)}; name a folder that holds some.")
        for file in inside.pictures:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _listed(paths: Sequence[Path]) -> str:
    names = [named(path.name) + ("/" if path.is_dir() else "") for path in paths[:MOST_NAMED]]
    return ", ".join(names) + (f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else "")
