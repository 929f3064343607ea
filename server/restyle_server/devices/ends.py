"""Owns the words for how a worker ends, and what its job is told."""

from __future__ import annotations

from ..records.result import Failure

KILLED = -9  # exit status of a process that SIGKILL ended
UNWRITTEN = Failure(
    "DISK_FULL",
    "The server can't write its journal; make room on its disk. If there is room, it is damaged: end the server with `restyle stop`, the next begins another.",
)


def died(code: int | None, doing: str) -> str:
    """Of a process that painted nothing. doing: what it did instead."""
    hint = "the system killed it, often for lack of memory; close other programs" if code == KILLED else "the server's log says more"
    return f"The painter's process ended unexpectedly while it {doing}: {hint}."


def crashed(code: int | None) -> Failure:
    if code == KILLED:
        hint = "the system killed it, often for lack of memory; try a smaller size."
    else:
        hint = "send the job again; if it happens twice, the server's log says more."
    return Failure("WORKER_CRASHED", f"The process that painted this job ended unexpectedly: {hint}")


def hung() -> Failure:
    return Failure(
        "WORKER_HUNG", "The process that painted this job gave no sign of life and was ended; send the job again, at a smaller size if it happens twice."
    )


def lost() -> Failure:
    return Failure("WORKER_CRASHED", "The machines that painted this job went away one after the other; try a smaller size, or send it again.")
