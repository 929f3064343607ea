"""Owns painting frames one after the other, each holding still with the one before, how far such a run is, and what a lost server means for it.

Knows no editor: one reads a frame, hands it over, and puts what comes back where it belongs, before it reads the next. So two frames lie in memory, however
many there are.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from . import revival, sentences
from .packages import client
from .progress import Phase

PREVIOUS_LOST = "PREVIOUS_LOST"  # the reason of a job whose frame before has no painting any more
AGAIN = frozenset({"WORKER_CRASHED", "WORKER_HUNG", "SERVER_STOPPED"})  # reasons that lie in no frame, and need not end hours of painting
LATER_SHARE = 0.4  # of the first frame's time that a later one takes at the most, being begun from the one before
TRIES = 3  # times that one frame is begun: a server that loses what was just handed in has no room for it


@dataclass(frozen=True)
class _Painted:
    request: client.JobRequest
    result: client.Result


class Sequence:
    """The frames of one run, with one set of settings, in the order in which they hold still with each other. `paint` stands in revival.paint's place."""

    def __init__(self) -> None:
        self._last: _Painted | None = None

    def paint(
        self, sessions: revival.Sessions, request: client.JobRequest, on_event: Callable[[Any], None], cancel: client.Cancellation, *, previews: bool = True
    ) -> client.Result:
        """Paints the next frame, as revival.paint does. One that looks as the one before is its painting, byte for byte, and nobody is asked.

        A server that no longer has the painting before, having been started anew, is given it as one that a person has painted.
        """
        if self._last is not None and _alike(self._last.request.content, request.content):
            return self._last.result
        result = self._painted(sessions, request, on_event, cancel, previews)
        self._last = _Painted(request, result)
        return result

    def _painted(
        self, sessions: revival.Sessions, request: client.JobRequest, on_event: Callable[[Any], None], cancel: client.Cancellation, previews: bool
    ) -> client.Result:
        for tries_left in reversed(range(TRIES)):
            try:
                return revival.paint(sessions, self._following(request), on_event, cancel, previews=previews)
            except (client.JobFailed, client.InvalidRequest) as error:
                lost = self._last if _previous_lost(error) else None
                if not tries_left or not (lost or _reason(error) in AGAIN):
                    raise
            if lost is not None:
                self._hand_in(lost, sessions, cancel)
        raise AssertionError("unreachable: the last try returns or raises")

    def _following(self, request: client.JobRequest) -> client.JobRequest:
        made = replace(request, sequence=True, request_id=os.urandom(16).hex())
        if self._last is None:
            return made
        start = request.start if request.start is not None and request.start.origin is client.StartFrom.CONTENT else None  # noise is for the first one
        return replace(made, previous=(client.Previous(self._last.result.job.id),), start=start)

    def _hand_in(self, last: _Painted, sessions: revival.Sessions, cancel: client.Cancellation) -> None:
        """The painting before, as a keyframe: the same pixels under the name of a new job."""
        keyframe = replace(last.request, painted=last.result.plane, sequence=True, request_id=os.urandom(16).hex())
        again = revival.paint(sessions, keyframe, lambda _event: None, cancel, previews=False)
        self._last = replace(last, result=replace(last.result, job=again.job))


def _previous_lost(error: client.RestyleError) -> bool:
    """Said while the frame waited, or at once, of the field that names the one before."""
    return _reason(error) == PREVIOUS_LOST or (isinstance(error, client.InvalidRequest) and error.field.startswith("spec.previous"))


def _reason(error: client.RestyleError) -> str:
    return error.reason if isinstance(error, client.JobFailed) else ""


def _alike(one: client.Plane, other: client.Plane) -> bool:
    """Whether two frames are the same picture. Compared as bytes: views are compared number by number, 30 times slower."""
    return (one.format, one.width, one.height, one.icc) == (other.format, other.width, other.height, other.icc) and bytes(one.data) == bytes(other.data)


class Course:
    """How far a run over `count` frames is. clock: seconds, for tests."""

    def __init__(self, count: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.count, self.done, self.painted = count, 0, 0
        self._clock = clock
        self._begun = clock()
        self._times: list[float] = []  # s that each of the painted frames took

    def begin(self) -> None:
        """The next frame begins."""
        self._begun = self._clock()

    def ended(self, painted: bool = True) -> None:
        """The present frame is done. painted: False for one that stays as it is, having nothing in it."""
        self.done += 1
        if painted:
            self.painted += 1
            self._times.append(self._clock() - self._begun)

    def fraction(self, of_frame: float = 0.0) -> float:
        """Of the whole run, 0 to 1. of_frame: of the present frame."""
        return min(1.0, (self.done + of_frame) / self.count)

    def left(self, of_frame: float = 0.0) -> float | None:
        """Seconds; None before the first frame is painted. A mean of all but the first, which alone begins from nothing."""
        if not self._times:
            return None
        later = self._times[1:] or [self._times[0] * LATER_SHARE]
        return max(0.0, self.count - self.done - of_frame) * sum(later) / len(later)

    def line(self, phase: Phase, text: str, of_frame: float = 0.0) -> str:
        """ "Frame 12 of 48 · 3 min left"; while a frame has to wait, what it waits for. phase, text: of the present frame."""
        if phase in (Phase.CONNECTING, Phase.QUEUED):
            return text
        return self.words(of_frame)

    def words(self, of_frame: float = 0.0) -> str:
        text = sentences.FRAME.format(number=min(self.done + 1, self.count), count=self.count)
        left = self.left(of_frame)
        return text if left is None else f"{text} · {sentences.PROGRESS_ETA.format(left=sentences.seconds(left))}"


def seconds(first: float, count: int) -> float:
    """What a run takes, at the most. first: seconds that one frame takes by itself."""
    return first * (1 + LATER_SHARE * (count - 1))


def forecast(first: float | None, count: int) -> str:
    """ "48 frames, about 12 min". first: as `seconds` has it; None: not known."""
    words = sentences.FRAME_COUNT.format(count=count)
    return words if first is None else f"{words}, {sentences.ABOUT.format(time=sentences.seconds(seconds(first, count)))}"
