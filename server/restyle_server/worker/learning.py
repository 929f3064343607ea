"""Owns the learning of a look in the worker: step by step, kept on the disk now and then, set aside at once when somebody else wants the device. Imports no
torch."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from restyle_contract.files import atomic_write
from restyle_engine.verdict import Cancelled, Verdict

from ..limits import LEARN_KEEP_SECONDS
from . import messages as say
from .engine import Engine, JobFailure, LiveProgress, LookLearner
from .observer import JobControl, JobObserver

LARGEST_STATE = 1 << 30  # bytes of a file that is read: far more than any state has


@dataclass(frozen=True, slots=True)
class Spare:
    """What a look has learned that no disk would take."""

    job_id: str
    state: bytes


class LookLearning:
    """One job. tell: to the front end. spare: what an earlier part of the same job could not write."""

    def __init__(
        self, engine: Engine, command: say.Learn, observer: JobObserver, control: JobControl, tell: Callable[[say.Message], None], spare: Spare | None
    ) -> None:
        self._engine, self._command, self._observer, self._control, self._tell = engine, command, observer, control, tell
        self.spare = spare if spare is not None and spare.job_id == command.job_id else None  # to be given to the next part of this job
        self._kept = _read(command.lesson.kept) if self.spare is None else self.spare.state
        self._warned = False

    def run(self) -> say.Message:
        """Learns until all is learned, or somebody wants something else. JobFailure; Cancelled."""
        learner = self._learner()
        looked = time.monotonic()
        while not self._ends(learner):
            if self._control.pause and self._control.verdict is Verdict.GO_ON:
                self._keep(learner)
                return say.SetAside(self._command.job_id, self._observer.last)
            self._advance(learner)
            if time.monotonic() - looked >= LEARN_KEEP_SECONDS:
                self._keep(learner)
                looked = time.monotonic()
        return say.Learned(self._command.job_id, learner.look(), self._observer.last, not learner.done)

    def _learner(self) -> LookLearner:
        make = getattr(self._engine, "learner", None)
        if make is None:
            raise JobFailure("UNIMPLEMENTED", "This server's engine learns no looks; update the server.")
        learner: LookLearner = make(self._command.lesson, self._command.parameters, self._kept)
        return learner

    def _ends(self, learner: LookLearner) -> bool:
        if self._control.verdict is Verdict.CANCEL:
            raise Cancelled
        return learner.begun and (learner.done or self._control.verdict is Verdict.FINISH)

    def _advance(self, learner: LookLearner) -> None:
        step = learner.step(self._go_on)
        if step is None:
            self._observer.glance()
        else:
            shown = learner.begun and not self._control.pause  # who waits, waits for no picture
            self._observer.observe(LiveProgress(**step.counts(), preview=learner.preview if shown else None))

    def _go_on(self) -> bool:
        """Between two evaluations of a long part: whether it is to be gone on with. What ends it may be a wish to finish, which needs what comes after it."""
        self._observer.glance()
        return self._control.verdict is not Verdict.CANCEL and (self._control.verdict is Verdict.FINISH or not self._control.pause)

    def _keep(self, learner: LookLearner) -> None:
        """A disk that can't take it costs only what would outlive this process."""
        state = learner.state()
        if not state or state == self._kept:
            return
        self._kept = state
        try:
            atomic_write(self._command.lesson.kept, state, lasting=False)  # a cut one is begun anew, and the machine rarely goes off
            self.spare = None
        except OSError as error:
            self.spare = Spare(self._command.job_id, state)
            if not self._warned:
                self._warned = True
                self._tell(say.Warned(self._command.job_id, _unkept(error)))


def _unkept(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"What this look has learned can't be written to the disk ({reason}); make room. It goes on, but a restart would lose what it learns from now on."


def _read(path: Path) -> bytes | None:
    with contextlib.suppress(OSError):
        if path.stat().st_size <= LARGEST_STATE:
            return path.read_bytes()
    return None
