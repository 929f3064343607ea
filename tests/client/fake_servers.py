"""Owns real servers with the fake engine, for the client's tests: their launcher, their end."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
from restyle_client import RestyleError, connect

FAKE_SERVER = Path(__file__).resolve().parents[1] / "fake_server.py"
END_SECONDS = 20.0


def write_launcher(folder: Path, *command: str) -> None:
    """A launcher.json in the data folder; without a command, that of the real server with the fake engine."""
    state, data = folder / "state", folder / "data"
    usual = [sys.executable, str(FAKE_SERVER), "--state-dir", str(state), "--data-dir", str(data)]
    (data / "launcher.json").write_text(json.dumps({"command": list(command) or usual, "state_dir": str(state), "version": "0.1.0"}))


def server_pid(folder: Path) -> int:
    return int(json.loads((folder / "state" / "server.json").read_text())["pid"])


def kill_server(folder: Path) -> None:
    """SIGKILL to the front end, then to its workers."""
    process = psutil.Process(server_pid(folder))
    family = [process, *process.children(recursive=True)]  # the front end first, or it would see its worker crash
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(family, timeout=END_SECONDS)


def stop_server(folder: Path) -> None:
    """Ends the server of a test, gently if it can be; nothing to do when there is none."""
    with suppress(OSError, ValueError, KeyError, psutil.NoSuchProcess):
        process = psutil.Process(server_pid(folder))
        with suppress(RestyleError), connect(start=False) as session:
            session.stop(grace_seconds=0)
        give_up = time.monotonic() + END_SECONDS
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < give_up:
            time.sleep(0.02)
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            kill_server(folder)
