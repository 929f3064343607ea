"""Owns the order in which waiting jobs start: class first, then the least recently served client, then arrival."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from .job import Job, JobClass

STREAK = 3  # interactive starts in a row, after which a waiting batch job gets its turn

CLIENTS = 1000  # remembered; who was served longer ago than a thousand others is as good as new


@dataclass(slots=True)
class Turns:
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
        rest = list(waiting)
        ahead = Turns(self.streak, self.count, dict(self.served))
        places: dict[str, int] = {}
        while rest:
            job = ahead._first(rest)
            ahead.start(job)
            rest.remove(job)
            places[job.id] = len(places) + 1
        return places

    def _first(self, waiting: list[Job]) -> Job:
        batch = [job for job in waiting if job.job_class is JobClass.BATCH]
        interactive = [job for job in waiting if job.job_class is JobClass.INTERACTIVE]
        chosen = batch if batch and (not interactive or self.streak >= STREAK) else interactive
        return min(chosen, key=lambda job: (self.served.get(job.party, 0), job.arrival))
