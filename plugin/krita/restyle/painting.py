"""Owns one painting from the press of a button to its layer: where it stands, in words and numbers, and how its end is wished for. Knows no Qt and no Krita."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from enum import Enum

from . import strings
from .client import client, revival
from .recipe import Recipe

SENDING, WORKING, FETCHING = 0.05, 0.9, 0.05  # shares of the progress bar: the work takes nearly all of the time
_numbers = itertools.count(1)


class Phase(str, Enum):
    CONNECTING = "connecting"
    UPLOADING = "uploading"
    QUEUED = "queued"
    RUNNING = "running"
    DOWNLOADING = "downloading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(eq=False)
class Painting:
    """document, layer: unique ids of what is painted; origin: what the new layer is called after. fraction: 0 to 1 of the whole.

    text: a line for people. preview: the latest. result: unique id of the new layer, at the end. notes: sentences about what else happened.
    draft: one of six on a page of their own, and never a layer.
    """

    document: str
    layer: str
    origin: str
    recipe: Recipe
    cancellation: client.Cancellation = field(default_factory=lambda: client.Cancellation())
    number: int = field(default_factory=lambda: next(_numbers))
    phase: Phase = Phase.CONNECTING
    text: str = strings.CONNECTING
    fraction: float = 0.0
    preview: client.Preview | None = None
    job: client.Job | None = None
    result: str = ""
    notes: tuple[str, ...] = ()
    draft: bool = False

    @property
    def title(self) -> str:
        """The new layer's name."""
        return strings.layer_name(self.origin, self.recipe.title)

    @property
    def over(self) -> bool:
        return self.phase in (Phase.DONE, Phase.FAILED, Phase.CANCELLED)

    @property
    def can_finish(self) -> bool:
        """Whether there is something to keep."""
        return self.phase is Phase.RUNNING and not self.cancellation.finished and not self.cancellation.cancelled

    def cancel(self) -> None:
        if not self.over:
            self.cancellation.cancel()
            self.text = strings.CANCELLING

    def finish(self) -> None:
        """Stop, and keep what there is."""
        if not self.over:
            self.cancellation.finish()
            self.text = strings.FINISHING

    def hear(self, event: client.Event) -> None:
        """Takes in what the session tells."""
        if isinstance(event, client.Preview):
            self.preview = event
        elif isinstance(event, client.Upload):
            share = event.done / event.total if event.total else 1.0
            self._stand(Phase.UPLOADING, SENDING * share, strings.UPLOADING.format(percent=round(100 * share)))
        elif isinstance(event, client.Download):
            share = event.done / event.total if event.total else 1.0
            self._stand(Phase.DOWNLOADING, SENDING + WORKING + FETCHING * share, strings.DOWNLOADING.format(percent=round(100 * share)))
        elif isinstance(event, client.Progress):
            self._stand(Phase.RUNNING, SENDING + WORKING * event.fraction, strings.progress(event))
        elif isinstance(event, client.Job):
            self._snapshot(event)
        elif isinstance(event, revival.Restarting):
            self.preview, self.job, self.fraction = None, None, 0.0
            self._stand(Phase.CONNECTING, 0.0, strings.SERVER_RESTARTING)

    def end(self, phase: Phase, text: str, notes: tuple[str, ...] = ()) -> None:
        self.phase, self.text, self.notes = phase, text, notes
        self.fraction = 1.0 if phase is Phase.DONE else 0.0

    def _snapshot(self, job: client.Job) -> None:
        self.job = job
        if job.state is client.JobState.QUEUED:
            self._stand(Phase.QUEUED, SENDING, strings.queued(job.queue_position))
        elif job.state is client.JobState.RUNNING and job.progress is not None:
            self.hear(job.progress)
        elif job.state is client.JobState.RUNNING:
            self._stand(Phase.RUNNING, SENDING, strings.PREPARING)

    def _stand(self, phase: Phase, fraction: float, text: str) -> None:
        self.phase, self.fraction = phase, max(self.fraction, min(1.0, fraction))
        if not self.cancellation.cancelled and not (self.cancellation.finished and phase is Phase.RUNNING):
            self.text = text
