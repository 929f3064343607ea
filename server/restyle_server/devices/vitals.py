"""Owns what the system tells about a worker process from outside, also when the process itself has no turn to say anything."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

WANTING = (b"R", b"D")  # states of Linux: runs or waits for its turn on a processor; waits for the disk


@dataclass(frozen=True, slots=True)
class Vitals:
    """cpu_seconds: of the whole process. wanting: a thread runs, or waits for a processor or the disk; False also where the system doesn't tell."""

    cpu_seconds: float
    wanting: bool


def vitals(pid: int | None) -> Vitals | None:
    """None when there is no such process."""
    if pid is None:
        return None
    with suppress(psutil.Error):
        times = psutil.Process(pid).cpu_times()
        return Vitals(times.user + times.system, _wanting(pid))
    return None


def _wanting(pid: int) -> bool:
    with suppress(OSError, IndexError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            if (thread / "stat").read_bytes().rpartition(b")")[2].split(None, 1)[0] in WANTING:
                return True
    return False
