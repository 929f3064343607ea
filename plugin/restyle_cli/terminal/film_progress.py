"""Owns how the painting of a film is shown: one bar with the frames that are done, the time left, and what the frame at hand is at. Without a terminal, a line
for every tenth of the film. On request the last painted frame lies in a file, for any viewer that looks again when it changes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from restyle_client import Event, Job, Progress

from .output import seconds_for_people
from .progress import Many, device, phase, runs

BAR_WIDTH = 20  # columns
RECENT = 20  # frames whose time tells what the rest will take
TENTHS = 10


class FilmProgress(Many):
    """quiet: no lines, since JSON says the same. preview: is given every painted frame."""

    def __init__(self, quiet: bool, preview: Callable[[Any], None] | None = None) -> None:
        super().__init__(quiet, BAR_WIDTH)
        self._preview = preview
        self._total = self._done = self._told = 0
        self._times: deque[float] = deque(maxlen=RECENT + 1)
        self.job: Job | None = None  # the last one that has ended
        if self._bars:
            self._task = self._bars.add_task("", total=None, left="")

    def phase(self, text: str, done: int = 0, total: int | None = None) -> None:
        """What happens beside the painting."""
        if self._bars:
            self._bars.update(self._task, description=text, completed=done, total=total, left="")

    def begin(self, done: int, total: int) -> None:
        """total: paintings in all, of which `done` are there already."""
        self._done, self._total = done, total
        self._told = done * TENTHS // max(1, total)
        self._times.append(time.monotonic())
        self._update("")
        if 0 < done < total:
            self.note(f"going on at frame {done + 1} of {total}")

    def event(self, event: Event) -> None:
        """What the server tells about the frame at hand."""
        text = f"scale {event.scale}/{event.scales}" if isinstance(event, Progress) else "" if runs(event) else phase(event)
        if isinstance(event, Job) and event.done:
            self.job = event
        if self._bars and text:
            self._update(text)

    def painted(self, _name: object, plane: Any, job: Job | None = None) -> None:
        """A frame is painted and kept; by this job, or with a look by none."""
        self.job = job or self.job
        self._done += 1
        self._times.append(time.monotonic())
        if self._preview is not None:
            self._preview(plane)
        self._update("")
        tenth = self._done * TENTHS // self._total
        if tenth > self._told and not self._bars:
            self._told = tenth
            self.note(f"{self._done} of {self._total} frames{self._left()}")

    def _update(self, text: str) -> None:
        if self._bars:
            where = device(self.job) if self.job else ""
            words = "  ".join(part for part in (f"{self._done / max(1, self._total):4.0%}{self._left()}", text or where) if part)
            self._bars.update(self._task, description=f"{self._done} of {self._total} frames", completed=self._done, total=self._total, left=words)

    def _left(self) -> str:
        """The time left, as far as known."""
        if len(self._times) < 2 or self._done >= self._total:
            return ""
        each = (self._times[-1] - self._times[0]) / (len(self._times) - 1)
        return f"  {seconds_for_people(each * (self._total - self._done))} left"
