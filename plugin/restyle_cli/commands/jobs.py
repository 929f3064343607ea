"""Owns `restyle jobs`: what the server has been asked for, and fetching a result that nobody waited for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..runs import destinations
from ..terminal.examples import examples
from ..terminal.failures import Commands, Failure
from ..terminal.output import Json, emit, line, plain, seconds_for_people, table
from .options import Overwrite

if TYPE_CHECKING:
    import restyle_client as client

SHORTEST_PREFIX = 4  # characters of an id: fewer would too often name two jobs

jobs = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode="rich", help="List, cancel and fetch jobs.")

JobId = Annotated[str, typer.Argument(metavar="ID", help="The job's id, or its beginning.", show_default=False)]


@jobs.command("list")
def list_jobs(json: Json = False) -> None:
    """List the jobs that the server knows, newest first."""
    import restyle_client as client

    with client.connect() as session:
        found = list(session.list())
    if json:
        for job in found:
            emit(plain(job))
    elif found:
        table(("id", "state", "label", "age", "about"), [_row(job) for job in found], right=("age",))
    else:
        line("no jobs")


@jobs.command()
def cancel(ids: Annotated[list[str], typer.Argument(metavar="ID", help="The jobs' ids, or their beginnings.", show_default=False)], json: Json = False) -> None:
    """Cancel jobs. One that has already ended stays as it is."""
    import restyle_client as client

    with client.connect() as session:
        for job in [find(session, text) for text in ids]:
            now = session.cancel(job.id)
            if json:
                emit(plain(now))
            else:
                line(f"{now.id}: {now.state.value}")


@jobs.command()
@examples("restyle jobs list", "restyle jobs result 4f1c -o painted.png")
def result(
    job: JobId,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The result's file; its suffix chooses the format.", show_default=False)],
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Save the result of a job, waiting for it if need be. Ctrl-C stops the waiting, not the job."""
    destination = destinations.single(output.expanduser(), None, overwrite)

    import restyle_client as client

    from ..runs import one_picture, saving
    from ..terminal.interruption import Interruption
    from ..terminal.progress import display

    def work() -> dict[str, object]:
        with client.connect() as session:
            found = one_picture.follow(session, find(session, job), shown.event)
            return one_picture.about(found.job, None, destination, one_picture.save(found, destination, None, overwrite=overwrite))

    with saving.speaking_beside(destination):
        with Interruption() as interruption, display(json) as shown:
            told = interruption.run(work, lambda: False)
        if json:
            emit(told)
        else:
            one_picture.tell(told)


def find(session: client.Session, text: str) -> client.Job:
    """The job of an id or of the beginning of one. Failure when no job or more than one has it."""
    import restyle_client as client

    try:
        return session.get(text)
    except (client.NotFound, client.InvalidRequest):
        found = [job for job in session.list() if job.id.startswith(text)] if len(text) >= SHORTEST_PREFIX else []
    if len(found) == 1:
        return found[0]
    if found:
        raise Failure(f"{len(found)} jobs begin with {text}; give more of the id.")
    raise Failure(f"There is no job {text}; see restyle jobs list.")


def _row(job: client.Job) -> tuple[object, ...]:
    return job.id, job.state.value, job.label, seconds_for_people(max(0.0, time.time() - job.created)), _about(job)


def _about(job: client.Job) -> str:
    if job.error:
        return job.error.message
    if job.queue_position:
        return f"place {job.queue_position} in the queue"
    if job.progress and not job.done:
        return f"{job.progress.fraction:.0%}"
    if job.result:
        note = f", {job.result.work_note}" if job.result.work_note else ""
        return f"{job.result.width}×{job.result.height} px{note}"
    return ""
