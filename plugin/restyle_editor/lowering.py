"""Owns a finished painting at a lower strength: which strengths a slider has, small pictures of it while that is moved, and an update that keeps to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import revival
from .background import Background
from .latest import Latest
from .packages import client

STEP = 5  # of strength, between two places of the slider


def places(painted: float) -> tuple[float, ...]:
    """The strengths that a slider has: the multiples of STEP below the painting's own, and that."""
    return (*(float(STEP * number) for number in range(math.ceil(painted / STEP))), painted)


def place_of(strength: float, painted: float) -> float:
    """The nearest of them."""
    return min(places(painted), key=lambda place: abs(place - strength))


def wanted(strength: float, painted: float) -> float | None:
    """What to ask the server for; None: the painting as it is."""
    return strength if strength < painted else None


def fixed(error: BaseException) -> bool:
    """Whether the painter has no other strength of this painting, today or later."""
    return isinstance(error, (client.NotFound, client.ResultExpired, client.WrongState, client.InvalidRequest, client.Unimplemented))


def lowered(strength: float, job: client.Job) -> float | None:
    """The strength, where the painter keeps the job's painting at a higher one; None: the painting as it is."""
    own = job.resolved.strength if job.resolved is not None else None
    return strength if own is not None and strength < own else None


class Lowering:
    """shown: called on the editor's thread with a picture of the painting at the strength that was wanted last; failed: with a sentence."""

    def __init__(self, background: Background, shown: Callable[[client.Preview], None], failed: Callable[[str, BaseException], None]) -> None:
        self._latest, self._shown, self._failed = Latest(background), shown, failed

    def show(self, job: str, strength: float, side: int) -> None:
        """Asks for a picture, side px on its longest side; the last one asked for wins."""
        self._latest.ask(lambda session: session.preview(job, strength, side), self._shown, self._failed)

    def stop(self) -> None:
        """Nothing is wanted any more."""
        self._latest.stop()


def paint_at(strength: float) -> revival.Way:
    """A way to update a painting whose strength was lowered: what is painted anew is lowered like the rest."""

    def way(
        sessions: revival.Sessions, request: client.JobRequest, on_event: Callable[[Any], None], cancel: client.Cancellation, *, previews: bool = True
    ) -> client.Result:
        result = revival.paint(sessions, request, on_event, cancel, previews=previews)
        if lowered(strength, result.job) is None:
            return result
        read: client.Result = sessions.session().read(result.job.id, strength=strength)
        return replace(read, job=result.job)

    return way
