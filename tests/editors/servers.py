"""Owns the server that runs outside of the roots: started, found, killed; and the helper on loopback that starts one when a launcher inside a root asks."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import numpy as np
from look_files import opposite_look
from PIL import Image
from restyle_client import Session, connect
from restyle_server.wire import restyle_pb2

PROGRAM = ("-m", "restyle_server")
SECONDS = 120  # for a server to answer, on a machine that has better things to do


@dataclass
class Served:
    """A running server's process and folders."""

    process: subprocess.Popen[bytes]
    state: Path
    data: Path

    def session(self) -> Session:
        """A client on the host."""
        words = json_of(self.state / "server.json")
        return connect(start=False, address=words["address"], token=words["token"])

    def kill(self) -> None:
        """At once, as a crash would."""
        self.process.kill()
        self.process.wait(30)


def json_of(path: Path) -> dict[str, str]:
    content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return content


def start(state: Path, data: Path, program: Sequence[str] = PROGRAM) -> subprocess.Popen[bytes]:
    """The server's own process, not waited for."""
    state.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, *program, "--state-dir", str(state), "--data-dir", str(data)]
    with (state / "out.log").open("ab") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "OMP_NUM_THREADS": "1"}, start_new_session=True)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """The real server, with its folders under `folder`; ended on the way out."""
    state, data = folder / "state", folder / "data"
    served = Served(start(state, data), state, data)
    try:
        wait_for_answer(served)
        yield served
    finally:
        stop(served.process)


@contextmanager
def with_a_look(served: Served) -> Iterator[dict[str, str]]:
    """Two styles in the library meanwhile, by their titles in small letters: “Opposite” has a look that paints every colour's opposite, “Lookless” has none."""
    with served.session() as session:
        styles = {title: session.add_style(_noise(seed), title=title.capitalize()).id for seed, title in enumerate(("opposite", "lookless"))}
        look = session.add_look(opposite_look(styles["opposite"]), wanted_id=styles["opposite"])
        try:
            yield styles
        finally:
            session.delete_look(look.id)
            for style in styles.values():
                session.delete_style(style)


def _noise(seed: int) -> bytes:
    """A picture that no other style is."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.uint8)).save(file, "PNG")
    return file.getvalue()


def wait_for_answer(served: Served) -> None:
    for _ in range(SECONDS * 10):
        if (served.state / "server.json").exists():
            with served.session() as session:
                session.info()
            return
        if served.process.poll() is not None:
            break
        threading.Event().wait(0.1)
    raise AssertionError(f"the server did not come up: {(served.state / 'out.log').read_text(encoding='utf-8')}")


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)


@contextmanager
def of_another_version(state: Path) -> Iterator[None]:
    """A server that speaks another API than this client, announced as usual."""
    info = restyle_pb2.ServerInfo(version="9.0.0", api="restyle.v9", state="serving")
    call: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(lambda _request, _context: info.SerializeToString())
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("restyle.v1.Restyle", {"GetServerInfo": call}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    state.mkdir(parents=True, exist_ok=True)
    words = {"address": f"127.0.0.1:{port}", "token": "t", "pid": 1, "version": "9.0.0", "api": "restyle.v9"}
    (state / "server.json").write_text(json.dumps(words), encoding="utf-8")
    try:
        yield
    finally:
        server.stop(None)


LAUNCHER_INSIDE = """import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=30) as asking:
    asking.sendall(b"start")
    asking.recv(1)  # the answer means: asked; the connection stays, so that this process lives as long as the server
    asking.settimeout(None)
    asking.recv(1)
"""


@contextmanager
def starting_on_demand(state: Path, data: Path, program: Sequence[str] = PROGRAM) -> Iterator[int]:
    """Listens on loopback; yields the port. Whoever says "start" gets a server started, and "kill" ends them all: a root can't run the host's Python."""
    started: list[subprocess.Popen[bytes]] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    asking, _ = listening.accept()
                except OSError:
                    return
                if asking.recv(16) == b"kill":
                    for process in started:
                        process.kill()
                        process.wait(30)
                else:
                    started.append(start(state, data, program))
                asking.sendall(b".")
                open_connections.append(asking)

        open_connections: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.close()
            for process in started:
                stop(process)
            for asking in open_connections:
                asking.close()
