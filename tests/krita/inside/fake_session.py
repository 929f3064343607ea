"""Owns a session that paints at once or when told to, so that the plug-in's ways can be walked one by one."""

from __future__ import annotations

import concurrent.futures
import queue
import threading
from collections.abc import Callable
from typing import Any

import restyle_client as client

INFO = client.ServerInfo(
    "0.1.0", "restyle.v1", "serving", 0.0, (client.DeviceInfo("cpu", "2 threads", "cpu", 1, 1, False, "idle", 512),),
    client.ServerLimits(1, 1, 1, 1, 1, 10.0, 1.0, 1.0, 1), (), (client.WeightsInfo("vgg19", installed=False, size=2**29), client.WeightsInfo("vgg16")),
    "vgg16", 0, 0, 1,
)  # fmt: skip
STYLES = [
    client.Style("woodcut", "Woodcut", "Lines", builtin=True, suggested_scale=1.2),
    client.Style("night", "Night", "Swirls", builtin=True),
    client.Style("wave", "Wave", "Spray", builtin=True, suggested_strength=60.0, suggested_color="match"),
    client.Style("glass", "Glass", "Leads", builtin=True, suggested_strength=70.0),
]


LOOKS = [client.Look("woodcut", "Woodcut", "woodcut", strength=60.0), client.Look("of-wave", "Wave of mine", "wave")]


AUTOMATIC_SCALE = 0.7  # of every style's strokes, where nobody asks for another


class FakeLive:
    """A canvas that paints the opposite of what it is given, at once. restyled: (look, strength), the last of them what it paints with."""

    def __init__(self, session: FakeSession, width: int, height: int, look: str, strength: float | None) -> None:
        self.session, self.width, self.height = session, width, height
        self.restyled = [(look, strength)]
        self.changes: list[tuple[int, int, int, int]] = []
        self._frames: queue.Queue[client.LiveFrame | None] = queue.Queue()
        self._closed = False

    def __enter__(self) -> FakeLive:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._frames.put(None)

    def change(self, x: int, y: int, width: int, height: int, data: bytes) -> None:
        if self.session.gone:
            self._frames.put(None)
            raise client.ServerGone("The server went away.")
        self.changes.append((x, y, width, height))
        painted = bytes(value if place % 4 == 3 else 255 - value for place, value in enumerate(data))
        self._frames.put(client.LiveFrame(x, y, width, height, painted, len(self.changes), True))

    def restyle(self, look: str, strength: float) -> None:
        self.restyled.append((look, strength))

    def resize(self, width: int, height: int) -> None:
        self.width, self.height = width, height

    def frame(self) -> client.LiveFrame | None:
        found = self._frames.get(timeout=20)
        if found is None and not self._closed:
            raise client.ServerGone("The server went away.")
        return found


class FakeSession:
    """hold: paintings, from the held_from-th on, wait for `release` (or their cancellation). error: what the next ones raise."""

    def __init__(self) -> None:
        self.hold, self.held_from = False, 1
        self.read_weight = 255
        self.release = threading.Event()
        self.error: Exception | None = None
        self.requests: list[client.JobRequest] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        self.threads: set[str] = set()
        self.added: list[tuple[bytes, str]] = []
        self.deleted: list[str] = []
        self.results: dict[str, client.Result] = {}
        self.lowered: list[tuple[str, float | None]] = []  # jobs that were read or looked at, and the strengths that were asked for
        self.gone = False
        self.known_looks = LOOKS
        self.canvases: list[FakeLive] = []
        self.previews: list[tuple[client.Plane, str, float | None]] = []
        self.closed = threading.Event()

    def info(self) -> client.ServerInfo:
        if self.gone:
            raise client.ServerGone("The server stopped answering.")
        return INFO

    def styles(self, thumbnails: bool = False) -> list[client.Style]:
        return STYLES

    def looks(self) -> list[client.Look]:
        return self.known_looks

    def live(
        self,
        _format: client.PixelFormat,
        width: int,
        height: int,
        look: str,
        *,
        strength: float | None = None,
        icc: bytes | None = None,
        seamless: str = "none",
    ) -> FakeLive:
        if self.gone:
            raise client.ServerGone("The server went away.")
        self.canvases.append(FakeLive(self, width, height, look, strength))
        return self.canvases[-1]

    def paint_live(self, plane: client.Plane, look: str, *, strength: float | None = None) -> client.Plane:
        self.previews.append((plane, look, strength))
        return client.Plane(plane.format, plane.width, plane.height, bytes(value ^ 255 for value in plane.data))

    def estimate(self, _request: client.JobRequest) -> client.Estimate:
        return client.Estimate(1, 2, 75.0, 4096, 512, 512, "cpu", None, None)

    def list(self, states: tuple[client.JobState, ...] = ()) -> list[client.Job]:
        assert states == (client.JobState.SUCCEEDED,)
        return [result.job for result in self.results.values()]

    def delete(self, job: str) -> None:
        self.deleted.append(job)

    def add_style(self, file: bytes, *, title: str) -> client.Style:
        self.added.append((file, title))
        return client.Style("mine", title)

    def install_weights(self, weights_id: str, on_event: Callable[[client.InstallProgress], None]) -> client.InstallProgress:
        on_event(client.InstallProgress(1 << 20, 2 << 20, "downloading"))
        self.release.wait(20)
        if self.error is not None:
            raise self.error
        return client.InstallProgress(2 << 20, 2 << 20, "installed", client.WeightsInfo(weights_id))

    def close(self) -> None:
        """Breaks off what is under way, as a real session does."""
        self.closed.set()

    def preview(self, job: str, strength: float | None, side: int) -> client.Preview:
        self.lowered.append((job, strength))
        if self.error is not None:
            raise self.error
        return client.Preview(2, 2, bytes([0, 255, 0, 255] * 4))

    def read(self, job: str, on_event: Callable[[Any], None], *, strength: float | None = None) -> client.Result:
        on_event(client.Download(1, 2))
        self.lowered.append((job, strength))
        if job not in self.results:
            raise client.ResultExpired("The result of this job is no longer kept; paint it again.")
        return self.results[job]

    def restyle(self, request: client.JobRequest, on_event: Callable[[Any], None], cancel: client.Cancellation, previews: bool = True) -> client.Result:
        with self._lock:
            self.requests.append(request)
            number = len(self.requests)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self.threads.add(threading.current_thread().name)
        try:
            return self._paint(request, on_event, cancel, number)
        finally:
            with self._lock:
                self._now -= 1

    def _paint(self, request: client.JobRequest, on_event: Callable[[Any], None], cancel: client.Cancellation, number: int) -> client.Result:
        job_id = f"job-{number}"
        on_event(client.Upload(1, 2))
        on_event(client.Job(job_id, client.JobState.QUEUED, queue_position=3))
        on_event(client.Job(job_id, client.JobState.RUNNING))
        on_event(client.Progress(1, 2, 64, 64, 3, 12, 0.25, 1.0, 0.5, 0.5, 1.0, 8.0))
        on_event(client.Preview(2, 2, bytes([200, 100, 50, 255] * 4)))
        if self.error is not None:
            raise self.error
        if self.hold and number >= self.held_from:
            stop = threading.Event()
            forget = cancel.listen(stop.set)
            while not stop.wait(0.01) and not self.release.is_set():
                if self.closed.is_set():
                    raise concurrent.futures.CancelledError
            forget()
            if self.gone:
                raise client.ServerGone("The server went away.")
        if cancel.cancelled:
            raise client.JobCancelled("The job was cancelled.")
        plane = request.content
        if request.reading:  # in the upper half
            half = plane.width * plane.height // 2
            read = client.Plane(
                client.PixelFormat(client.Channels.GRAY, client.Depth.U8), plane.width, plane.height, bytes([self.read_weight] * half) + bytes(half)
            )
            return client.Result(read, client.Job(job_id, client.JobState.SUCCEEDED))
        data = bytes(value ^ 1 for value in plane.data)
        info = client.ResultInfo(plane.format, plane.width, plane.height, plane.size, 0, 16, 16)
        same = request.update and plane.data == self.requests[0].content.data  # nothing has changed, so there is nothing to paint
        progress = None if same else client.Progress(2, 2, 64, 64, 12, 12, 1.0, 1.0, 0.5, 0.5, 1.0, 8.0)
        scales = tuple(style.scale or AUTOMATIC_SCALE for style in request.styles)
        job = client.Job(job_id, client.JobState.SUCCEEDED, result=info, finished_early=cancel.finished, progress=progress, style_scales=scales)
        self.results[job_id] = client.Result(client.Plane(plane.format, plane.width, plane.height, data, plane.icc), job)
        return self.results[job_id]
