"""Owns `restyle jobs`: what the server has been asked for, what of it is to end, and fetching a result that nobody waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from restyle_contract.paths import at_home

from ..runs import destinations
from ..terminal.examples import examples
from ..terminal.failures import Commands, Failure
from ..terminal.output import Json, emit, line, plain, seconds_for_people, table
from .options import LowerStrength, Overwrite

if TYPE_CHECKING:
    import restyle_client as client

jobs = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode="rich", help="List, finish, cancel and fetch jobs.")

GONE = "The painter no longer has this painting; paint it again."

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
@examples("restyle jobs show 1", "restyle jobs show 4f1c")
def show(
    job: Annotated[
        str, typer.Argument(metavar="N|ID", help="Its place in the list, 1 for the newest, or its id, or the beginning of that.", show_default=False)
    ],
    json: Json = False,
) -> None:
    """Tell what a job paints or has painted: its styles, strength, quality and time, and whether its result is still there."""
    import restyle_client as client

    from ..runs.jobs_found import SHORTEST_PREFIX, find

    with client.connect() as session:
        found = _numbered(session, int(job)) if job.isdecimal() and len(job) < SHORTEST_PREFIX else find(session, job)
    if json:
        emit(plain(found))
    else:
        for name, value in _facts(found):
            line(f"{name:<9}{value}")


@jobs.command()
def cancel(ids: Annotated[list[str], typer.Argument(metavar="ID", help="The jobs' ids, or their beginnings.", show_default=False)], json: Json = False) -> None:
    """Cancel jobs. One that has already ended stays as it is."""
    _ask_all(ids, json, lambda session, job_id: session.cancel(job_id), lambda now: now.state.value)


@jobs.command()
def finish(ids: Annotated[list[str], typer.Argument(metavar="ID", help="The jobs' ids, or their beginnings.", show_default=False)], json: Json = False) -> None:
    """Stop jobs that have begun, and keep what they have come to."""
    _ask_all(ids, json, lambda session, job_id: session.finish(job_id), lambda now: now.state.value if now.done else "finishing")


def _ask_all(ids: list[str], json: bool, ask: Callable[[client.Session, str], client.Job], words: Callable[[client.Job], str]) -> None:
    """Asks something of each job, once all are found, and tells what it is then."""
    import restyle_client as client

    from ..runs.jobs_found import find

    with client.connect() as session:
        for job in [find(session, text) for text in ids]:
            now = ask(session, job.id)
            if json:
                emit(plain(now))
            else:
                line(f"{now.id}: {words(now)}")


@jobs.command()
@examples("restyle jobs list", "restyle jobs result 4f1c -o painted.png", "restyle jobs result 4f1c --strength 30 -o gentler.png")
def result(
    job: JobId,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The result's file; its suffix chooses the format.", show_default=False)],
    strength: LowerStrength = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Save the result of a job, waiting for it if need be. Ctrl-C stops the waiting, not the job."""
    destination = destinations.single(at_home(output), None, overwrite)

    import restyle_client as client

    from ..runs import one_picture, ownership, saving
    from ..runs.jobs_found import find
    from ..terminal.interruption import Interruption
    from ..terminal.progress import display

    def work() -> dict[str, object]:
        with client.connect() as session:
            found = one_picture.follow(session, find(session, job), shown.event, strength)
            told = one_picture.about(found.job, None, destination, one_picture.save(found, destination, None, overwrite=overwrite))
            if not destinations.is_stream(destination):
                ownership.painted(destination, found.job.id)
            return told

    with saving.speaking_beside(destination):
        with Interruption() as interruption, display(json) as shown:
            told = interruption.run(work, lambda: False)
        if json:
            emit(told)
        else:
            one_picture.tell(told)


def _numbered(session: client.Session, number: int) -> client.Job:
    """The job at a place in the list. Failure."""
    found = session.list()
    if not 1 <= number <= len(found):
        raise Failure(f"There is no job number {number}; {len(found)} are listed by restyle jobs list, the newest is number 1.")
    return found[number - 1]


def _facts(job: client.Job) -> list[tuple[str, object]]:
    """What is known of it, in the editors' words."""
    from restyle_editor import sentences

    resolved, moment = job.resolved, sentences.moment(job.ended or job.created)
    facts: list[tuple[str, object]] = [("job", job.id), ("state", job.state.value), ("label", job.label), ("style", " + ".join(job.styles))]
    if resolved is not None and resolved.strength is not None:
        facts.append(("settings", sentences.painted_with(resolved.strength, resolved.preset or "")))
    if job.style_scales:
        facts.append(("strokes", ", ".join(map(sentences.strokes, job.style_scales))))
    facts.append(("time", moment))
    if job.state.value == "expired":
        facts.append(("result", GONE))
    elif job.expires and job.result:
        facts.append(("result", f"{_about(job)}; {sentences.RECENT_KEPT.format(moment=sentences.moment(job.expires))}"))
    elif about := _about(job):
        facts.append(("result" if job.done else "progress", about))
    return [(name, value) for name, value in facts if value]


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
    if job.look_id:
        return f"learned the look {job.look_id}"
    return ""
