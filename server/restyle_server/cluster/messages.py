"""Owns what the front end and its bridge to the cluster say to each other over a pipe, and the bridge and its painters by Ray. Imports no ray."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..devices.slots import Gone
from ..devices.vitals import Vitals
from ..worker import messages as say

LOST = "its machine can't be reached any more"  # as Gone says it
ENDS = (say.Done, say.Learned, say.SetAside, say.Failed, say.Stopped)  # after which a worker says no more of a job

# ---- Between the front end and the bridge


@dataclass(frozen=True, slots=True)
class Settings:
    """Of a bridge. address: of the cluster's head. folder: where files wait that have come. variables: of its environment, before it knows Ray. lost_seconds:
    without a word from a worker, after which it is given up, and has given up itself."""

    address: str
    folder: Path
    log: Path
    factory: str
    lost_seconds: float
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster. name: for people."""

    id: str
    name: str
    address: str
    cpus: float
    gpus: int


@dataclass(frozen=True, slots=True)
class StartWorker:
    """worker: a number that no other has had. device: as the worker's own machine calls it; cpus, gpus: what it holds there."""

    worker: int
    node: str
    device: str
    cpus: float
    gpus: int


@dataclass(frozen=True, slots=True)
class Tell:
    worker: int
    command: say.Command


@dataclass(frozen=True, slots=True)
class Kill:
    worker: int


Word = StartWorker | Tell | Kill


@dataclass(frozen=True, slots=True)
class Nodes:
    """All that there are now."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A running job's file, written anew: no message of a worker, but what its machine has seen."""

    job_id: str


FILED = (Kept, say.Done)  # with which files come


@dataclass(frozen=True, slots=True)
class Heard:
    """From a worker. files: that came with it: where each waits, and where it belongs."""

    worker: int
    message: say.Message | Gone | Kept
    files: tuple[tuple[Path, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class Alive:
    """The worker could be heard. pid: on its own machine. arrived: it has all that it was told, files too."""

    worker: int
    pid: int | None
    vitals: Vitals | None
    arrived: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """The bridge finds no cluster, or has lost it; it ends. message: a sentence."""

    message: str


# ---- Between the bridge and a painter


@dataclass(frozen=True, slots=True)
class Letter:
    """number: from 1, by which the files of one of FILED are fetched."""

    number: int
    message: say.Message | Gone | Kept


@dataclass(frozen=True, slots=True)
class Post:
    """What a painter has to say. stamp: seconds of its own clock, which are told it again, so that it knows that it was heard."""

    letters: tuple[Letter, ...]
    stamp: float
    pid: int | None
    vitals: Vitals | None
