"""Owns many pictures in one run: at most eight jobs in flight, results saved as they arrive, what is already done skipped, one failure never the end."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import restyle_client as client
import typer
from restyle_imaging.io import files
from restyle_imaging.io.pictures import PictureFile

from ..terminal.failures import FAILED, Interrupted, sentence
from ..terminal.folder_progress import Folder
from ..terminal.interruption import Interruption
from ..terminal.output import emit, line, named, plain, seconds_for_people, table
from ..terminal.places import state_dir
from . import inputs, one_picture, ownership
from . import series as series_of
from .one_picture import ChosenStyle
from .paint_options import Manner, PaintOptions
from .record import Entry, Record, recipe
from .series import Series

IN_FLIGHT = 8  # jobs: what the service asks of a client
LONGEST_TABLE = 40  # rows; of more pictures only the failed ones are listed


class Status(StrEnum):
    PAINTED = "painted"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    content: Path
    output: Path
    status: Status
    told: Mapping[str, Any] = field(default_factory=dict)  # what is told about the finished picture
    error: str = ""

    def record(self) -> dict[str, Any]:
        """In JSON's types."""
        told = {**self.told, "content": str(self.content), "output": str(self.output), "status": self.status.value}
        return {**told, "error": self.error} if self.error else told

    def __str__(self) -> str:
        content, output = named(self.content), named(self.output)
        if self.status is Status.FAILED:
            return f"{content}: failed: {self.error}"
        if self.status is Status.SKIPPED:
            done = "was painted this way, and has been changed since" if self.told.get("changed_since") else "is already painted this way"
            return f"{content}: skipped, {output} {done}"
        return f"{output}: {self.told['painted']}"


def run(contents: Sequence[Path], outputs: Sequence[Path], options: PaintOptions, manner: Manner, series_place: Path | None = None) -> None:
    """Paints every content to its output and tells about it. series_place: the folder of the series that they belong to. typer.Exit(1) when one failed."""
    began = time.monotonic()
    stopping = Stopping()
    outcomes: list[Outcome] = []

    def work() -> None:
        with client.connect() as session, contextlib.closing(Record(state_dir())) as record:
            styles = one_picture.choose(session, options)
            wish, series = options, None
            if series_place is not None:
                series, told = series_of.joined(series_place, session, contents, options, styles, lambda: not stopping.asked, manner.ocio)
                wish, styles = series.options(options), series.chosen(styles)
                if not manner.json:
                    shown.note(told)
            painter = Batch(session, wish, styles, record, stopping, shown, manner, series)
            for outcome in painter.paint(zip(contents, outputs, strict=True)):
                outcomes.append(outcome)
                shown.ended(str(outcome), len(outcomes))
                if not manner.json:
                    for warning in outcome.told.get("warnings", ()):
                        shown.note(f"  {warning}")
                if manner.json:
                    emit(outcome.record())

    with Interruption() as interruption, Folder(len(contents), quiet=manner.json) as shown:
        interruption.run(work, lambda: stopping.stop(shown.note))
    if not manner.json:
        summarise(outcomes, time.monotonic() - began)
    if any(outcome.status is Status.FAILED for outcome in outcomes):
        raise typer.Exit(FAILED)


class Stopping:
    """What Ctrl-C has to cancel. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancels: set[Callable[[], object]] = set()
        self.asked = False

    def stop(self, note: Callable[[str], None]) -> bool:
        """Cancels everything under way; False when nothing is."""
        note("cancelling; Ctrl-C again leaves at once")
        with self._lock:
            self.asked = True
            cancels = list(self._cancels)
        for cancel in cancels:
            with contextlib.suppress(client.RestyleError):
                cancel()
        return bool(cancels)

    @contextlib.contextmanager
    def by(self, cancel: Callable[[], object]) -> Iterator[None]:
        """Within it, a stop calls `cancel`. Interrupted when the stop came before."""
        with self._lock:
            if self.asked:
                raise Interrupted
            self._cancels.add(cancel)
        try:
            yield
        finally:
            with self._lock:
                self._cancels.discard(cancel)


class Batch:
    """Paints pictures one by one or several at once, with one order for all of them."""

    def __init__(
        self,
        session: client.Session,
        options: PaintOptions,
        styles: tuple[ChosenStyle, ...],
        record: Record,
        stopping: Stopping,
        shown: Folder,
        manner: Manner,
        series: Series | None,
    ) -> None:
        self._session = session
        self._series = series
        self._recoloring = threading.Lock()  # a large picture takes some memory meanwhile
        self._manner = manner
        self._wish = options
        self._styles = styles
        self._record = record
        self._stopping = stopping
        self._shown = shown
        self._weights = weights_hash(session.info(), options.weights)

    def paint(self, pairs: Iterator[tuple[Path, Path]]) -> Iterator[Outcome]:
        """Outcomes as they arrive, at most IN_FLIGHT jobs at once."""
        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="restyle-picture") as pool:
            for done in as_completed([pool.submit(self._outcome, content, output) for content, output in pairs]):
                outcome = done.result()
                if outcome is not None:
                    yield outcome

    def _outcome(self, content: Path, output: Path) -> Outcome | None:
        """None once Ctrl-C was pressed."""
        if self._stopping.asked:
            return None
        try:
            return self._one(content, output)
        except Interrupted:
            return None
        except Exception as failure:
            return None if self._stopping.asked else Outcome(content, output, Status.FAILED, error=sentence(failure))

    def _one(self, content: Path, output: Path) -> Outcome:
        data = inputs.read(content)
        picture = inputs.decoded(data, content, self._manner.ocio)
        files.check_size(output.suffix, picture.plane.width, picture.plane.height)
        choices = self._wish.choices() | ({} if self._series is None else {"palette": self._series.key})
        choices |= {} if picture.space is None else {"space": picture.space.key}
        mark = recipe(data, [style.fingerprint for style in self._styles], choices, self._weights)
        before = self._record.get(output)
        if before is not None and before.recipe != mark:
            before = None
        free = ownership.is_free(output)
        done = before.result if before is not None and output.exists() and self._is_reported(output) else None
        if done is not None and (free or not self._manner.overwrite):
            return Outcome(content, output, Status.SKIPPED, {**done, "changed_since": not free})
        if not free and not self._manner.overwrite:
            raise ownership.refusal(output)
        kind: dict[str, Any] = {"lifetime": client.Lifetime.DETACHED, "job_class": client.JobClass.BATCH}
        order = one_picture.request(self._as_painted(picture), content, self._styles, self._wish, **kind, report=self._manner.reports is not None)
        with self._shown.job(content.name) as bar:
            result = self._picked_up(before, bar.event) or self._painted(order, output, mark, bar.event)
        told = one_picture.about(result.job, content, output, one_picture.save(result, output, picture, overwrite=self._manner.overwrite))
        self._record.shows(output, result.job.id)
        if self._manner.reports is not None:
            told = one_picture.reported(self._session, result, order, told, self._wish, self._styles, self._manner)
        told = plain(told)
        self._record.put(output, Entry(mark, result.job.id, told))
        return Outcome(content, output, Status.PAINTED, told)

    def _as_painted(self, picture: PictureFile) -> PictureFile:
        if self._series is None:
            return picture
        with self._recoloring:
            return dataclasses.replace(picture, plane=self._series.recolored(picture.plane))

    def _is_reported(self, output: Path) -> bool:
        """Whether there is a report, if one is wanted."""
        from . import reports

        return self._manner.reports is None or reports.files(self._manner.reports, output).complete

    def _painted(self, order: client.JobRequest, output: Path, mark: str, show: one_picture.OnEvent) -> client.Result:
        noted = threading.Event()

        def on_event(event: client.Event) -> None:
            if isinstance(event, client.Job) and not noted.is_set():
                noted.set()
                self._record.put(output, Entry(mark, event.id, None))
            show(event)

        cancellation = client.Cancellation()
        with self._stopping.by(cancellation.cancel):
            return self._session.restyle(order, on_event=on_event, cancel=cancellation, previews=False)

    def _picked_up(self, before: Entry | None, show: one_picture.OnEvent) -> client.Result | None:
        """The result of the very same job that an earlier run ordered and did not live to see; None when the server has nothing of it."""
        if before is None:
            return None
        try:
            job = self._session.get(before.job)
            if job.state not in (client.JobState.QUEUED, client.JobState.RUNNING, client.JobState.SUCCEEDED):
                return None
            with self._stopping.by(lambda: self._session.cancel(job.id)):
                result = one_picture.follow(self._session, job, show)
            if self._manner.reports is not None:
                self._session.report(job.id)  # NotFound when it was ordered without one: then it is painted again
        except (client.Refused, client.JobFailed, client.JobCancelled):
            return None
        else:
            return result


def weights_hash(info: client.ServerInfo, wanted: str) -> str:
    """The weights' hash, so that a picture is painted anew once auto means others."""
    name = info.weights_in_use if wanted == "auto" else wanted
    return next((weights.sha256 for weights in info.weights if weights.id == name), name)


def summarise(outcomes: Sequence[Outcome], seconds: float) -> None:
    """One table for people."""
    counts = {status: sum(outcome.status is status for outcome in outcomes) for status in Status}
    listed = sorted(outcomes, key=lambda outcome: str(outcome.content))
    if len(outcomes) > LONGEST_TABLE:
        listed = [outcome for outcome in listed if outcome.status is Status.FAILED]
    if listed:
        table(("picture", "status", "result", "painted at", "time"), [_row(outcome) for outcome in listed], right=("time",))
    line(", ".join(f"{count} {status}" for status, count in counts.items() if count) + f" in {seconds_for_people(seconds)}")


def _row(outcome: Outcome) -> tuple[object, ...]:
    if outcome.status is Status.FAILED:
        return outcome.content, outcome.status, outcome.error, "", ""
    took = seconds_for_people(outcome.told["seconds"]) if outcome.status is Status.PAINTED else ""
    return outcome.content, outcome.status, outcome.output, outcome.told["painted"].removeprefix("painted at "), took
