"""Owns the order in which waiting jobs start: class first, then the least recently served client, then arrival."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Collection, Iterable
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

    def next(self, waiting: Iterable[Job], device: Collection[str]) -> Job | None:
        """The waiting job that starts next on the device of these names, or None."""
        fit = [job for job in waiting if not job.wanted_device or job.wanted_device in device]
        return self._first(fit) if fit else None

    def guest(self, waiting: Iterable[Job], device: Collection[str]) -> Job | None:
        """The interactive job that starts next on the device while a batch job rests there; None when there is none, or it is the batch job's turn."""
        if self.streak >= STREAK:
            return None
        return self.next((job for job in waiting if job.job_class is JobClass.INTERACTIVE), device)

    def resume(self) -> None:
        """Notes that a batch job that rested goes on: that was its turn."""
        self.streak = 0

    def start(self, job: Job) -> None:
        """Notes that the job starts now."""
        self.count += 1
        self.served.pop(job.party, None)
        self.served[job.party] = self.count
        if len(self.served) > CLIENTS:
            del self.served[next(iter(self.served))]
        self.streak = self.streak + 1 if job.job_class is JobClass.INTERACTIVE else 0

    def positions(self, waiting: Iterable[Job]) -> dict[str, int]:
        """Each waiting job's place, 1 is next, as if one device took them all."""
        ahead = FairQueue(self.streak, self.count, dict(self.served))
        rest = list(waiting)
        lines = {kind: _Line(job for job in rest if job.job_class is kind) for kind in JobClass}
        places: dict[str, int] = {}
        while len(places) < len(rest):
            job = lines[ahead._class({kind for kind, line in lines.items() if line.parties})].take(ahead.served)
            ahead.start(job)
            places[job.id] = len(places) + 1
        return places

    def _class(self, there: Collection[JobClass]) -> JobClass:
        """Whose turn it is among the classes that wait."""
        return JobClass.BATCH if JobClass.BATCH in there and (len(there) == 1 or self.streak >= STREAK) else JobClass.INTERACTIVE

    def _first(self, waiting: list[Job]) -> Job:
        chosen = self._class({job.job_class for job in waiting})
        return min((job for job in waiting if job.job_class is chosen), key=lambda job: (self.served.get(job.party, 0), job.arrival))


class _Line:
    """The waiting jobs of one class; takes them out one by one, each in the time of a heap's step, because places are asked for at every change."""

    def __init__(self, waiting: Iterable[Job]) -> None:
        self._jobs: dict[str, deque[Job]] = defaultdict(deque)
        for job in sorted(waiting, key=lambda job: job.arrival):
            self._jobs[job.party].append(job)
        self.parties = [(0, jobs[0].arrival, party) for party, jobs in self._jobs.items()]  # a heap; the first figure may be out of date, but only too small
        heapq.heapify(self.parties)

    def take(self, served: dict[str, int]) -> Job:
        """The first job of the party that was served least recently."""
        while self.parties[0][0] != (latest := served.get(party := self.parties[0][2], 0)):
            heapq.heapreplace(self.parties, (latest, self._jobs[party][0].arrival, party))
        job = self._jobs[party].popleft()
        if self._jobs[party]:
            heapq.heapreplace(self.parties, (latest, self._jobs[party][0].arrival, party))
        else:
            heapq.heappop(self.parties)
        return job
