"""Owns what an event means for whoever watches a painting: its phase, how far the bar is, and a line of text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from . import sentences
from .packages import client
from .revival import Restarting

SENDING, WORKING, FETCHING = 0.05, 0.9, 0.05  # shares of the progress bar: the work takes nearly all of the time


class Phase(str, Enum):
    CONNECTING = "connecting"
    UPLOADING = "uploading"
    QUEUED = "queued"
    RUNNING = "running"
    DOWNLOADING = "downloading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Standing:
    """fraction: 0 to 1 of the whole; None: no further than before."""

    phase: Phase
    text: str
    fraction: float | None = None


def standing(event: Any) -> Standing | None:
    """None when the event changes nothing of it. event: one of the client's, or revival's Restarting."""
    if isinstance(event, Restarting):
        return Standing(Phase.CONNECTING, sentences.SERVER_RESTARTING, 0.0)
    if isinstance(event, client.Upload):
        part = event.done / max(1, event.total)
        return Standing(Phase.UPLOADING, sentences.UPLOADING.format(percent=round(100 * part)), SENDING * part)
    if isinstance(event, client.Download):
        part = event.done / max(1, event.total)
        return Standing(Phase.DOWNLOADING, sentences.DOWNLOADING.format(percent=round(100 * part)), SENDING + WORKING + FETCHING * part)
    if isinstance(event, client.Progress):
        return Standing(Phase.RUNNING, sentences.progress(event), SENDING + WORKING * event.fraction)
    if isinstance(event, client.Job) and event.state is client.JobState.QUEUED:
        return Standing(Phase.QUEUED, sentences.queued(event.queue_position))
    if isinstance(event, client.Job) and event.state is client.JobState.RUNNING:
        return Standing(Phase.RUNNING, sentences.PREPARING) if event.progress is None else standing(event.progress)
    return None
