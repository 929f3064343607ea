"""Owns how old results are: in time that servers of this state folder have seen pass, so that a clock that jumps makes nothing older.

Between two looks a server counts what its monotonic clock says; for the time that none ran, the wall clock is a hint. Neither counts for more than a part of
the time that a result is kept, so that no single jump, of whichever clock, lets anything go.
"""

from __future__ import annotations

import contextlib
import json
import math
import zlib
from pathlib import Path
from typing import Any

from restyle_contract.files import atomic_write

from ..clock import Clock
from ..limits import Limits
from .job import Job, Lifetime
from .retention import keep_seconds

FILE = "ages.json"
SHARE = 16  # of the time that a result is kept: the most that one look, or one absence, counts for
SAVE_SECONDS = 60.0  # between two writes: what a killed server has seen and not written


class Ages:
    """Seconds seen so far, by lifetime of jobs, because what one absence counts for depends on it. Without its file all are younger."""

    def __init__(self, folder: Path, clock: Clock, limits: Limits) -> None:
        self._file = folder / FILE
        self._clock = clock
        self._limits = limits
        self._looked = self._saved = self._began = clock.monotonic()
        self._first = round(clock.time() * 1000)
        self._seen = dict.fromkeys(Lifetime, 0.0)
        if (words := _read(self._file)) is not None:
            self._seen = {life: words[life.value] for life in Lifetime}
            self._first = max(self._first, round(words["number"]))
            self._pass(max(0.0, clock.time() - words["wall"]))
        self._save()

    def look(self) -> None:
        """Counts the time since the last look. Called at every sweep."""
        now = self._clock.monotonic()
        self._pass(now - self._looked)
        self._looked = now
        if now - self._saved >= SAVE_SECONDS:
            self._save()

    def now(self, life: Lifetime) -> float:
        """Seconds that jobs of this lifetime would be old if they had ended with the first server."""
        return self._seen[life]

    def past(self, job: Job) -> bool:
        """Whether what is left of the job has been kept for its time."""
        return self._seen[job.lifetime] - job.since >= keep_seconds(job.lifetime, self._limits)

    def number(self) -> int:
        """Milliseconds, about those of the wall clock, that only rise, across restarts too."""
        return self._first + round((self._clock.monotonic() - self._began) * 1000)

    def close(self) -> None:
        self.look()
        self._save()

    def _pass(self, seconds: float) -> None:
        for life in Lifetime:
            self._seen[life] += min(seconds, keep_seconds(life, self._limits) / SHARE)

    def _save(self) -> None:
        self._saved = self._clock.monotonic()
        number = self.number() + round(2 * SAVE_SECONDS * 1000)  # beyond all that is given before the next time
        words = {**{life.value: self._seen[life] for life in Lifetime}, "wall": self._clock.time(), "number": float(number)}
        with contextlib.suppress(OSError):
            atomic_write(self._file, json.dumps([words, _crc(words)]), lasting=False)  # the event loop waits for no disk; all are younger without it


def _read(file: Path) -> dict[str, float] | None:
    """What was written; None when it is not there, or not what was written."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        words, crc = json.loads(file.read_text(encoding="utf-8") if file.is_file() else "")
        found = {str(name): float(value) for name, value in words.items()}
        if crc == _crc(words) and all(map(math.isfinite, found.values())) and {*Lifetime, "wall", "number"} <= set(found):
            return found
    return None


def _crc(words: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(words, sort_keys=True).encode())
