"""Owns servers in processes of their own, which tests may signal and kill: the real server with the fake engine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from calls import Caller, calling, until
from fake_engine import write_script

LAUNCHER = Path(__file__).resolve().parent / "fake_server.py"


def last_words(process: subprocess.Popen[str]) -> str:
    """What a process that has ended had written to stderr."""
    assert process.stderr is not None
    return process.stderr.read()


@dataclass
class Launchpad:
    """Starts servers of one state folder; none outlives its test."""

    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def server_file(self) -> Path:
        return self.state / "server.json"

    @property
    def log(self) -> str:
        return (self.state / "logs" / "server.log").read_text()

    def script(self, **words: Any) -> None:
        write_script(self.state, **words)

    def limits(self, **limits: float) -> None:
        """The limits of the servers that start from now on."""
        (self.folder / "data").mkdir(exist_ok=True)
        lines = [f"{name} = {value}" for name, value in limits.items()]
        (self.folder / "data" / "server.toml").write_text("\n".join(["[limits]", *lines, ""]))

    def start(self, *prefix: str) -> subprocess.Popen[str]:
        """prefix: a command in front of the server's, such as unshare."""
        self.state.mkdir(exist_ok=True)
        command = [*prefix, sys.executable, str(LAUNCHER), "--state-dir", str(self.state), "--data-dir", str(self.folder / "data")]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.started.append(process)
        return process

    @asynccontextmanager
    async def reached(self) -> AsyncIterator[Caller]:
        """A caller of the server that runs, once it can be found."""
        await until(self.server_file.exists)
        words = json.loads(self.server_file.read_text())
        async with calling(words["address"], words["token"]) as caller:
            yield caller

    async def ready(self) -> None:
        """Returns when the worker of the server started last can paint."""
        await until(lambda: "ready (fake)" in self.log.rpartition("listens on")[2])

    @property
    def worker(self) -> int:
        """The process id of the latest worker."""
        return int(self.log.rpartition("ready (fake), process ")[2].split()[0])

    async def gone(self, pid: int) -> None:
        """Returns when no such process is left."""
        await until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)

    def end(self) -> None:
        for process in self.started:
            process.kill()
            process.wait()
            if process.stderr is not None:
                process.stderr.close()


@pytest.fixture
def launchpad(tmp_path: Path) -> Iterator[Launchpad]:
    pad = Launchpad(tmp_path)
    yield pad
    pad.end()
