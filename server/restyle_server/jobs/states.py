"""Owns the states of a job and which may follow which.

A job runs once, but for one kind: a look that is learned is set aside for any other job, and goes on later. That step is in no table, so that none takes it
unawares: `set_aside` alone does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class JobState(StrEnum):
    UPLOADING = "UPLOADING"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"

    @property
    def ended(self) -> bool:
        """Whether the job will never run (again)."""
        return self in ENDED


ENDED = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED})
WAITING = frozenset({JobState.UPLOADING, JobState.QUEUED})

# RUNNING never leads back to QUEUED here: a painting runs at most once, whatever happens to its worker.
_NEXT: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        JobState.UPLOADING: frozenset({JobState.QUEUED, JobState.FAILED, JobState.CANCELLED}),
        JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
        JobState.RUNNING: frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}),
        JobState.SUCCEEDED: frozenset({JobState.EXPIRED}),
        JobState.FAILED: frozenset(),
        JobState.CANCELLED: frozenset(),
        JobState.EXPIRED: frozenset(),
    }
)


class ImpossibleMove(Exception):
    """A bug: somebody asked for a step that the table doesn't have."""


def moved(state: JobState, to: JobState) -> JobState:
    """The state after the step. ImpossibleMove when the table has no such step."""
    if to not in _NEXT[state]:
        raise ImpossibleMove(f"a job can't go from {state} to {to}")
    return to


def set_aside(state: JobState) -> JobState:
    """The state of a learning that makes room, or has lost its worker: it waits, with all that it has learned. ImpossibleMove when it does not run."""
    if state is not JobState.RUNNING:
        raise ImpossibleMove(f"a job that is {state} can't be set aside")
    return JobState.QUEUED
