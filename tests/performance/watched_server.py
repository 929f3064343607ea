"""Owns a real server whose worker notes where its time goes: started afresh in folders of its own, and reached by the real client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from restyle_client import Channels, Depth, Job, JobRequest, Parameters, PixelFormat, Plane, Preview, Progress, Session, StyleUse, connect

HERE = Path(__file__).resolve().parent
START_SECONDS = 60.0


@dataclass
class Told:
    """When the client heard of what, Unix time."""

    asked: float = 0.0
    had: float = 0.0  # when the server said that it had the layer
    progress: float = 0.0
    previews: list[float] = field(default_factory=list)
    ended: float = 0.0
    read: float = 0.0
    job: Job | None = None
    client: float = 0.0  # processor seconds
    server: float = 0.0
    watched: dict[str, Any] = field(default_factory=dict)  # the engine's own line


@dataclass
class Watched:
    """A server that runs. process: of the front end."""

    session: Session
    process: subprocess.Popen[bytes]
    state: Path
    started: float

    def ready(self) -> None:
        """Returns when the worker has been ready and quiet for a while: it has been prepared."""
        limit = time.time() + START_SECONDS
        while not (workers := psutil.Process(self.process.pid).children()) or "ready" not in (self.state / "logs" / "server.log").read_text():
            if time.time() > limit:
                raise TimeoutError("the worker does not start")
            time.sleep(0.1)
        used = -1.0
        while (now := sum(sum(worker.cpu_times()[:2]) for worker in workers)) > used + 0.02:
            used = now
            time.sleep(0.5)

    def paint(self, plane: Plane, parameters: Parameters, style: str = "stained-glass") -> Told:
        """Paints, and tells when what happened."""
        told = Told(asked=time.time())
        front, mine = psutil.Process(self.process.pid), psutil.Process()
        before = sum(front.cpu_times()[:2]), sum(mine.cpu_times()[:2])

        request = JobRequest(plane, (StyleUse.library(style),), parameters=parameters)
        job = self.session.create(request)
        told.had = time.time()
        for event in self.session.watch(job.id):
            now = time.time()
            if isinstance(event, Job):
                told.job, told.ended = event, now
            elif isinstance(event, Progress):
                told.progress = told.progress or now
            elif isinstance(event, Preview):
                told.previews.append(now)
        self.session.read(job.id)
        told.read = time.time()
        told.server, told.client = sum(front.cpu_times()[:2]) - before[0], sum(mine.cpu_times()[:2]) - before[1]
        lines = (self.state / "watched.jsonl").read_text().splitlines()
        return replace(told, watched=json.loads(lines[-1]))


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """A server in the folder, with what an earlier one there has kept."""
    state, data = folder / "state", folder / "data"
    state.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-B", str(HERE / "watched_server.py"), "--state-dir", str(state), "--data-dir", str(data)]
    started = time.time()
    process = subprocess.Popen(command, env={**os.environ, "RESTYLE_WATCHED": str(state)})
    try:
        while not (state / "server.json").exists():
            if process.poll() is not None or time.time() > started + START_SECONDS:
                raise RuntimeError("the server does not start")
            time.sleep(0.02)
        words = json.loads((state / "server.json").read_text())
        with connect(address=words["address"], token=words["token"]) as session:
            yield Watched(session, process, state, started)
    finally:
        process.terminate()
        process.wait(40)


def layer(side: int) -> Plane:
    """An RGBA8 layer with texture, soft alpha and nothing in its corners, as a painter's has."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    rgb = np.stack([x, y, (x + y) / 2], -1) + 0.1 * rng.standard_normal((side, side, 1)).astype(np.float32)
    pixels = np.empty((side, side, 4), np.uint8)
    pixels[..., :3] = np.clip(rgb * 255, 0, 255)
    pixels[..., 3] = np.clip(300 - 800 * ((x - 0.5) ** 2 + (y - 0.5) ** 2), 0, 255)
    return Plane(PixelFormat(Channels.RGBA, Depth.U8), side, side, pixels.tobytes())


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))  # so that the worker finds watched_engine
    from restyle_server.__main__ import main

    sys.exit(main(adjust=lambda config: replace(config, engine_factory="watched_engine:engine")))
