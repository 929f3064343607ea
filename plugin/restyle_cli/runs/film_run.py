"""Owns the way of a film: looked through, painted frame by frame into its work folder, and written when the last frame is there; or some of its frames painted
into a folder that several machines share, and the film written when all of them are done."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import restyle_client as client
import typer
from restyle_contract.limits import SMALLEST_SIDE
from restyle_contract.paths import at_home
from restyle_imaging.errors import PictureError
from restyle_imaging.io.ocio import Ocio
from restyle_imaging.planes.formats import Plane

from ..terminal.amounts import Moment
from ..terminal.failures import Failure, Interrupted
from ..terminal.film_progress import FilmProgress
from ..terminal.interruption import Interruption
from ..terminal.output import bytes_for_people, emit, line, named, seconds_for_people
from . import film_brushes, film_estimating, film_order, film_output, film_painting, film_parts, film_source, film_work, inputs
from .film_brushes import Brush, Keys, Options
from .film_order import Name, Step
from .film_output import Output
from .film_parts import Part
from .film_source import Source
from .folder_run import Stopping


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command asks for beside PaintOptions. keys: pairs NUMBER=FILE. cuts, stretch: numbers of frames, as people count them."""

    contents: tuple[Path, ...]
    output: str
    begin: Moment | None = None
    end: Moment | None = None
    fps: Fraction | None = None
    keys: tuple[str, ...] = ()
    cuts: tuple[int, ...] = ()
    stretch: tuple[int, int] | None = None
    codec: str | None = None
    crf: int | None = None
    preview: Path | None = None
    overwrite: bool = False
    restart: bool = False
    join: bool = False
    json: bool = False
    ocio: Ocio | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """What was asked for, looked at. cuts: positions. part: what alone is painted; None: all."""

    source: Source
    output: Output
    keys: Keys
    cuts: tuple[int, ...]
    part: Part | None

    @property
    def steps(self) -> tuple[Step, ...]:
        return film_order.steps(self.source.positions, self.keys, self.cuts) if self.part is None else self.part.steps

    @property
    def written(self) -> bool:
        """Whether the film, or the part's frames, are there already, and nothing is left of their painting."""
        shown = range(len(self.source.shown))
        places = shown if self.part is None else [at for at in shown if self.part.first <= self.source.shown[at].position <= self.part.last]
        return not self.output.work.exists() and all(self.output.name_of(at).exists() for at in places)


def run(wanted: Wanted, options: Options) -> None:
    """Paints a film and tells about it. Ctrl-C keeps what is painted; the same command goes on there."""
    stopping = Stopping()
    began = time.monotonic()

    def work() -> dict[str, Any]:
        shown.phase("looking the film through")
        meant = understood(wanted)
        for warning in (*meant.source.warnings, *meant.output.warnings):
            shown.note(warning)
        if wanted.stretch is not None and meant.written:
            return {**_about(meant, None, wanted), "painted": 0, "warnings": []}
        shown.phase("connecting")
        with client.connect() as session:
            brush = film_brushes.chosen(session, meant.source, options, meant.keys, meant.cuts)
        with _opened(meant, brush, wanted) as place:
            return _painted(meant, place, brush, stopping, shown, wanted)

    with film_output.previewing(wanted.preview) as preview, Interruption() as interruption, FilmProgress(wanted.json, preview) as shown:
        told = interruption.run(work, lambda: stopping.stop(shown.note))
    told["seconds"] = round(time.monotonic() - began, 3)
    _tell(told, wanted.json)


def join(wanted: Wanted) -> None:
    """Writes a film whose frames are all painted, if it isn't written already, and tells about it. Paints nothing, and needs no server."""
    began = time.monotonic()

    def work() -> dict[str, Any]:
        meant = understood(wanted)
        if meant.written:
            return {**_about(meant, None, wanted), "painted": 0, "warnings": []}
        if not meant.output.work.is_dir():
            raise Failure(f"There is no {named(meant.output.work)} with painted frames; paint all of them with --range first.")
        with film_work.reopened(meant.output.work, meant.source.digest) as place:
            missing = [position for position in meant.source.positions if not place.has(Name(position))]
            if missing:
                first = meant.source.number(missing[0])
                raise Failure(
                    f"{len(missing)} of {len(meant.source.positions)} frames are not painted yet, the first is {first}; paint them with --range first."
                )
            return {**_written(meant, place, shown, wanted), "painted": 0}

    with Interruption() as interruption, FilmProgress(wanted.json) as shown:
        told = interruption.run(work, lambda: False)
    told["seconds"] = round(time.monotonic() - began, 3)
    _tell(told, wanted.json)


def estimate(wanted: Wanted, options: Options) -> None:
    """Tells frames, time, memory and disk; paints nothing."""
    source = _looked(wanted)
    chosen = film_output.coding(wanted.output, source, wanted.codec, wanted.crf)
    steps = film_order.steps(source.positions, _keys(wanted.keys, source, wanted.ocio), _cuts(wanted.cuts, source))
    with client.connect() as session:
        place = at_home(wanted.output).absolute().parent if wanted.output else Path.cwd()
        told = film_brushes.cost(session, source, options, steps, chosen, film_work.free(place))
    if wanted.json:
        emit(told)
    else:
        line(film_estimating.sentence(told))


def understood(wanted: Wanted) -> Meant:
    """What is asked for, looked at before anything is painted. typer.BadParameter, FilmError, PictureError; Failure."""
    source = _looked(wanted)
    shared = wanted.stretch is not None or wanted.join  # what is there may be another machine's work: it is looked at when the film is written
    output = film_output.choose(wanted.output, source, wanted.codec, wanted.crf, wanted.overwrite or shared)
    keys, cuts = _keys(wanted.keys, source, wanted.ocio), _cuts(wanted.cuts, source)
    part = None if wanted.stretch is None else film_parts.part(source, keys, cuts, wanted.stretch)
    return Meant(source, replace(output, overwrite=wanted.overwrite), keys, cuts, part)


def _looked(wanted: Wanted) -> Source:
    source = film_source.look(wanted.contents, wanted.begin, wanted.end, wanted.fps, wanted.ocio)
    clip = source.clip
    if min(clip.width, clip.height) < SMALLEST_SIDE:
        raise Failure(f"{source.name} has {clip.width}×{clip.height} px; a film needs at least {SMALLEST_SIDE} px on each side: scale it up first.")
    return source


def _opened(meant: Meant, brush: Brush, wanted: Wanted) -> contextlib.AbstractContextManager[film_work.Work]:
    folder, marks = meant.output.work, meant.source.marks
    if meant.part is None:
        return film_work.opened(folder, brush.settings, marks, anew=wanted.restart)
    return film_work.opened_part(folder, brush.settings, marks, (meant.part.first, meant.part.last))


def _painted(meant: Meant, place: film_work.Work, brush: Brush, stopping: Stopping, shown: FilmProgress, wanted: Wanted) -> dict[str, Any]:
    steps = meant.steps
    done = sum(place.has(step.name) for step in steps)
    _warn_of_disk(meant.source, steps, done, place, shown)
    shown.begin(done, len(steps))
    painting = brush.painting(place, stopping, shown)
    try:
        painting.paint(steps)
    except Interrupted:
        shown.note(f"{sum(place.has(step.name) for step in steps)} of {len(steps)} frames are painted and kept; the same command goes on there")
        raise
    except (client.RestyleError, PictureError, OSError) as error:
        raise film_painting.kept(place, steps, error) from error
    if meant.part is None:
        told = _written(meant, place, shown, wanted)
    else:
        _forget([job for step in steps if (job := place.job(step.name))])
        told = {**_about(meant, shown.job, wanted), "warnings": [*meant.source.warnings, *meant.output.warnings]}
    return {**told, **brush.about, "painted": len(steps) - done, "warnings": [*told["warnings"], *painting.warnings]}


def _written(meant: Meant, place: film_work.Work, shown: FilmProgress, wanted: Wanted) -> dict[str, Any]:
    """Writes the film, of which every frame is painted; what is told about it."""
    notes = film_output.save(meant.output, meant.source, place, lambda at, of: shown.phase(f"writing frame {at} of {of}", at, of))
    jobs = place.jobs()
    place.remove()
    _forget(jobs)
    return {**_about(meant, shown.job, wanted), "warnings": list(dict.fromkeys([*meant.source.warnings, *meant.output.warnings, *notes]))}


def _forget(jobs: Sequence[str]) -> None:
    """The film is written: the server needs to keep nothing of it."""
    if not jobs:
        return
    with contextlib.suppress(client.RestyleError), client.connect(start=False) as session:
        for job in jobs:
            with contextlib.suppress(client.Refused):
                session.delete(job)


def _keys(given: Sequence[str], source: Source, ocio: Ocio | None) -> dict[int, tuple[str, Plane]]:
    """By position: the digest of the file and its picture. typer.BadParameter, PictureError; Failure for a frame that isn't there, or another shape."""
    found: dict[int, tuple[str, Plane]] = {}
    clip = source.clip
    for text in given:
        number, _, name = text.partition("=")
        if not number.strip().isdecimal() or not name:
            raise typer.BadParameter(f"{text!r} is no painted frame; give its number and its file, such as --key 120=painted.png")
        position = source.position(int(number), f"--key {number}")
        data = inputs.read(at_home(name))
        plane = inputs.decoded(data, at_home(name), ocio).plane
        if abs(plane.width * clip.height - plane.height * clip.width) > max(clip.width, clip.height):
            raise Failure(f"--key {named(text)}: that picture has {plane.width}×{plane.height} px, and the film {clip.width}×{clip.height}; give it its shape.")
        if position in found:
            raise typer.BadParameter(f"--key {number} is there twice; give each frame one picture")
        found[position] = (hashlib.sha256(data).hexdigest(), plane)
    return found


def _cuts(numbers: Sequence[int], source: Source) -> tuple[int, ...]:
    """Positions, rising. Failure for a frame that isn't there."""
    return tuple(sorted({source.position(number, f"--cut {number}") for number in numbers}))


def _warn_of_disk(source: Source, steps: Sequence[Step], done: int, place: film_work.Work, shown: FilmProgress) -> None:
    needed, room = film_estimating.disk(source, len(steps) - done), film_work.free(place.folder)
    if room is not None and needed > room:
        shown.note(
            f"The frames may take up to {bytes_for_people(needed)} beside the film until it is written, and {bytes_for_people(room)} are free; "
            "when the disk is full, what is painted is kept."
        )


def _about(meant: Meant, job: client.Job | None, wanted: Wanted) -> dict[str, Any]:
    """What is told about a finished film, or a part of it, in JSON's types."""
    source, output, part, result = meant.source, meant.output, meant.part, job.result if job else None
    frames = len(source.shown) if part is None else sum(part.first <= shown.position <= part.last for shown in source.shown)
    return {
        "content": str(wanted.contents[0]) if len(wanted.contents) == 1 else source.name,
        "output": str(output.target),
        **({} if wanted.stretch is None else {"range": list(wanted.stretch)}),
        "frames": frames,
        "size": [source.clip.width, source.clip.height],
        "work_size": [result.work_width, result.work_height] if result else None,
        "rate": round(float(source.rate), 3),
        "codec": output.chosen.name if output.chosen else None,
        "weights": job.weights.id if job and job.weights else None,
        "device": job.device if job else None,
    }


def _tell(told: Mapping[str, Any], json: bool) -> None:
    if json:
        emit(told)
        return
    which = f"{told['range'][0]} to {told['range'][1]}, " if "range" in told else ""
    line(f"{named(told['output'])}: {which}{told['frames']} frames, {told['painted']} painted now, in {seconds_for_people(told['seconds'])}")
    if told.get("look"):
        line(f"  with the look {told['look']}")
    if told["device"]:
        line(f"  {told['device']}, weights {told['weights']}")
    for warning in told["warnings"]:
        line(f"  {warning}")
