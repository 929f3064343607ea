"""Owns what is known of a job while the engine paints it: what the front end wants of it, signs of life, and progress, told no oftener than anyone can look."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from restyle_engine.verdict import Verdict

from ..limits import PREVIEW_SECONDS, PROGRESS_SECONDS
from ..records.progress import Progress
from . import messages as say
from .engine import LiveProgress


@dataclass(slots=True)
class JobControl:
    """What the front end wants of one job; written by the reading thread, read by the painting one."""

    preview_size: int = 0
    verdict: Verdict = Verdict.GO_ON
    pause: bool = False  # at the end of the scale


class Heartbeat:
    """Evaluations and their times, for the signs of life."""

    def __init__(self) -> None:
        self.starting = True
        self._evaluations = 0
        self._slowest = 0.0
        self._last = 0.0

    def evaluated(self, scale_changed: bool) -> None:
        """Another evaluation is done; the slowest counts within a scale."""
        now = time.monotonic()
        span = now - self._last if self._last else 0.0
        self._slowest = span if scale_changed else max(self._slowest, span)
        self._evaluations += 1
        self._last = now

    def rest(self) -> None:
        """No job any more."""
        self._evaluations, self._slowest, self._last = 0, 0.0, 0.0

    def beat(self) -> say.Beat:
        return say.Beat(time.process_time(), len(sys.modules) if self.starting else self._evaluations, self._slowest)


class JobObserver:
    """One job's observer: obeys the control, and tells of progress no oftener than anyone can look."""

    def __init__(
        self,
        job_id: str,
        control: JobControl,
        heartbeat: Heartbeat,
        tell: Callable[[say.Message], None],
        let_in: Callable[[], float] = lambda: 0.0,
        *,
        noting: bool = False,
        seconds: float = 0.0,
        preview_seconds: float = PREVIEW_SECONDS,
    ) -> None:
        """let_in: lets others have the device between two evaluations, and returns the seconds that it took. noting: keep every step for a report. seconds:
        that the job has taken before. preview_seconds: between two previews."""
        self.job_id = job_id
        self._noting = noting
        self._control = control
        self._heartbeat = heartbeat
        self._tell = tell
        self._let_in = let_in
        self._begun = time.monotonic() - seconds
        self._preview_seconds = preview_seconds
        self._first: tuple[float, float] | None = None  # when, and how much was done then
        self._told = self._shown = float("-inf")
        self._scales: list[tuple[int, int, int, float, float]] = []  # number, pixels, evaluations, when the first and the last were done
        self.last: Progress | None = None
        self.steps: list[Progress] = []

    def observe(self, progress: LiveProgress) -> Verdict:
        """Called by the engine after every evaluation."""
        self._heartbeat.evaluated(self.last is None or self.last.scale != progress.scale)
        now = time.monotonic()
        if self.last is None and progress.style_scales:
            self._tell(say.Chose(self.job_id, progress.style_scales))
        self._first = self._first or (now, progress.fraction)
        self._clock(progress, now)
        self.last = self._timed(progress, now)
        if self._noting and (not self.steps or self.steps[-1].step != progress.step):
            self.steps.append(self.last)
        if self._control.verdict is Verdict.GO_ON:
            if now - self._told >= PROGRESS_SECONDS:
                self._told = now
                self._tell(say.Advanced(self.job_id, self.last))
            self._show(progress, now)
            if seconds := self._let_in():
                self.rested(seconds)
        return self._control.verdict

    def glance(self) -> None:
        """An evaluation is done that is not worth telling."""
        self._heartbeat.evaluated(scale_changed=False)
        if seconds := self._let_in():
            self.rested(seconds)

    def rested(self, seconds: float) -> None:
        """The job stood still for so long: that says nothing about how fast it is."""
        self._begun += seconds
        self._scales = [(number, pixels, count, first + seconds, last + seconds) for number, pixels, count, first, last in self._scales]
        if self._first is not None:
            self._first = self._first[0] + seconds, self._first[1]

    def timing(self) -> say.Timing:
        """How long it took, up to now."""
        scales = tuple(say.ScaleTime(pixels, count - 1, last - first, number) for number, pixels, count, first, last in self._scales)
        start = self._scales[0][3] - self._begun if self._scales else 0.0
        return say.Timing(time.monotonic() - self._begun, start, scales)

    def _clock(self, progress: LiveProgress, now: float) -> None:
        if self.last is None or self.last.scale != progress.scale:
            self._scales.append((progress.scale, progress.width * progress.height, 1, now, now))
        elif self.last.step != progress.step:  # between two evaluations, tiles tell of the last one again
            number, pixels, count, first, _ = self._scales[-1]
            self._scales[-1] = number, pixels, count + 1, first, now

    def _show(self, progress: LiveProgress, now: float) -> None:
        size = self._control.preview_size
        if size and progress.preview is not None and now - self._shown >= self._preview_seconds:
            picture = progress.preview(size)
            self._shown = time.monotonic()
            self._tell(say.Previewed(self.job_id, picture))

    def _timed(self, progress: LiveProgress, now: float) -> Progress:
        """The same with its seconds, and without its preview, which is over with the call."""
        started, done = self._first or (now, progress.fraction)
        covered = progress.fraction - done
        eta = (now - started) / covered * (1 - progress.fraction) if covered > 0 else None
        return Progress(**progress.counts(), elapsed_seconds=now - self._begun, eta_seconds=eta)
