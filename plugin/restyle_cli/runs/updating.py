"""Owns which painting an update starts from: that of a file which Restyle wrote, or a job's."""

from __future__ import annotations

from pathlib import Path

import restyle_client as client
from restyle_contract.limits import MAX_TEXT
from restyle_contract.paths import at_home
from restyle_imaging.io.pictures import PictureFile

from ..terminal.failures import Failure
from ..terminal.output import named
from . import jobs_found, ownership, planes
from .one_picture import Ordered


def order(painting: str, session: client.Session, picture: PictureFile, content: Path) -> Ordered:
    """Of what has changed in a picture since a painting. painting: its file, or its job's id or the beginning of that. Failure."""
    request = client.JobRequest(planes.to_client(picture.plane), update=_job(painting, session), label=named(content.name)[:MAX_TEXT])
    return Ordered(request)


def _job(painting: str, session: client.Session) -> str:
    path = at_home(painting)
    if not path.exists():
        if path.suffix or len(path.parts) > 1:
            raise Failure(f"There is no file {named(painting)}; name the painting to update, or its job as restyle jobs list has it.")
        return jobs_found.find(session, painting).id
    job = ownership.job_of(path)
    if job is None:
        raise Failure(f"Nothing is known of how {named(painting)} was painted; give its job as restyle jobs list has it, or paint the whole picture again.")
    if not ownership.is_free(path):
        raise Failure(f"{named(painting)} isn't as Restyle wrote it, and an update would lose what was changed there; give its job, {job}, to do so.")
    return job
