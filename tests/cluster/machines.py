"""Owns other machines of a cluster, as far as Ray can tell: programs of this one, each with a state folder of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from pathlib import Path

import psutil
from restyle_server.cluster.places import address, node_command


class Joined:
    """One that joins, and may be killed."""

    def __init__(self, name: str, where: str, token: Path, room: Path) -> None:
        self.name = name
        variables = {**os.environ, "RESTYLE_STATE_DIR": str(room / name), "TMPDIR": str(room)}
        command = node_command(address(where), token, "--name", name, "--cpus", "1", "--gpus", "0")
        with (room / f"{name}.log").open("w") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=variables, start_new_session=True)

    def kill(self) -> None:
        """As when its plug is drawn."""
        kill_all(self.process.pid)
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def kill_all(pid: int) -> None:
    """The process and all that it has started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        node = psutil.Process(pid)
        for process in (node, *node.children(recursive=True)):  # Ray gives its workers groups of their own
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
