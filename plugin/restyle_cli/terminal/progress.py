"""Owns how a job's progress is shown: a live bar on a terminal, quiet lines elsewhere, nothing beside JSON; and what displays of many jobs share. Always on
stderr: stdout is the result's."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self, TypeVar

from restyle_client import Download, Event, Job, JobState, Progress, Upload
from rich.console import Console, RenderableType
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from .output import aside, bytes_for_people, printable, seconds_for_people

BAR_WIDTH = 14  # columns: with scale, step, loss and time left it fills 80
NEWS = 8 << 20  # bytes from which a transfer is worth a quiet line

B = TypeVar("B", bound=Bars)


class Silence:
    """Shows nothing; the shape of every display. `event` is called from the thread that paints."""

    def __enter__(self) -> Silence:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        return None

    def phase(self, text: str) -> None:
        """What happens beside the server's work."""

    def event(self, event: Event) -> None:
        """What the server tells."""


class Lines(Silence):
    """One line per change of phase or scale."""

    def __init__(self) -> None:
        self._last = ""

    def event(self, event: Event) -> None:
        text = "" if isinstance(event, (Upload, Download)) and event.total < NEWS else phase(event)
        if text and text != self._last:
            self._last = text
            aside(text)


class Live(Silence):
    """A bar with phase, scale, step, loss and time left, and the device below it."""

    def __init__(self) -> None:
        self._bars = _bars_of(_BarsAndDevice, BAR_WIDTH)
        self._task = self._bars.add_task("", total=None, left="")

    def __enter__(self) -> Live:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._bars.stop()

    def phase(self, text: str) -> None:
        self._bars.update(self._task, description=text)

    def event(self, event: Event) -> None:
        if isinstance(event, Job):
            self._bars.device = device(event)
        done, total = share(event)
        text = step(event) if isinstance(event, Progress) else "painting" if runs(event) else phase(event)
        if text:
            self._bars.update(self._task, description=text, completed=done, total=total, left=left(event) if isinstance(event, Progress) else "")


class _BarsAndDevice(Bars):
    """rich's bars with one dim line below them."""

    device = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        if self.device:
            yield Text(self.device, style="dim", overflow="ellipsis", no_wrap=True)


def _bars_of(kind: type[B], width: int) -> B:
    """Lines of words, a bar and words. width: of the bar, in columns."""
    return kind(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=width),
        TextColumn("{task.fields[left]}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),  # else rich would send stdout's lines to the terminal too
    )


class Many:
    """What displays of many jobs have in common: bars on a terminal, and lines for people. quiet: no lines, since JSON says the same; width: of the bars."""

    def __init__(self, quiet: bool, width: int) -> None:
        self._quiet = quiet
        self._bars = _bars_of(Bars, width) if sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._bars:
            self._bars.stop()

    def note(self, text: str) -> None:
        """A line for people."""
        if self._bars:
            self._bars.console.print(Text(printable(text)))
        elif not self._quiet:
            aside(text)


def display(quiet: bool) -> Silence:
    """The display that fits: live on a terminal, else lines, or nothing when `quiet`."""
    if sys.stderr.isatty():
        return Live()
    return Silence() if quiet else Lines()


def share(event: Event) -> tuple[float, float | None]:
    """How much of how much is done; of None when nothing can be said."""
    if isinstance(event, (Upload, Download)):
        return event.done, event.total or None
    if isinstance(event, Progress):
        return event.fraction, 1.0
    return 0, None


def phase(event: Event) -> str:
    """A few words for people; empty for what is not worth any."""
    if isinstance(event, Upload):
        return f"sending {bytes_for_people(event.total)}"
    if isinstance(event, Download):
        return f"fetching {bytes_for_people(event.total)}"
    if isinstance(event, Progress):
        return f"scale {event.scale} of {event.scales}, {event.width}×{event.height} px"
    if isinstance(event, Job) and event.state is JobState.QUEUED:
        return f"waiting, place {event.queue_position} in the queue" if event.queue_position else "waiting"
    if isinstance(event, Job) and runs(event) and event.style_scales:
        return strokes(event.style_scales)
    if isinstance(event, Job) and runs(event):
        return f"painting on {event.device}" if event.device else "painting"
    return ""


def step(progress: Progress) -> str:
    """Scale, step and loss in less than half of a narrow terminal."""
    return f"scale {progress.scale}/{progress.scales} {progress.width}×{progress.height}  step {progress.step}/{progress.steps}  loss {progress.loss:.3g}"


def strokes(scales: Sequence[float]) -> str:
    """The sizes of the styles' strokes, in their order."""
    return f"strokes {', '.join(f'× {scale:g}' for scale in scales)}"


def left(progress: Progress) -> str:
    """Percent and the time left, as far as known."""
    eta = "" if progress.eta_seconds is None else f"  {seconds_for_people(progress.eta_seconds)} left"
    return f"{progress.fraction:4.0%}{eta}"


def device(job: Job) -> str:
    """Where it is painted and with which weights, as far as known."""
    weights = f"weights {job.weights.id}" if job.weights and job.weights.id else ""
    return ", ".join(part for part in (job.device, weights) if part)


def runs(event: Event) -> bool:
    """A snapshot of a job that is being painted."""
    return isinstance(event, Job) and event.state is JobState.RUNNING
