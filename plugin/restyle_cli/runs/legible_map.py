"""Owns the map of a picture's faces and lettering: asked for, and written."""

from __future__ import annotations

from pathlib import Path

import restyle_client as client
from restyle_imaging.io import files

from ..terminal.failures import Failure
from ..terminal.interruption import Interruption
from ..terminal.output import aside, emit, line, named
from . import inputs, planes, saving


def run(content: Path, output: Path, overwrite: bool, json: bool) -> None:
    """Writes the map of one picture and tells about it. Failure, PictureError."""
    with Interruption() as interruption, saving.speaking_beside(output):
        interruption.run(lambda: _run(content, output, overwrite, json), lambda: False)


def _run(content: Path, output: Path, overwrite: bool, json: bool) -> None:
    picture = files.read_picture(inputs.read(content), named(content.name))
    with client.connect() as session:
        warnings = (*picture.warnings, *write(session, planes.to_client(picture.plane), output, overwrite))
    if json:
        emit({"content": content, "output": output, "warnings": list(warnings)})
        return
    line(f"{named(output)}: faces and lettering are white")
    for warning in warnings:
        aside(warning)


def write(session: client.Session, content: client.Plane, output: Path, overwrite: bool) -> tuple[str, ...]:
    """Asks for the map of a content and writes it; returns sentences about what was lost. Failure."""
    try:
        found = session.restyle(client.JobRequest(content, reading=True), previews=False)
    except client.InvalidRequest as error:  # a server of an earlier version wants styles
        raise Failure(f"This server can't find faces and lettering; bring it to the command's version. ({error})") from error
    return saving.write(output, planes.from_client(found.plane), None, overwrite=overwrite)
