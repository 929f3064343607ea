"""Owns `restyle farm export`: a film looked through, cut into parts where it may be, and written down as a job of a render farm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from restyle_contract.parameters import AUTOMATIC_SIZE
from restyle_contract.paths import at_home

from ..terminal.failures import Failure
from ..terminal.film_progress import FilmProgress
from ..terminal.interruption import Interruption
from ..terminal.output import emit, line, named
from . import destinations, farm_templates, film_cuts, film_parts, film_run, ownership
from .farm_templates import MOST_TASKS, FilmJob
from .film_brushes import LookOptions, Options
from .film_run import Wanted

ENDINGS = {"openjd": ".openjd.json", "slurm": ".slurm.sh", "opencue": ".opencue.xml"}
SCRIPT = ".sh"  # of the script beside OpenCue's job


@dataclass(frozen=True, slots=True)
class Asked:
    """film: the film's file. farm: of ENDINGS. output: None: beside the film's file. chunk: frames that a part has at least."""

    film: Path
    farm: str
    output: Path | None
    chunk: int
    overwrite: bool
    json: bool


def run(asked: Asked, wanted: Wanted, options: Options) -> None:
    """Writes the job and tells about it."""
    if not isinstance(options, LookOptions) and (options.size or options.plan.get("size", AUTOMATIC_SIZE)) <= AUTOMATIC_SIZE:  # FULL_SIZE is halved if slow
        raise Failure(f"{named(asked.film)} names no size in pixels, and the machines of a farm may choose different ones; add a line such as size = 768.")
    places = _places(asked)
    with Interruption() as interruption, FilmProgress(asked.json) as shown:
        job, frames = interruption.run(lambda: _job(asked, wanted, shown), lambda: False)
    texts = _texts(asked.farm, job, places)
    for place, text in zip(places, texts, strict=True):
        with destinations.replacing(place, asked.overwrite) as draft:
            draft.write_text(text, "utf-8", newline="\n")
    if asked.json:
        emit({"film": job.film, "output": places[0], "frames": frames, "ranges": job.words, "cuts": job.cuts})
        return
    line(f"{named(places[0])}: {len(job.ranges)} parts of {frames} frames, and the joining of them")
    line(f"  {_how(asked.farm, places[0], job.film)}")


def _job(asked: Asked, wanted: Wanted, shown: FilmProgress) -> tuple[FilmJob, int]:
    shown.phase("looking the film through")
    meant = film_run.understood(replace(wanted, overwrite=True))
    source, film = meant.source, at_home(asked.film).absolute()
    there = [place for place in dict.fromkeys(map(meant.output.name_of, range(len(source.shown)))) if place.exists()]
    if there:
        raise Failure(f"{named(there[0])} is there already, so that the farm would have nothing to do; remove it, or name another output in {named(film)}.")
    cuts = meant.cuts or film_cuts.find(source, lambda at, of: shown.phase(f"looking for cuts in frame {at} of {of}", at, of))
    ranges = film_parts.chunks(source, meant.keys, cuts, asked.chunk)
    if len(ranges) > MOST_TASKS:
        least = -(-len(source.positions) // MOST_TASKS)
        raise Failure(f"The film has {len(ranges)} parts, and farms take {MOST_TASKS} tasks of one job; give a longer --chunk, {2 * least} or more.")
    begins = {first for first, _ in ranges}
    named_here = () if meant.cuts else tuple(number for cut in cuts if (number := source.number(cut)) in begins)
    return FilmJob(film, tuple(ranges), named_here), len(source.shown)


def _places(asked: Asked) -> list[Path]:
    """Where the job's files go. Failure for a place that can't be written, or holds what isn't Restyle's own."""
    film = at_home(asked.film).absolute()
    first = film.with_suffix(ENDINGS[asked.farm]) if asked.output is None else at_home(asked.output).absolute()
    places = [first, first.with_suffix(SCRIPT)] if asked.farm == "opencue" else [first]
    destinations.check_writable(first.parent)
    for place in places:
        if place == film or place.is_dir() or places.count(place) > 1:
            raise Failure(f"{named(place)} can't be the job's file; name another one with -o.")
        if not asked.overwrite and not ownership.is_free(place):
            raise ownership.refusal(place)
    return places


def _texts(farm: str, job: FilmJob, places: list[Path]) -> list[str]:
    if farm == "openjd":
        return [farm_templates.openjd(job, places[0])]
    if farm == "slurm":
        return [farm_templates.slurm(job, places[0])]
    return [farm_templates.opencue(job, places[1]), farm_templates.opencue_script(job)]


def _how(farm: str, place: Path, film: Path) -> str:
    elsewhere = "" if farm_templates.lies_below(film, place) else f" -p Film={named(film)}"
    ways: Mapping[str, str] = {
        "openjd": f"run it here with: openjd run {named(place.name)} --step Join --run-dependencies{elsewhere}",
        "slurm": f"submit it with: bash {named(place.name)}",
        "opencue": "submit it with opencue.api.launchSpecAndWait, which takes the file's text",
    }
    return ways[farm]
