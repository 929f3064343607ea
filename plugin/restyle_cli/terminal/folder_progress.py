"""Owns how many jobs at once are shown: one bar for all, one for each under way, and a line for each that has ended. Without a terminal only the lines."""

from __future__ import annotations

from types import TracebackType

from restyle_client import Event, Progress
from rich.progress import Progress as Bars
from rich.progress import TaskID

from .output import printable
from .progress import Many, Silence, left, phase, runs, share

BAR_WIDTH = 16  # columns
LONGEST_NAME = 28  # columns: what bar and words leave of 80


class Folder(Many):
    """Called from several threads. quiet: no lines, since JSON says the same. what: the jobs' results are called."""

    def __init__(self, total: int, quiet: bool, what: str = "pictures") -> None:
        super().__init__(quiet, BAR_WIDTH)
        self._total = total
        self._what = what
        if self._bars:
            self._all = self._bars.add_task(f"0 of {total} {what}", total=total, left="")

    def job(self, name: str) -> Silence:
        """A display for one of the jobs."""
        return _Bar(self._bars, name) if self._bars else Silence()

    def ended(self, text: str, count: int) -> None:
        """text: about the picture that has just ended; count: how many have ended so far."""
        if self._bars:
            self._bars.update(self._all, completed=count, description=f"{count} of {self._total} {self._what}")
        if not self._quiet:
            self.note(text)


class _Bar(Silence):
    def __init__(self, bars: Bars, name: str) -> None:
        self._bars = bars
        self._name = name
        self._task: TaskID | None = None

    def __enter__(self) -> _Bar:
        self._task = self._bars.add_task(shortened(self._name), total=None, left="")
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)

    def event(self, event: Event) -> None:
        if self._task is not None:
            done, total = share(event)
            text = f"scale {event.scale}/{event.scales} {left(event)}" if isinstance(event, Progress) else "painting" if runs(event) else phase(event)
            if text:
                self._bars.update(self._task, completed=done, total=total, left=text)


def shortened(name: str) -> str:
    """At most LONGEST_NAME columns; the end stays, since cameras count there."""
    name = printable(name)
    return name if len(name) <= LONGEST_NAME else "…" + name[1 - LONGEST_NAME :]
