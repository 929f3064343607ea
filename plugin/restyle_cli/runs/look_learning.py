"""Owns the way of a look that is learned: its pictures read, sent, followed, and what is told about it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import restyle_client as client
from PIL import Image
from restyle_contract.limits import MAX_PHOTOGRAPHS, MAX_TEXT, SMALLEST_SIDE
from restyle_editor.suggestion import suggestion
from restyle_imaging.errors import PictureError
from restyle_imaging.io import files
from restyle_imaging.planes.canvas import open_plane
from restyle_imaging.planes.preview import rgba8

from ..terminal.failures import Failure
from ..terminal.interruption import Interruption
from ..terminal.learn_progress import display
from ..terminal.output import aside, emit, line, named, printable, seconds_for_people
from ..terminal.places import real
from . import inputs, one_picture, planes
from .paint_options import PaintOptions

LARGEST_PHOTOGRAPH = 1024  # px, longest side: more than is learned on, and quick to send


@dataclass(frozen=True, slots=True)
class Wanted:
    """photographs: files and folders. painting: a layer's picture and its painting's, in the place of styles and photographs. steps: None: the usual ones."""

    name: str
    options: PaintOptions
    photographs: tuple[Path, ...]
    painting: tuple[Path, Path] | None
    credit: str
    steps: int | None
    detach: bool
    json: bool


@dataclass(slots=True)
class _Asked:
    """What the thread that works and the one that hears Ctrl-C both know."""

    session: client.Session | None = None
    job: client.Job | None = None


def run(wanted: Wanted) -> None:
    """Has a look learned and tells about it. Ctrl-C keeps what is learned so far; once more cancels it."""
    asked = _Asked()

    def work() -> client.Job:
        request = _request(wanted)
        shown.phase("connecting")
        with client.connect() as session:
            asked.session = session
            job = asked.job = session.learn(_styled(session, request, wanted), on_event=shown.event)
            return job if wanted.detach else one_picture.ended(session, job, shown.event)

    def stop() -> bool:
        if asked.session is None or asked.job is None:
            return False
        try:
            asked.session.finish(asked.job.id)
        except client.WrongState:  # nothing is learned yet
            return cancel()
        shown.phase("keeping what is learned; Ctrl-C again cancels")
        return True

    def cancel() -> bool:
        if asked.session is None or asked.job is None:
            return False
        shown.phase("cancelling; Ctrl-C again leaves at once")
        asked.session.cancel(asked.job.id)
        return True

    with Interruption() as interruption, display(wanted.json) as shown:
        job = interruption.run(work, cancel, stop)
    _tell(job, wanted)


def _request(wanted: Wanted) -> client.LearnRequest:
    """All but the styles. Failure and PictureError for pictures that can't be used."""
    found = client.LearnRequest(
        name=wanted.name,
        credit=wanted.credit,
        steps=wanted.steps,
        parameters=replace(wanted.options.parameters(), preset=None),
        lifetime=client.Lifetime.DETACHED if wanted.detach else client.Lifetime.ATTACHED,
        label=wanted.name[:MAX_TEXT],
    )
    if wanted.painting is None:
        return replace(found, photographs=_photographs(wanted.photographs))
    layer, painting = (files.read_picture(inputs.read(path), named(path.name)).plane for path in wanted.painting)
    if (layer.width, layer.height) != (painting.width, painting.height):
        sizes = f"{painting.width} × {painting.height} px, and {named(wanted.painting[0].name)} {layer.width} × {layer.height}"
        raise Failure(f"{named(wanted.painting[1].name)} is {sizes}; give a picture and the painting of that very picture.")
    return replace(found, content=planes.to_client(layer), painting=planes.to_client(painting), style=named(wanted.painting[1].name)[:MAX_TEXT])


def _styled(session: client.Session, request: client.LearnRequest, wanted: Wanted) -> client.LearnRequest:
    """With the styles, and with what they suggest where nothing was said."""
    if wanted.painting is not None:
        return request
    chosen = one_picture.choose(session, wanted.options)
    strength, _ = suggestion((style.library, style.use.weight) for style in chosen)
    credit = request.credit or ", ".join(dict.fromkeys(style.library.credit for style in chosen if style.library is not None and style.library.credit))
    parameters = request.parameters if request.parameters.strength is not None else replace(request.parameters, strength=strength)
    words = ", ".join(spec.name or named((spec.file or Path()).name) for spec in wanted.options.specs)
    return replace(request, styles=tuple(style.use for style in chosen), parameters=parameters, style=words[:MAX_TEXT], credit=credit[:MAX_TEXT])


def _photographs(given: Sequence[Path]) -> tuple[bytes, ...]:
    """Files of the photographs, made small. Those of a folder that can't be read are left out, and named. Failure."""
    if not given:
        return ()
    paths = inputs.expand(list(given))
    if len(paths) > MAX_PHOTOGRAPHS:
        aside(f"Of {len(paths)} photographs {MAX_PHOTOGRAPHS} are taken, evenly; more teach nothing new.")
        paths = [paths[number * len(paths) // MAX_PHOTOGRAPHS] for number in range(MAX_PHOTOGRAPHS)]
    alone = {real(path) for path in given if not path.is_dir()}
    found = []
    for path in paths:
        try:
            found.append(_photograph(path))
        except (PictureError, Failure) as error:
            if real(path) in alone:
                raise
            aside(f"Left out: {error}")
    if not found:
        raise Failure("None of these photographs can be used; choose others, or leave them out.")
    return tuple(found)


def _photograph(path: Path) -> bytes:
    canvas = open_plane(files.read_picture(inputs.read(path), named(path.name)).plane)
    width, height, pixels = rgba8(canvas.rgb, canvas.alpha, LARGEST_PHOTOGRAPH)
    if min(width, height) < SMALLEST_SIDE:
        raise Failure(f"{named(path.name)} has {canvas.width} × {canvas.height} px; choose photographs of at least {SMALLEST_SIDE} px per side.")
    file = io.BytesIO()
    Image.frombytes("RGBA", (width, height), pixels).convert("RGB").save(file, "PNG", compress_level=1)
    return file.getvalue()


def _tell(job: client.Job, wanted: Wanted) -> None:
    steps = job.progress.step if job.progress else 0
    if wanted.json:
        told: dict[str, Any] = {"job": job.id, "state": job.state.value, "look": job.look_id or None, "steps": steps, "finished_early": job.finished_early}
        emit({**told, "device": job.device, "warnings": list(job.warnings)})
    elif wanted.detach:
        line(f"job {job.id} learns {printable(wanted.name)} while nothing else is painted; see restyle jobs list")
    else:
        took = f" in {seconds_for_people(job.progress.elapsed_seconds)}" if job.progress else ""
        line(f"learned {job.look_id}: {steps} steps{took}; use it with restyle look apply {job.look_id}")
        for warning in job.warnings:
            line(f"  {printable(warning)}")
