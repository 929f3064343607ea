"""Owns the way of one picture file: read, order, paint, write, and what is told about it."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import restyle_client as client
from restyle_contract.limits import MAX_TEXT
from restyle_editor.suggestion import suggestion
from restyle_imaging.errors import PictureError
from restyle_imaging.io import files
from restyle_imaging.io.pictures import PictureFile

from ..terminal.failures import Failure
from ..terminal.interruption import Interruption
from ..terminal.output import emit, line, named, printable, seconds_for_people
from ..terminal.progress import display, strokes
from . import destinations, inputs, layering, ownership, planes, saving
from .destinations import DEFAULT_SUFFIX, is_stream
from .paint_options import Manner, PaintOptions
from .style_specs import StyleSpec

OnEvent = Callable[[client.Event], None]

OTHER_PLACE = "elsewhere.png"


@dataclass(frozen=True, slots=True)
class ChosenStyle:
    """A style that exists. library: what the library tells about it, None for a file. fingerprint: what decides its share of the picture, in JSON's types."""

    use: client.StyleUse
    library: client.Style | None
    fingerprint: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ordered:
    """A request, and what its report tells besides: the options and styles of a painting."""

    request: client.JobRequest
    options: PaintOptions | None = None
    styles: tuple[ChosenStyle, ...] = ()


OrderOf = Callable[[client.Session, PictureFile, Path], Ordered]
Restyle = Callable[[client.JobRequest], client.Result]
Work = Callable[[client.Session, Restyle], dict[str, Any]]
"""Orders one painting, and writes it; returns what there is to tell."""


def order(options: PaintOptions, manner: Manner, session: client.Session, picture: PictureFile, content: Path) -> Ordered:
    """Of a painting. Failure, PictureError."""
    styles = choose(session, options)
    return Ordered(request(picture, content, styles, options, report=manner.reports is not None), options, styles)


def run(content: Path, output: Path, order_of: OrderOf, manner: Manner) -> None:
    """Paints one picture as it is ordered and tells about it; Ctrl-C cancels it on the server."""

    def begin() -> Work:
        picture = inputs.picture(content, manner.ocio)
        files.check_size(manner.suffix if is_stream(output) else output.suffix, picture.plane.width, picture.plane.height)

        def work(session: client.Session, restyle: Restyle) -> dict[str, Any]:
            ordered = order_of(session, picture, content)
            result = restyle(ordered.request)
            told = about(result.job, content, output, save(result, output, picture, suffix=manner.suffix, overwrite=manner.overwrite))
            if not is_stream(output):
                ownership.painted(output, result.job.id)
            if manner.layers:
                told["layers"] = _layers(result, ordered.request.content, output, picture, manner.overwrite)
            if manner.reports is None or ordered.options is None:
                return told
            return reported(session, result, ordered.request, told, ordered.options, ordered.styles, manner)

        return work

    carry(begin, manner)


def carry(begin: Callable[[], Work], manner: Manner) -> None:
    """Does the work of one painting and tells about it; Ctrl-C cancels it on the server. begin: what can fail before there is a server."""
    cancellation = client.Cancellation()
    connected: list[client.Session] = []

    def cancel() -> bool:
        shown.phase("cancelling; Ctrl-C again leaves at once")
        cancellation.cancel()
        return bool(connected)

    def carried() -> dict[str, Any]:
        work = begin()
        shown.phase("connecting")
        with client.connect() as session:
            connected.append(session)
            return work(session, lambda request: session.restyle(request, on_event=shown.event, cancel=cancellation, previews=False))

    with Interruption() as interruption, display(manner.json) as shown:
        told = interruption.run(carried, cancel)
    if manner.json:
        emit(told)
    else:
        tell(told)


def choose(session: client.Session, options: PaintOptions) -> tuple[ChosenStyle, ...]:
    """Finds every style before anything is painted. Failure for a name that the library lacks; PictureError for a file that is no picture."""
    library = {style.id: style for style in session.styles()} if any(spec.name for spec in options.specs) else {}
    return tuple(_from_library(library, spec, options) if spec.name else _from_file(spec, options) for spec in options.specs)


def _from_library(library: Mapping[str, client.Style], spec: StyleSpec, options: PaintOptions) -> ChosenStyle:
    style = library.get(spec.name or "")
    if style is None:
        raise Failure(unknown_style(spec.name or "", library))
    suggested = (style.suggested_scale, style.suggested_strength, style.suggested_color)
    use = client.StyleUse.library(style.id, weight=spec.weight, scale=options.scale, symmetry=options.symmetry)
    return ChosenStyle(use, style, _fingerprint(style.sha256, spec, options.scale, suggested))


def unknown_style(name: str, library: Mapping[str, object]) -> str:
    """A sentence about a name that the library lacks, with the nearest one that it has."""
    near = difflib.get_close_matches(name, library, n=1)
    guess = f"did you mean {near[0]}? All are listed by" if near else "see"
    return f"There is no style “{name}” in the library and no file of that name; {guess} restyle styles list."


def _from_file(spec: StyleSpec, options: PaintOptions) -> ChosenStyle:
    path = spec.file or Path()
    picture = inputs.read(path)
    files.read_picture(picture, named(path.name))  # a truncated file is found here, not after an upload
    use = client.StyleUse.picture(picture, weight=spec.weight, scale=options.scale, symmetry=options.symmetry)
    return ChosenStyle(use, None, _fingerprint(hashlib.sha256(picture).hexdigest(), spec, options.scale, None))


def _fingerprint(sha256: str, spec: StyleSpec, scale: float | None, suggested: object) -> dict[str, Any]:
    return {"picture": sha256, "weight": spec.weight, "scale": scale, "suggested": suggested}


def request(picture: PictureFile, content: Path, styles: tuple[ChosenStyle, ...], options: PaintOptions, **order: Any) -> client.JobRequest:
    """The order for one content. What the options leaves open is as the styles suggest. order: further fields of JobRequest."""
    order.setdefault("start", options.start)
    return client.JobRequest(
        content=planes.to_client(picture.plane),
        styles=tuple(style.use for style in styles),
        parameters=_suited(options, styles),
        label=named(content.name)[:MAX_TEXT],
        **order,
    )


def _suited(options: PaintOptions, styles: tuple[ChosenStyle, ...]) -> client.Parameters:
    """The options's parameters; the strength and the colour that it leaves open are those that suit the styles together."""
    parameters = options.parameters()
    strength, color = suggestion((style.library, style.use.weight) for style in styles)
    return dataclasses.replace(
        parameters,
        strength=strength if parameters.strength is None else parameters.strength,
        color=color if parameters.color is None else parameters.color,
    )


def follow(session: client.Session, job: client.Job, on_event: OnEvent, strength: float | None = None) -> client.Result:
    """Waits for a job that exists and reads its result. strength: lower than it was painted at; None: its own. JobFailed, JobCancelled, ResultExpired;
    WrongState, InvalidRequest when the strength can't be had."""
    return session.read(ended(session, job, on_event).id, on_event=on_event, strength=strength)


def ended(session: client.Session, job: client.Job, on_event: OnEvent) -> client.Job:
    """Waits for a job that exists, until it has ended well. JobFailed, JobCancelled."""
    for event in () if job.done else session.watch(job.id, previews=False):
        on_event(event)
        if isinstance(event, client.Job):
            job = event
    if job.state is client.JobState.FAILED:
        raise client.JobFailed(
            job.error.message if job.error else f"Job {job.id} failed; the server's log says more.", job.error.reason if job.error else "", job
        )
    if job.state is client.JobState.CANCELLED:
        raise client.JobCancelled(f"Job {job.id} was cancelled; start it again.", job)
    return job


def save(result: client.Result, output: Path, like: PictureFile | None, *, suffix: str = DEFAULT_SUFFIX, overwrite: bool = False) -> tuple[str, ...]:
    """Writes the result whole or not at all; returns sentences about what was lost on the way in or out. Failure, which says how to save it elsewhere."""
    try:
        return (*(like.warnings if like else ()), *saving.write(output, planes.from_client(result.plane), like, suffix=suffix, overwrite=overwrite))
    except (PictureError, Failure) as error:
        raise Failure(f"{error} The server still has the painting: restyle jobs result {result.job.id} -o {OTHER_PLACE}") from error


def _layers(result: client.Result, photo: client.Plane, output: Path, like: PictureFile, overwrite: bool) -> list[str]:
    """Writes the painting's colours and strokes beside it; returns their files. Failure, PictureError."""
    places = destinations.layers(output)
    for place, plane in zip(places, layering.separated(photo, result.plane), strict=True):
        saving.write(place, planes.from_client(plane), like, overwrite=overwrite)
    return [str(place) for place in places]


def reported(
    session: client.Session,
    result: client.Result,
    order: client.JobRequest,
    told: dict[str, Any],
    options: PaintOptions,
    styles: tuple[ChosenStyle, ...],
    manner: Manner,
) -> dict[str, Any]:
    """Writes the report of a finished job; returns what is told about it, with the report's file. Failure, which says that the painting is there."""
    from . import reports

    place = reports.files(manner.reports or Path(), Path(told["output"]))
    used = [{"style": str(spec), **style.fingerprint} for spec, style in zip(options.specs, styles, strict=True)]
    for each, scale in zip(used, result.job.style_scales, strict=False):  # none of a picture on which nothing was painted
        each["scale"] = scale
    try:
        report = session.report(result.job.id)
    except client.Unimplemented as error:
        raise Failure(f"{told['output']} is painted, but this server can't report on it; bring it to the command's version.") from error
    reports.write(place, report, result, order.content, told, used, manner.overwrite)
    return {**told, "report": str(place.data)}


def about(job: client.Job, content: Path | None, output: Path, warnings: tuple[str, ...]) -> dict[str, Any]:
    """What is told about a finished job, in JSON's types."""
    result = job.result
    if result is None:
        raise Failure(f"Job {job.id} has no result: it is {job.state.value}; paint it again.")
    return {
        "content": str(content) if content else None,
        "output": str(output),
        "job": job.id,
        "weights": job.weights.id if job.weights else None,
        "device": job.device,
        "size": [result.width, result.height],
        "work_size": [result.work_width, result.work_height],
        "painted": painted(result),
        "seconds": round(job.ended - job.started, 3) if job.ended and job.started else None,
        "finished_early": job.finished_early,
        "warnings": [*job.warnings, *warnings],
        "style_scales": list(job.style_scales),
        "parameters": job.resolved,
    }


def painted(result: client.ResultInfo) -> str:
    """ "painted at 512 of 4000 px", or that every pixel was painted."""
    work, whole = max(result.work_width, result.work_height), max(result.width, result.height)
    return f"painted at {work} of {whole} px" if work < whole else f"painted at full size, {whole} px"


def tell(told: Mapping[str, Any]) -> None:
    """The lines for people about a finished picture."""
    took = f" in {seconds_for_people(told['seconds'])}" if told["seconds"] is not None else ""
    stopped = ", finished early" if told["finished_early"] else ""
    line(f"{named(told['output'])}: {told['painted']}{took}{stopped}")
    size = f"{strokes(told['style_scales'])}, " if told["style_scales"] else ""
    line(f"  {size}{told['device']}, weights {told['weights']}")
    for warning in told["warnings"]:
        line(f"  {printable(warning)}")
    if told.get("layers"):
        line(f"  layers: {' and '.join(named(place) for place in told['layers'])}")
    if told.get("report"):
        line(f"  report: {told['report']} and .png")
