"""Owns a machine's part of a cluster: Ray's processes here, started, watched and ended with this one. `python -m restyle_server.cluster.node`.

It uses what `ray start` itself uses, and starts less: no dashboard, no client's server, no autoscaler, no monitor of logs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from .places import APART, MISSING, REFUSES, VERSION_LABEL, Address, address, label, variables

REFUSED = 1
STORE_BYTES = 1 << 30  # for what is on its way: 4 times the largest layer that an editor sends; Ray's own choice is a third of the memory
ALIVE = 0  # state of a node in Ray's own records
LOOK_SECONDS = 0.5  # between two looks at Ray's processes
KNOCK_SECONDS = 5.0
JOIN_SECONDS = 120.0  # for Ray's processes to start
NOBODY = "Nobody answers at {address}; start the head there with `restyle serve --ray start@ADDRESS`, or correct the address."
OTHER_VERSION = "Another version runs there: {said}; install the same versions of Restyle, Ray and Python on both."
OTHER_RESTYLE = "The cluster has Restyle {there} and this machine {here}; install the same version on both."
FAILED = "Ray can't be started here: {said}."
TAKEN = "The port {port} on {host} is taken; end what listens there, or choose another with --ray start@{host}:PORT."


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until the head is gone, or this process is to end; the last line that it says is a sentence."""
    parser = argparse.ArgumentParser()
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--head")
    where.add_argument("--join")
    parser.add_argument("--token-file", type=Path, required=True)
    parser.add_argument("--name", default="")
    parser.add_argument("--cpus", type=float)
    parser.add_argument("--gpus", type=int)
    parser.add_argument("--watched", action="store_true")
    given = parser.parse_args(arguments)
    at = address(given.head or given.join)
    os.environ.update(variables(at.host, given.token_file))
    _end_with_signals()
    if given.watched:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    folder = Path(tempfile.mkdtemp(prefix="restyle-ray-"))  # Ray's sockets lie there, whose paths must be short
    try:
        return _run(at, given, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(at: Address, given: argparse.Namespace, folder: Path) -> int:
    try:
        from ray._private.node import Node
        from ray._private.parameter import RayParams
    except ImportError:
        return _say(MISSING)
    head = given.head is not None
    own = at.host if head else _own_address(at)
    if own is None:
        return _say(NOBODY.format(address=at.text), APART)
    if head and not _free(at):
        return _say(TAKEN.format(host=at.host, port=at.port))
    parameters = RayParams(
        node_ip_address=own,
        node_name=given.name or socket.gethostname(),
        num_cpus=given.cpus,
        num_gpus=given.gpus,
        object_store_memory=STORE_BYTES,
        temp_dir=str(folder / "r"),  # which Ray opens to everybody; the folder around it stays the user's alone
        labels={VERSION_LABEL: label(__version__)},
        min_worker_port=0,
        max_worker_port=0,
        include_dashboard=False,
        include_log_monitor="",  # none
        no_monitor=True,
    )
    if head:
        parameters.gcs_server_port = at.port
    else:
        parameters.gcs_address = parameters.redis_address = at.text
    late = threading.Timer(JOIN_SECONDS, _give_up, (at, folder))  # Ray itself asks for ever, whatever it is that takes its connections
    late.daemon = True
    late.start()
    try:
        node: Any = Node(parameters, head=head, shutdown_at_exit=True, spawn_reaper=True)
    except BaseException as error:
        if isinstance(error, SystemExit) and not error.code:
            raise
        return _say(_why(error, at, head))  # also where Ray itself would exit, as with another token
    late.cancel()
    _end_with_signals()  # Ray itself would wait up to half a minute for who paints
    if others := _versions(node) - {label(__version__)}:
        node.kill_all_processes(check_alive=False, allow_graceful=True)
        return _say(OTHER_RESTYLE.format(there=" and ".join(sorted(others)), here=__version__))
    print(f"ready at {node.gcs_address}", flush=True)  # noqa: T201 - for who has started it
    with contextlib.suppress(SystemExit):
        while not node.dead_processes():
            time.sleep(LOOK_SECONDS)
        return APART
    return 0


def _versions(node: Any) -> set[str]:
    """Of Restyle, on all machines of the cluster that say so."""
    found = node.get_gcs_client().get_all_node_info().values()
    return {one.labels[VERSION_LABEL] for one in found if one.state == ALIVE and VERSION_LABEL in one.labels}


def _give_up(at: Address, folder: Path) -> None:
    _say(REFUSES.format(address=at.text))
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(REFUSED)


def _own_address(at: Address) -> str | None:
    """By which this machine is seen from the head; None: nobody answers there."""
    with contextlib.suppress(OSError), socket.create_connection((at.host, at.port), KNOCK_SECONDS) as probe:
        return str(probe.getsockname()[0])
    return None


def _free(at: Address) -> bool:
    with contextlib.suppress(OSError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((at.host, at.port))
        return True
    return False


def _why(error: BaseException, at: Address, head: bool) -> str:
    said = " ".join(str(error).split())
    if "ersion mismatch" in said:
        return OTHER_VERSION.format(said=said[:200])
    return FAILED.format(said=said[:200]) if head or "timed out during startup" in said else REFUSES.format(address=at.text)


def _say(sentence: str, status: int = REFUSED) -> int:
    print(sentence, flush=True)  # noqa: T201 - for who has started it
    return status


def _end_with_signals() -> None:
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: sys.exit(0))


def _end_with_stdin() -> None:
    """Who has started this process holds its stdin open, and is gone when it closes."""
    with contextlib.suppress(OSError, ValueError):
        while os.read(sys.stdin.fileno(), 1 << 10):  # not by Python's own buffer, whose lock would be held when this process ends by itself
            pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
