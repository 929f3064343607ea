"""Owns two ways to run the command line in tests: in this process, and as a process of its own; and the folders of its server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import restyle_client as client
from fake_engine import write_script
from restyle_cli.main import app
from restyle_client.discovery import find_endpoint
from typer.testing import CliRunner, Result

FAKE_SERVER = Path(__file__).resolve().parent.parent / "fake_server.py"
PATIENCE = 240.0  # s that anything may take on a busy machine


@dataclass(frozen=True)
class Restyle:
    """The command line, and the folders that its server lives in."""

    state: Path
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"RESTYLE_STATE_DIR": str(self.state), "RESTYLE_DATA_DIR": str(self.data)}

    def __call__(self, *arguments: object) -> Result:
        """Runs a command in this process."""
        return CliRunner().invoke(app, [str(argument) for argument in arguments], env=self.environment, catch_exceptions=False)

    @contextmanager
    def start(self, *arguments: object) -> Iterator[subprocess.Popen[str]]:
        """A command as a process of its own, without a terminal; killed if it still runs when the block ends."""
        command = [sys.executable, "-c", "from restyle_cli.main import main; main()", *(str(argument) for argument in arguments)]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
        with subprocess.Popen(command, **pipes, env={**os.environ, **self.environment}) as process:
            try:
                yield process
            finally:
                process.kill()

    @contextmanager
    def server(self) -> Iterator[subprocess.Popen[bytes]]:
        """The real server with the fake engine, for as long as the block lasts, if it lives that long."""
        command = [sys.executable, str(FAKE_SERVER)]
        with subprocess.Popen(command, env={**os.environ, **self.environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                wait_for(lambda: (self.state / "server.json").exists() or server.poll() is not None)
                yield server
            finally:
                server.terminate()
                server.wait(PATIENCE)

    def launches(self) -> None:
        """From now on, whoever needs a server starts the real one with the fake engine."""
        self.data.mkdir(exist_ok=True)
        server = [sys.executable, str(FAKE_SERVER), "--state-dir", str(self.state), "--data-dir", str(self.data)]
        (self.data / "launcher.json").write_text(json.dumps({"command": server, "state_dir": str(self.state), "version": "0.1.0"}))

    def processes(self) -> list[psutil.Process]:
        """Of a server that was started so: the front end, then its workers."""
        try:
            front = psutil.Process(int(json.loads((self.state / "server.json").read_text())["pid"]))
            return [front, *front.children(recursive=True)]
        except (OSError, ValueError, psutil.NoSuchProcess):
            return []

    def script(self, **words: object) -> None:
        """What the fake engine does with the jobs that start from now on."""
        write_script(self.state, **words)

    def session(self) -> client.Session:
        found = find_endpoint(self.state)
        assert found is not None
        return client.connect(address=found.address, token=found.token)

    def jobs(self, *states: client.JobState) -> list[client.Job]:
        with self.session() as session:
            return list(session.list(states))


def wait_for(what: Callable[[], bool]) -> None:
    """Until it is so."""
    give_up = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < give_up, "it never came to that"
        time.sleep(0.02)
