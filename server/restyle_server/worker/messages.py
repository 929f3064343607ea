"""Owns what the front end and a worker process say to each other, over a pipe that only the two of them hold. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from restyle_engine.parameters import Resolved

from ..records.lesson import LessonOrder
from ..records.live import LiveCrop, LiveMotion, LivePiece, LiveShape, LiveWay
from ..records.order import Order
from ..records.progress import Preview, Progress
from ..records.result import Result
from .engine import Device, Estimate

# ---- To the worker


@dataclass(frozen=True, slots=True)
class Prepare:
    """The first word: keep what is costly to measure in `folder`, and have these weights ready, with these parameters, as most jobs want them; None: a job that
    waits says itself what it wants. flow: weights of RAFT, an administrator's; None: frames are followed without."""

    folder: Path
    weights: Path | None
    parameters: Resolved
    flow: Path | None = None


@dataclass(frozen=True, slots=True)
class Paint:
    """Paint this and put the result's bytes into the file `out`, and the report into `report` if the order wants one. preview_size: px, 0: no previews for
    now."""

    job_id: str
    order: Order
    out: Path
    report: Path
    preview_size: int


@dataclass(frozen=True, slots=True)
class Learn:
    """Learn a look, or go on where what lies in the lesson's `kept` ends. seconds: that it has taken before; finish: deliver what is learned already."""

    job_id: str
    lesson: LessonOrder
    parameters: Resolved
    preview_size: int
    seconds: float = 0.0
    finish: bool = False


@dataclass(frozen=True, slots=True)
class Previews:
    job_id: str
    size: int  # px, longest side; 0: none


@dataclass(frozen=True, slots=True)
class Finish:
    job_id: str


@dataclass(frozen=True, slots=True)
class Cancel:
    job_id: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Somebody waits: let the job rest at the end of its scale, and say so; set a learning aside at once."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with the job that rests. Until then other jobs may be painted."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What would this cost? The order's files need not exist."""

    ticket: int
    order: Order


@dataclass(frozen=True, slots=True)
class LivePaint:
    """Paint this part of a live canvas, or follow what moves in one: at once, or between two evaluations of a job."""

    ticket: int
    order: LiveCrop | LiveMotion


Command = LivePaint | Prepare | Paint | Learn | Previews | Finish | Cancel | Pause | Resume | Ask

# ---- From the worker


@dataclass(frozen=True, slots=True)
class Ready:
    """live: how the engine paints live; None: it does not."""

    device: Device
    features: tuple[str, ...]
    live: LiveShape | None = None


@dataclass(frozen=True, slots=True)
class Unusable:
    """The engine can't be made. trace: for the log."""

    message: str
    trace: str


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life. cpu_seconds: of the whole process; steps: evaluations of the job so far, or what has been imported while the process starts; slowest:
    seconds of the slowest evaluation."""

    cpu_seconds: float
    steps: int
    slowest: float


@dataclass(frozen=True, slots=True)
class Advanced:
    job_id: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Chose:
    """The sizes of the strokes that the job paints with, of its styles in their order."""

    job_id: str
    scales: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Previewed:
    job_id: str
    picture: Preview


@dataclass(frozen=True, slots=True)
class Paused:
    """The job rests between two scales, with all that it has; the worker takes another one, or Resume."""

    job_id: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """The learning has made room, and has kept what it could; the worker takes another job. progress: None when it did nothing."""

    job_id: str
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something about the job that people should know while it runs. message: a sentence with what to do."""

    job_id: str
    message: str


@dataclass(frozen=True, slots=True)
class Learned:
    """look: the bytes of its file."""

    job_id: str
    look: bytes
    progress: Progress | None
    finished_early: bool


@dataclass(frozen=True, slots=True)
class ScaleTime:
    """steps: evaluations that followed another of the same scale; seconds: what they took; number: of the plan's scales, from 1."""

    pixels: int
    steps: int
    seconds: float
    number: int


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a job took, without the time that it rested. start: seconds until its first evaluation was done."""

    seconds: float
    start: float
    scales: tuple[ScaleTime, ...]


@dataclass(frozen=True, slots=True)
class Done:
    job_id: str
    result: Result
    progress: Progress | None
    finished_early: bool
    warnings: tuple[str, ...]
    timing: Timing
    frame_bytes: int = 0  # that lie in the order's file for followers


@dataclass(frozen=True, slots=True)
class Failed:
    """trace: for the log, empty when the engine knew what was wrong."""

    job_id: str
    reason: str
    message: str
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The job was cancelled."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    ticket: int
    estimate: Estimate | None
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class LivePainted:
    """trace: for the log, empty when the engine knew what was wrong."""

    ticket: int
    found: LivePiece | LiveWay | None
    reason: str = ""
    message: str = ""
    trace: str = ""


Message = LivePainted | Ready | Unusable | Beat | Chose | Advanced | Previewed | Paused | SetAside | Warned | Learned | Done | Failed | Stopped | Answer
