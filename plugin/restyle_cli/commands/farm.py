"""Owns `restyle farm`: films as jobs of render farms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..terminal.examples import examples
from ..terminal.failures import Commands, Failure
from ..terminal.output import Json, named
from . import film_file
from .film import asked as asked_of_film
from .film import film as film_command
from .options import Overwrite

farm = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode="rich", help="Paint films on a render farm, in parts that many machines share.")

CHUNK = 48  # frames: two seconds of film, beside which the start of a painter is short


@farm.callback()
def about() -> None:
    """Paint films on a render farm, in parts that many machines share."""


@farm.command()
@examples("restyle farm export film.toml --slurm", "restyle farm export film.toml --openjd --chunk 120 -o job.json")
def export(
    film: Annotated[Path, typer.Argument(metavar="FILM.toml", help="The film's file: the film, and the options of restyle film.", show_default=False)],
    openjd: Annotated[bool, typer.Option("--openjd", metavar="", help="A template of Open Job Description, as AWS Deadline Cloud takes it.")] = False,
    slurm: Annotated[bool, typer.Option("--slurm", metavar="", help="A script for sbatch.")] = False,
    opencue: Annotated[bool, typer.Option("--opencue", metavar="", help="A specification for OpenCue, and its script.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="The job's file; else beside FILM.toml.", show_default=False)] = None,
    chunk: Annotated[int, typer.Option(metavar="N", min=1, help="Frames that a task paints at least; scenes are never parted.")] = CHUNK,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write a film down as a farm's job: tasks that paint its scenes, and one that joins them."""
    farms = [name for name, chosen in (("openjd", openjd), ("slurm", slurm), ("opencue", opencue)) if chosen]
    if len(farms) != 1:
        raise typer.BadParameter("choose one farm: --openjd, --slurm or --opencue", param_hint="--openjd")
    if not film_file.is_file([film]):
        raise Failure(f"{named(film)} is no film's file; write the film and its options into one such as film.toml, see restyle film --help.")
    from ..runs import farm_export

    wanted, options = asked_of_film(film_file.parsed(film, film_command))
    farm_export.run(farm_export.Asked(film, farms[0], output, chunk, overwrite, json), wanted, options)
