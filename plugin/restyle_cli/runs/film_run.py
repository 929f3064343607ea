"""Owns the way of a film: looked through, painted frame by frame into its work folder, and written when the last frame is there."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import restyle_client as client
import typer
from restyle_contract.limits import SMALLEST_SIDE
from restyle_imaging.errors import PictureError
from restyle_imaging.io import files
from restyle_imaging.io.pictures import PictureFile
from restyle_imaging.planes.formats import Plane

from ..terminal.amounts import Moment
from ..terminal.failures import Failure, Interrupted
from ..terminal.film_progress import FilmProgress
from ..terminal.interruption import Interruption
from ..terminal.output import bytes_for_people, emit, line, named, plain, seconds_for_people
from . import film_estimating, film_order, film_output, film_painting, film_source, film_work, inputs, one_picture
from .film_order import Step
from .film_output import Output
from .film_source import Source
from .folder_run import Stopping, weights_hash
from .one_picture import ChosenStyle
from .paint_options import PaintOptions

OLDEST = "This server paints no films; bring it to this command's version, and install what films need on its machine: see docs/film.md."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command asks for beside PaintOptions. keys: pairs NUMBER=FILE."""

    contents: tuple[Path, ...]
    output: str
    begin: Moment | None = None
    end: Moment | None = None
    fps: Fraction | None = None
    keys: tuple[str, ...] = ()
    codec: str | None = None
    crf: int | None = None
    preview: Path | None = None
    overwrite: bool = False
    restart: bool = False
    json: bool = False


def run(wanted: Wanted, options: PaintOptions) -> None:
    """Paints a film and tells about it. Ctrl-C keeps what is painted; the same command goes on there."""
    stopping = Stopping()
    began = time.monotonic()

    def work() -> dict[str, Any]:
        shown.phase("looking the film through")
        source, output, keys = _meant(wanted)
        for warning in (*source.warnings, *output.warnings):
            shown.note(warning)
        shown.phase("connecting")
        with client.connect() as session:
            if (features := session.info().features) and "sequence" not in features:  # none are told while the engine starts
                raise Failure(OLDEST)
            styles = one_picture.choose(session, options)
            settings = _settings(source, options, styles, weights_hash(session.info(), options.weights), keys)
        with film_work.opened(output.work, settings, source.marks, anew=wanted.restart) as place:
            return _painted(source, output, place, keys, _Order(source, styles, options), stopping, shown, wanted)

    with film_output.previewing(wanted.preview) as preview, Interruption() as interruption, FilmProgress(wanted.json, preview) as shown:
        told = interruption.run(work, lambda: stopping.stop(shown.note))
    told["seconds"] = round(time.monotonic() - began, 3)
    _tell(told, wanted.json)


def estimate(wanted: Wanted, options: PaintOptions) -> None:
    """Tells frames, time, memory and disk; paints nothing."""
    source = _looked(wanted)
    chosen, keys = film_output.coding(wanted.output, source, wanted.codec, wanted.crf), _keys(wanted.keys, source)
    with client.connect() as session:
        styles = one_picture.choose(session, options)
        (_, first), *_ = source.clip.planes(source.positions[:1])
        cost = film_estimating.ask(session, _Order(source, styles, options)(first), film_order.steps(source.positions, keys))
    place = Path(wanted.output).expanduser().absolute().parent if wanted.output else Path.cwd()
    told = film_estimating.about(source, cost, chosen, film_work.free(place), options.memory_limit)
    if wanted.json:
        emit(told)
    else:
        line(film_estimating.sentence(told))


@dataclass(frozen=True, slots=True)
class _Order:
    """The request for a frame, but for what it follows."""

    source: Source
    styles: tuple[ChosenStyle, ...]
    options: PaintOptions

    def __call__(self, plane: Plane) -> client.JobRequest:
        # detached: the next run goes on from these jobs, to the same bytes
        kind: dict[str, Any] = {"lifetime": client.Lifetime.DETACHED, "job_class": client.JobClass.BATCH}
        return one_picture.request(PictureFile(plane, ""), Path(self.source.name), self.styles, self.options, **kind)


def _meant(wanted: Wanted) -> tuple[Source, Output, dict[int, tuple[str, Plane]]]:
    source = _looked(wanted)
    return source, film_output.choose(wanted.output, source, wanted.codec, wanted.crf, wanted.overwrite), _keys(wanted.keys, source)


def _looked(wanted: Wanted) -> Source:
    source = film_source.look(wanted.contents, wanted.begin, wanted.end, wanted.fps)
    clip = source.clip
    if min(clip.width, clip.height) < SMALLEST_SIDE:
        raise Failure(f"{source.name} has {clip.width}×{clip.height} px; a film needs at least {SMALLEST_SIDE} px on each side: scale it up first.")
    return source


def _painted(
    source: Source, output: Output, place: film_work.Work, keys: Mapping[int, tuple[str, Plane]], order: _Order, stopping: Stopping, shown: FilmProgress,
    wanted: Wanted,
) -> dict[str, Any]:  # fmt: skip
    steps = film_order.steps(source.positions, keys)
    done = sum(place.has(step.name) for step in steps)
    _warn_of_disk(source, steps, done, place, shown)
    shown.begin(done, len(steps))
    try:
        film_painting.FilmPainting(source, place, order, {at: plane for at, (_, plane) in keys.items()}, stopping, shown).paint(steps)
    except Interrupted:
        shown.note(f"{sum(place.has(step.name) for step in steps)} of {len(steps)} frames are painted and kept; the same command goes on there")
        raise
    except (client.RestyleError, PictureError, OSError) as error:
        raise film_painting.kept(place, steps, error) from error
    notes = film_output.save(output, source, place, lambda at, of: shown.phase(f"writing frame {at} of {of}", at, of))
    jobs = place.jobs()
    place.remove()
    _forget(jobs)
    return {**_about(source, output, shown.job, wanted), "painted": len(steps) - done, "warnings": [*source.warnings, *output.warnings, *notes]}


def _forget(jobs: Sequence[str]) -> None:
    """The film is written: the server needs to keep nothing of it."""
    with contextlib.suppress(client.RestyleError), client.connect(start=False) as session:
        for job in jobs:
            with contextlib.suppress(client.Refused):
                session.delete(job)


def _keys(given: Sequence[str], source: Source) -> dict[int, tuple[str, Plane]]:
    """By position: the digest of the file and its picture. typer.BadParameter, PictureError; Failure for a frame that isn't there, or another shape."""
    found: dict[int, tuple[str, Plane]] = {}
    clip = source.clip
    for text in given:
        number, _, name = text.partition("=")
        if not number.strip().isdecimal() or not name:
            raise typer.BadParameter(f"{text!r} is no painted frame; give its number and its file, such as --key 120=painted.png")
        position = source.position(int(number))
        data = inputs.read(Path(name).expanduser())
        plane = files.read_picture(data, named(Path(name).name)).plane
        if abs(plane.width * clip.height - plane.height * clip.width) > max(clip.width, clip.height):
            raise Failure(f"--key {named(text)}: that picture has {plane.width}×{plane.height} px, and the film {clip.width}×{clip.height}; give it its shape.")
        if position in found:
            raise typer.BadParameter(f"--key {number} is there twice; give each frame one picture")
        found[position] = (hashlib.sha256(data).hexdigest(), plane)
    return found


def _settings(source: Source, options: PaintOptions, styles: tuple[ChosenStyle, ...], weights: str, keys: Mapping[int, tuple[str, Plane]]) -> dict[str, Any]:
    """Whatever decides the painted frames, by the names that people know."""
    choices = {name: value for name, value in options.choices().items() if name != "weights"}
    found = {
        "film": source.digest,
        "first frame": source.shown[0].number,
        "--fps": str(source.rate) if source.film is not None and _resampled(source) else None,
        "styles": [{"style": str(spec), **style.fingerprint} for spec, style in zip(options.specs, styles, strict=True)],
        "style scale": options.scale,
        "weights": weights,
        "painted keyframes": {str(position): digest for position, (digest, _) in keys.items()},
        **choices,
    }
    settings: dict[str, Any] = plain(found)
    return settings


def _resampled(source: Source) -> bool:
    """Whether --fps chose the frames."""
    return any(shown.number != shown.position for shown in source.shown)


def _warn_of_disk(source: Source, steps: Sequence[Step], done: int, place: film_work.Work, shown: FilmProgress) -> None:
    needed, room = film_estimating.disk(source, len(steps) - done), film_work.free(place.folder)
    if room is not None and needed > room:
        shown.note(
            f"The frames may take up to {bytes_for_people(needed)} beside the film until it is written, and {bytes_for_people(room)} are free; "
            "when the disk is full, what is painted is kept."
        )


def _about(source: Source, output: Output, job: client.Job | None, wanted: Wanted) -> dict[str, Any]:
    """What is told about a finished film, in JSON's types."""
    clip, result = source.clip, job.result if job else None
    return {
        "content": str(wanted.contents[0]) if len(wanted.contents) == 1 else source.name,
        "output": str(output.target),
        "frames": len(source.shown),
        "size": [clip.width, clip.height],
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
    line(f"{named(told['output'])}: {told['frames']} frames, {told['painted']} painted now, in {seconds_for_people(told['seconds'])}")
    if told["device"]:
        line(f"  {told['device']}, weights {told['weights']}")
    for warning in told["warnings"]:
        line(f"  {warning}")
