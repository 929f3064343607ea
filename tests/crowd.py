"""Owns client processes that tests may kill: real restyle_clients, forked from one process that has imported everything.

async with crowd() as people:
    await people.send("anna", task="hold", address=…, token=…, seed=3, lifetime="attached")
    said = await people.hear("anna")          # {"name": "anna", "pid": …, "job": …}
    os.kill(said["pid"], signal.SIGKILL)
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

PATIENCE = 240.0  # s: far more than anything here takes
SIDE = 16  # px

Tell = Callable[..., None]


# ---- In the crowd's own process


def main() -> None:
    """Reads tasks, one JSON object per line, and forks a client for each."""
    import restyle_client  # noqa: F401 - once, for all
    from restyle_client import session, sync, transport  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the dead
    for line in sys.stdin:
        words = json.loads(line)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            status = 1
            try:
                _client(words)
                status = 0
            finally:
                os._exit(status)


def _client(words: dict[str, Any]) -> None:
    def tell(**news: Any) -> None:
        os.write(1, (json.dumps({"name": words["name"], "pid": os.getpid(), **news}) + "\n").encode())  # short enough to arrive whole

    try:
        {"hold": _hold, "start": _start, "paint": _paint}[words["task"]](words, tell)
    except Exception as error:
        tell(failed=f"{type(error).__name__}: {error}")


def _request(words: dict[str, Any], seed: int, data: bytes) -> Any:
    import restyle_client as client

    side = words.get("side", SIDE)
    plane = client.Plane(client.PixelFormat(client.Channels.GRAY, client.Depth.U8), side, side, data)
    parameters = client.Parameters(preset="draft", seed=seed, evaluations=words.get("evaluations"))
    return client.JobRequest(plane, (client.StyleUse.library("night"),), parameters=parameters, lifetime=words.get("lifetime", "attached"))


def _hold(words: dict[str, Any], tell: Tell) -> None:
    """Makes a job, says its id, and watches it to its end."""
    import restyle_client as client
    from calls import pixels

    with client.connect(address=words["address"], token=words["token"]) as session:
        job = session.create(_request(words, words["seed"], pixels(words["seed"])))
        told = False
        for event in session.watch(job.id, previews=False):
            if not told and isinstance(event, client.Progress):
                told = True
                tell(job=job.id)


def _start(words: dict[str, Any], tell: Tell) -> None:
    """Connects as every editor does, and starts a server if there is none."""
    import restyle_client as client

    os.environ.update(words["environment"])
    began = time.monotonic()
    with client.connect() as session:
        tell(seconds=time.monotonic() - began, server=session.info().pid)


def _paint(words: dict[str, Any], tell: Tell) -> None:
    """Paints one picture after the other, and says of each what came of it."""
    import restyle_client as client
    from calls import pixels

    with client.connect(address=words["address"], token=words["token"]) as session:
        tell(client=session.client_id)
        for seed in words["seeds"]:
            began = time.monotonic()
            ids: list[str] = []

            def heard(event: object, ids: list[str] = ids) -> None:
                if isinstance(event, client.Job) and event.id not in ids:
                    ids.append(event.id)
                    tell(begun=event.id)

            result = session.restyle(_request(words, seed, pixels(seed, words.get("side", SIDE))), on_event=heard, previews=False)
            tell(job=result.job.id, seed=seed, state=result.job.state.value, data=bytes(result.plane.data).hex(), seconds=time.monotonic() - began)
    tell(done=True)


# ---- In the test


class Crowd:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._news: defaultdict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)
        self._reading = asyncio.create_task(self._read())
        self.pids: dict[str, int] = {}

    async def send(self, name: str, **task: Any) -> None:
        """Starts a client of that name."""
        assert self._process.stdin is not None
        self._process.stdin.write((json.dumps({"name": name, **task}) + "\n").encode())
        await self._process.stdin.drain()

    async def hear(self, name: str) -> dict[str, Any]:
        """The next thing that the client says."""
        return await asyncio.wait_for(self._news[name].get(), PATIENCE)

    def kill(self, name: str) -> None:
        os.kill(self.pids[name], signal.SIGKILL)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            words = json.loads(line)
            self.pids[words["name"]] = words["pid"]
            self._news[words["name"]].put_nowait(words)

    async def leave(self) -> None:
        for pid in self.pids.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.kill()
        await self._process.wait()
        self._reading.cancel()


ROOT = str(Path(__file__).resolve().parent)


@asynccontextmanager
async def crowd() -> AsyncIterator[Crowd]:
    environment = {**os.environ, "PYTHONPATH": ROOT}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "crowd", env=environment, limit=2**20, stdin=pipe, stdout=pipe)
    people = Crowd(process)
    try:
        yield people
    finally:
        await people.leave()


if __name__ == "__main__":
    main()
