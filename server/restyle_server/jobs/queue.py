"""Owns the order in which waiting jobs start: class first, then the least recently served client, then arrival. Looks are learned when nothing else waits."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .job import Job, JobClass

STREAK = 3  # interactive starts in a row, after which a waiting batch job gets its turn

CLIENTS = 1000  # remembered; who was served longer ago than a thousand others is as good as new


@dataclass(slots=True)
class FairQueue:
    """Who was served when. Knows no jobs, only what has started."""

    streak: int = 0  # interactive starts in a row
    count: int = 0
    served: dict[str, int] = field(default_factory=dict)  # party → the count at its last start
    taught: dict[str, int] = field(default_factory=dict)  # the same of learnings: who has one starts no later with all else

    def next(self, waiting: Lines, device: Collection[str]) -> Job | None:
        """The waiting job that starts next on the device of these names, or None."""
        names = ("", *dict.fromkeys(device))
        there = {kind for kind in JobClass if any(waiting.has(kind, name) for name in names)}
        return self._first(waiting, self._class(there), names) if there else None

    def guest(self, waiting: Lines, device: Collection[str]) -> Job | None:
        """The interactive job that starts next on the device while a batch job rests there; None when there is none, or it is the batch job's turn."""
        return None if self.streak >= STREAK else self._first(waiting, JobClass.INTERACTIVE, ("", *dict.fromkeys(device)))

    def resume(self) -> None:
        """Notes that a batch job that rested goes on: that was its turn."""
        self.streak = 0

    def start(self, job: Job) -> None:
        """Notes that the job starts now."""
        self.count += 1
        book = self._book(job.urgency)
        book.pop(job.party, None)
        book[job.party] = self.count
        if len(book) > CLIENTS:
            del book[next(iter(book))]
        self.streak = self.streak + 1 if job.urgency is JobClass.INTERACTIVE else 0

    def positions(self, waiting: Iterable[Job]) -> dict[str, int]:
        """Each waiting job's place, 1 is next, as if one device took them all."""
        ahead = FairQueue(self.streak, self.count, dict(self.served), dict(self.taught))
        rest = list(waiting)
        lines = {kind: _Line(job for job in rest if job.urgency is kind) for kind in JobClass}
        places: dict[str, int] = {}
        while len(places) < len(rest):
            kind = ahead._class({kind for kind, line in lines.items() if line})
            job = lines[kind].first(ahead._book(kind))
            if job is None:
                raise RuntimeError("a line that is not empty, without a first")
            lines[kind].remove(job)
            ahead.start(job)
            places[job.id] = len(places) + 1
        return places

    def _class(self, there: Collection[JobClass]) -> JobClass:
        """Whose turn it is among the classes that wait."""
        if JobClass.BATCH in there and (JobClass.INTERACTIVE not in there or self.streak >= STREAK):
            return JobClass.BATCH
        return JobClass.INTERACTIVE if JobClass.INTERACTIVE in there else JobClass.BACKGROUND

    def _book(self, kind: JobClass) -> dict[str, int]:
        return self.taught if kind is JobClass.BACKGROUND else self.served

    def _first(self, waiting: Lines, kind: JobClass, names: Iterable[str]) -> Job | None:
        book = self._book(kind)
        found = [job for name in names if (job := waiting.first(kind, name, book)) is not None]
        return min(found, key=lambda job: (book.get(job.party, 0), job.arrival), default=None)


class Lines:
    """The jobs that could start, by class and wanted device. A job comes, goes and is found in the time of a heap's step: there may be thousands, and something
    changes with every job."""

    def __init__(self, waiting: Iterable[Job] = ()) -> None:
        self._lines: dict[tuple[JobClass, str], _Line] = {}
        for job in waiting:
            self.add(job)

    def add(self, job: Job) -> None:
        self._lines.setdefault((job.urgency, job.wanted_device), _Line()).add(job)

    def remove(self, job: Job) -> None:
        """Nothing happens when it is not there. job: as it was added."""
        key = (job.urgency, job.wanted_device)
        if (line := self._lines.get(key)) is not None:
            line.remove(job)
            if not line:
                del self._lines[key]

    def __bool__(self) -> bool:
        return bool(self._lines)

    def has(self, kind: JobClass, device: str) -> bool:
        """Whether such a job is there that wants this device; "": any."""
        return (kind, device) in self._lines

    def first(self, kind: JobClass, device: str, served: Mapping[str, int]) -> Job | None:
        """Of the party that was served least recently. device: as in `has`."""
        line = self._lines.get((kind, device))
        return line.first(served) if line is not None else None

    def of(self, kind: JobClass) -> Iterator[Job]:
        """All of a class."""
        for (found, _), line in self._lines.items():
            if found is kind:
                yield from line


class _Line:
    """Jobs of one class, of each party in order of arrival."""

    def __init__(self, waiting: Iterable[Job] = ()) -> None:
        self._jobs: dict[str, list[Job]] = {}
        self._parties: list[tuple[int, int, str]] = []  # a heap of (count when served, arrival, party), some out of date: too small, or of nobody any more
        for job in waiting:
            self.add(job)

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        for jobs in self._jobs.values():
            yield from jobs

    def add(self, job: Job) -> None:
        jobs = self._jobs.setdefault(job.party, [])
        insort(jobs, job, key=_arrival)
        if jobs[0] is job:
            heapq.heappush(self._parties, (0, job.arrival, job.party))

    def remove(self, job: Job) -> None:
        jobs = self._jobs.get(job.party, [])
        at = bisect_left(jobs, job.arrival, key=_arrival)
        if at < len(jobs) and jobs[at].id == job.id:
            del jobs[at]
            if not jobs:
                del self._jobs[job.party]

    def first(self, served: Mapping[str, int]) -> Job | None:
        """The first job of the party that was served least recently."""
        while self._parties:
            party = self._parties[0][2]
            if party not in self._jobs:
                heapq.heappop(self._parties)
                continue
            now = (served.get(party, 0), self._jobs[party][0].arrival, party)
            if now == self._parties[0]:
                return self._jobs[party][0]
            heapq.heapreplace(self._parties, now)
        return None


def _arrival(job: Job) -> int:
    return job.arrival
