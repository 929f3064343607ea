"""Owns a session that paints at once or when told to, so that the plug-in's ways can be walked one by one."""

from __future__ import annotations

import concurrent.futures
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


class FakeSession:
    """hold: paintings, from the held_from-th on, wait for `release` (or their cancellation). error: what the next ones raise."""

    def __init__(self) -> None:
        self.hold, self.held_from = False, 1
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
        self.gone = False
        self.closed = threading.Event()

    def info(self) -> client.ServerInfo:
        if self.gone:
            raise client.ServerGone("The server stopped answering.")
        return INFO

    def styles(self, thumbnails: bool = False) -> list[client.Style]:
        return STYLES

    def estimate(self, _request: client.JobRequest) -> client.Estimate:
        return client.Estimate(1, 2, 75.0, 4096, 512, 512, "cpu", None, None)

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

    def read(self, job: str, on_event: Callable[[Any], None]) -> client.Result:
        on_event(client.Download(1, 2))
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
        data = bytes(value ^ 1 for value in plane.data)
        info = client.ResultInfo(plane.format, plane.width, plane.height, plane.size, 0, 16, 16)
        job = client.Job(job_id, client.JobState.SUCCEEDED, result=info, finished_early=cancel.finished)
        self.results[job_id] = client.Result(client.Plane(plane.format, plane.width, plane.height, data, plane.icc), job)
        return self.results[job_id]
