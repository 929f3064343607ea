"""Owns how the learning of a look is shown: as a painting's progress is, in words of its own."""

from __future__ import annotations

import sys

from restyle_client import Download, Event, Job, JobState, Progress, Upload

from .output import aside
from .progress import NEWS, Lines, Live, Silence, device, left, phase, runs, share

TENTHS = 10  # of the work: a quiet line for each


class LearnLines(Lines):
    """One line per change of phase, and per tenth of the steps."""

    def event(self, event: Event) -> None:
        text = "" if isinstance(event, (Upload, Download)) and event.total < NEWS else words(event, tenths=True)
        if text and text != self._last:
            self._last = text
            aside(text)


class LearnLive(Live):
    """A bar with phase, step, loss and time left, and the device below it."""

    def event(self, event: Event) -> None:
        if isinstance(event, Job):
            self._bars.device = device(event)
        done, total = share(event)
        if text := words(event):
            self._bars.update(self._task, description=text, completed=done, total=total, left=left(event) if isinstance(event, Progress) else "")


def display(quiet: bool) -> Silence:
    """The display that fits: live on a terminal, else lines, or nothing when `quiet`."""
    if sys.stderr.isatty():
        return LearnLive()
    return Silence() if quiet else LearnLines()


def words(event: Event, *, tenths: bool = False) -> str:
    """A few words for people; empty for what is not worth any. tenths: of the steps, no single ones."""
    if isinstance(event, Progress) and not event.step:
        return "looking at what it learns from"
    if isinstance(event, Progress):
        if tenths:
            return f"learned {int(event.fraction * TENTHS) * (100 // TENTHS)}%"
        return f"learning  step {event.step}/{event.steps}  style {event.style_loss:.3g}"
    if isinstance(event, Job) and event.state is JobState.QUEUED:
        return "set aside for others; it goes on by itself" if event.started else "waiting until nothing else is painted"
    if isinstance(event, Job) and runs(event):
        return f"learning on {event.device}" if event.device else "learning"
    return phase(event)
