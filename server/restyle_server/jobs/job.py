"""Owns what the server knows about one job: frozen records, kept in the journal as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from restyle_engine.parameters import Resolved

from ..records.lesson import LessonOrder
from ..records.order import AskedOrder, StartFrom
from ..records.progress import Progress
from ..records.result import Failure, Result
from .states import ImpossibleMove, JobState, moved, set_aside


class Lifetime(StrEnum):
    ATTACHED = "ATTACHED"  # cancelled when nobody watches any more
    DETACHED = "DETACHED"


class JobClass(StrEnum):
    INTERACTIVE = "INTERACTIVE"  # a person waits
    BATCH = "BATCH"
    BACKGROUND = "BACKGROUND"  # a look is learned; nothing else is of this class


@dataclass(frozen=True, slots=True)
class Job:
    """One job. Instants are Unix time in seconds, for people; 0 means not yet."""

    id: str
    client_id: str
    request_id: str
    label: str
    lifetime: Lifetime
    job_class: JobClass
    state: JobState
    created: float
    arrival: int  # rises from job to job
    input_bytes: int
    weights_id: str
    owner: str = ""  # whose certificate; empty where there are none
    wanted_device: str = ""  # empty: whichever is free first
    previous: tuple[str, ...] = ()  # ids of the jobs whose paintings it holds still with, the nearest first
    sequence: bool = False  # others may follow it
    order: AskedOrder | None = None  # None while it uploads, and when it has ended, but beside a painting that can be updated
    lesson: LessonOrder | None = None  # in an order's place, where a look is learned
    started: float = 0.0
    ended: float = 0.0
    expires: float = 0.0
    last_read: float = 0.0
    since: float = 0.0  # its end, in seconds that servers had seen pass (ages.py); what is kept for a time is kept from there
    used: int = 0  # rises from end to end and from read to read, over all jobs
    progress: Progress | None = None
    resolved: Resolved | None = None  # once a device has taken it
    device: str = ""  # for people
    failure: Failure | None = None  # also of an EXPIRED job whose result was damaged
    result: Result | None = None
    frame_bytes: int = 0  # that lie beside the result for followers
    finished_early: bool = False
    warnings: tuple[str, ...] = ()
    look_id: str = ""  # that it has learned
    styles: tuple[str, ...] = ()  # that it paints after: ids of the library, or words
    style_scales: tuple[float, ...] = ()  # sizes of their strokes, once they are known
    finishing: bool = False  # what is learned is to be kept as it is
    setbacks: int = 0  # ends of its worker since it last rested

    @property
    def urgency(self) -> JobClass:
        """Its class in the queue. Delivering what has been learned takes a moment, for which a person waits."""
        return JobClass.INTERACTIVE if self.finishing else self.job_class

    @property
    def updatable(self) -> bool:
        """Whether what an update needs is kept with its painting. Frames are followed instead, and a texture has no content that may change."""
        painted = self.order is not None and self.order.start.source is not StartFrom.TEXTURE and not self.order.reading
        return self.state is JobState.SUCCEEDED and painted and not self.sequence

    @property
    def party(self) -> str:
        """Whom limits and fairness count: the certificate where there is one, because a client can name itself as it likes; else the client."""
        return self.owner or self.client_id

    def move(self, to: JobState, **changes: Any) -> Job:
        """The same job in another state. ImpossibleMove when the table of states has no such step."""
        return replace(self, state=moved(self.state, to), **changes)

    def set_aside(self, **changes: Any) -> Job:
        """A learning that runs, waiting again. ImpossibleMove for any other job."""
        if self.job_class is not JobClass.BACKGROUND:
            raise ImpossibleMove("a painting can't be set aside")
        return replace(self, state=set_aside(self.state), **changes)
