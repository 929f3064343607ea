"""Owns what the server tells about jobs: snapshots, results and estimates. Instants are Unix time in seconds, sizes are pixels, memory is bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .contract import Parameters, PixelFormat, Plane, Progress
from .requests import JobClass, Lifetime


class JobState(str, Enum):
    UPLOADING = "uploading"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"  # until it is EXPIRED
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # succeeded once, pixels gone

    @property
    def terminal(self) -> bool:
        """Nothing more will happen, but that a result expires."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED)


@dataclass(frozen=True)
class JobError:
    """Why a job failed, or lost its result. reason: a word such as OUT_OF_MEMORY or RESULT_DAMAGED; message: a sentence with what to do next."""

    reason: str
    message: str


@dataclass(frozen=True)
class WeightsInfo:
    """A file of network weights. layers: the deepest last; none when the file is damaged. hint: how to get them; empty when they are installed."""

    id: str
    installed: bool = True
    layers: tuple[str, ...] = ()
    size: int = 0
    sha256: str = ""
    hint: str = ""

    @property
    def damaged(self) -> bool:
        return not self.installed and not self.layers


@dataclass(frozen=True)
class ResultInfo:
    """A result that can be read. size: bytes. crc32: of all bytes. work_width, work_height: px that were painted; smaller than the image when it was scaled."""

    format: PixelFormat
    width: int
    height: int
    size: int
    crc32: int
    work_width: int
    work_height: int

    @property
    def work_note(self) -> str:
        """A sentence for people when the work was smaller than the image, such as "painted at 512 of 4000 px"; else empty."""
        work, full = max(self.work_width, self.work_height), max(self.width, self.height)
        return f"painted at {work} of {full} px" if work < full else ""


@dataclass(frozen=True)
class Job:
    """A snapshot of a job.

    started, ended, expires: None while not known. queue_position: 1 is next; 0 when not queued. resolved: every parameter set, from the moment it runs.
    device: for people, such as "cpu: 2 threads, bf16". error: of a FAILED job, and of an EXPIRED one whose result was damaged. result: SUCCEEDED only.
    warnings: sentences for people. look_id: that it has learned. styles: ids of the library, or words
    such as "picture 2". style_scales: the size of each one's strokes, chosen or asked for; empty until the first progress.
    """

    id: str
    state: JobState
    label: str = ""
    client_id: str = ""
    request_id: str = ""
    lifetime: Lifetime = Lifetime.ATTACHED
    job_class: JobClass = JobClass.INTERACTIVE
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    expires: float | None = None
    queue_position: int = 0
    progress: Progress | None = None
    resolved: Parameters | None = None
    weights: WeightsInfo | None = None
    device: str = ""
    error: JobError | None = None
    result: ResultInfo | None = None
    finished_early: bool = False
    warnings: tuple[str, ...] = ()
    look_id: str = ""
    styles: tuple[str, ...] = ()
    style_scales: tuple[float, ...] = ()

    @property
    def done(self) -> bool:
        """The job is in a terminal state."""
        return self.state.terminal


@dataclass(frozen=True)
class Result:
    """A painting in the content's very format, size, profile and alpha, and the job that made it. plane.data is `bytes`."""

    plane: Plane
    job: Job


@dataclass(frozen=True)
class Estimate:
    """What a job would cost. seconds: None before the first job on the device. largest_size: px, longest side of the work that fits the device.
    warnings: sentences for people, such as why the work is smaller than was asked for. style_scales: as the job's;
    empty where a style is a file's bytes, of which the size is not known."""

    memory_bytes: int
    memory_available: int
    seconds: float | None
    largest_size: int
    work_width: int
    work_height: int
    device: str
    weights: WeightsInfo | None
    resolved: Parameters | None
    warnings: tuple[str, ...] = ()
    style_scales: tuple[float, ...] = ()
