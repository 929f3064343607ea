"""Owns what watchers of a job hear: the latest of each kind, numbered; a slow one costs one snapshot, one progress and one preview, and nobody else's time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..records.progress import Preview, Progress
from .job import Job


@dataclass(frozen=True, slots=True)
class Event:
    """sequence rises within a job. what: a snapshot (Job), progress (Progress) or a preview (Preview)."""

    sequence: int
    what: Job | Progress | Preview


@dataclass(slots=True, eq=False)
class Watcher:
    """One stream's mailbox: at most one event of each kind waits in it."""

    previews: int  # px, longest side; 0: none wanted
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    snapshot: Event | None = None
    progress: Event | None = None
    preview: Event | None = None
    closed: bool = False

    def take(self) -> Iterator[Event]:
        """What waits, in order."""
        waiting = [event for event in (self.snapshot, self.progress, self.preview) if event is not None]
        self.snapshot = self.progress = self.preview = None
        self.woken.clear()
        return iter(sorted(waiting, key=lambda event: event.sequence))


class Channel:
    """A job's watchers and the number of its last event."""

    def __init__(self, first: int) -> None:
        self._sequence = first
        self._watchers: set[Watcher] = set()

    @property
    def watchers(self) -> int:
        return len(self._watchers)

    @property
    def preview_size(self) -> int:
        """The longest side that any watcher wants, in px; 0 when none wants previews."""
        return max((watcher.previews for watcher in self._watchers), default=0)

    def publish(self, what: Job | Progress | Preview) -> None:
        """Puts it into every mailbox, in place of an older one of its kind. After a job has ended nothing else is published."""
        self._sequence += 1
        event = Event(self._sequence, what)
        for watcher in self._watchers:
            if isinstance(what, Job):
                watcher.snapshot = event
            elif isinstance(what, Progress):
                watcher.progress = event
            elif watcher.previews:
                watcher.preview = event
            else:
                continue
            watcher.woken.set()

    def close(self) -> None:
        """Ends every stream after what waits in it."""
        for watcher in self._watchers:
            watcher.closed = True
            watcher.woken.set()

    @contextmanager
    def joined(self, job: Job, previews: int) -> Iterator[Watcher]:
        """A new watcher, whose first event is a snapshot, for as long as the block lasts."""
        self._sequence += 1
        watcher = Watcher(previews, snapshot=Event(self._sequence, job))
        watcher.woken.set()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)


async def events(watcher: Watcher) -> AsyncIterator[Event]:
    """The watcher's events until its job has ended or its channel is closed."""
    while True:
        await watcher.woken.wait()  # its owner is a call, which its client or the server ends
        for event in watcher.take():
            yield event
            if isinstance(event.what, Job) and event.what.state.ended:
                return
        if watcher.closed and not watcher.woken.is_set():  # else something came while the last event was on its way, perhaps the job's end
            return
