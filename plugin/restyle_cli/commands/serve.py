"""Owns `restyle serve`, `restyle status` and `restyle stop`: the server's life as seen from a terminal."""

from __future__ import annotations

import contextlib
import importlib.util
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from restyle_client import __version__

from ..terminal.examples import examples
from ..terminal.failures import FAILED, Failure
from ..terminal.output import Json, bytes_for_people, emit, line, plain, seconds_for_people, table

if TYPE_CHECKING:
    import restyle_client as client
    from restyle_server.server import Server

LONGEST_GRACE = 300.0  # s: the service's limit


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@examples("restyle serve", "restyle serve --device cuda:0 --port 50111 --log-level debug")
def serve(
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where to listen; default: this machine alone.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(metavar="N", min=0, max=65535, help="Default: any free port.", show_default=False)] = None,
    device: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Such as cpu or cuda:0; may be repeated. Default: the best there is.", show_default=False)
    ] = None,
    state_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For the jobs, results and logs.", show_default=False)] = None,
    data_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For weights and styles.", show_default=False)] = None,
    weights_file: Annotated[Path | None, typer.Option(metavar="FILE", help="VGG16 or VGG19 of your own, a safetensors file.", show_default=False)] = None,
    flow_weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Torchvision's RAFT, to follow films by instead of OpenCV's search.", show_default=False)
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The server's certificate; with the next two, other machines may be served.", show_default=False)
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key.", show_default=False)] = None,
    tls_client_ca: Annotated[Path | None, typer.Option(metavar="FILE", help="The authority whose certificates may call.", show_default=False)] = None,
    ray: Annotated[
        str | None, typer.Option(metavar="WHERE", help="Paint on more machines than one: start, start@ADDRESS, or a cluster's ADDRESS.", show_default=False)
    ] = None,
    ray_token: Annotated[Path | None, typer.Option(metavar="FILE", help="The cluster's token. Default: in the state folder.", show_default=False)] = None,
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="Settings; default: server.toml in the data folder.", show_default=False)] = None,
    log_level: Annotated[LogLevel | None, typer.Option(show_default=False)] = None,
) -> None:
    """Run the server in this terminal until Ctrl-C. Editors and commands start one by themselves when they need it."""
    from restyle_server.admin.config import ConfigError, load
    from restyle_server.server import serve as run

    refuse_without_torch()
    try:
        settings = load(
            file=config,
            state_dir=state_dir,
            data_dir=data_dir,
            host=host,
            port=port,
            device=",".join(device) if device else None,
            weights_file=weights_file,
            flow_weights=flow_weights,
            log_level=log_level.value if log_level else None,
            ray=ray,
            ray_token=ray_token,
            tls_cert=tls_cert,
            tls_key=tls_key,
            tls_client_ca=tls_client_ca,
        )
    except ConfigError as error:
        raise Failure(str(error)) from error

    def started(server: Server) -> None:
        line(f"Restyle {__version__} serves at {server.remote or server.address}; Ctrl-C or restyle stop ends it")
        if server.joining:
            line(server.joining)

    raise typer.Exit(run(settings, started))


def refuse_without_torch() -> None:
    """Failure on a machine that can't compute by itself."""
    if importlib.util.find_spec("torch") is None:
        raise Failure(
            "This installation is a client's and has no PyTorch; run the installer without --client-only, or use a server elsewhere: restyle connect."
        )


def status(json: Json = False) -> None:
    """Tell whether a server runs, and what it does. Exit status 1 when none runs."""
    import restyle_client as client

    try:
        with client.connect(start=False) as session:
            info, running = session.info(), list(session.list(("running",)))
    except client.ServerNotFound:
        if json:
            emit({"running": False})
        else:
            line("no server is running; the next job starts one, or start it with: restyle serve")
        raise typer.Exit(FAILED) from None
    if json:
        emit({"running": True, **plain(info)})
    else:
        _tell(info, running)


def stop(
    grace: Annotated[float, typer.Option(metavar="SECONDS", min=0, max=LONGEST_GRACE, help="How long running jobs may go on.")] = 30.0,
    json: Json = False,
) -> None:
    """Stop the server. Queued jobs wait for the next one."""
    import restyle_client as client

    stopped = True
    try:
        with client.connect(start=False) as session, contextlib.suppress(client.ServerGone):  # it may be gone before its answer has arrived
            session.stop(grace_seconds=grace)
    except client.ServerNotFound:
        stopped = False
    if json:
        emit({"running": False, "stopped": stopped})
    else:
        line("the server is stopping" if stopped else "no server is running")


def _tell(info: client.ServerInfo, running: Sequence[client.Job]) -> None:
    line(f"Restyle {info.version} at {info.address}, {info.state} for {seconds_for_people(max(0.0, time.time() - info.started))}, process {info.pid}")
    line(f"jobs: {info.jobs_running} running, {info.jobs_queued} waiting")
    line(f"weights in use: {info.weights_in_use}")
    for one in info.weights:
        if one.damaged:
            line(f"  {one.hint}")
    painted = {job.device.partition(": ")[0]: job.label or job.id for job in running}
    rows = [(one.id, one.name, one.state, painted.get(one.id, ""), _memory(one), f"{one.default_size} px") for one in info.devices]
    table(("device", "name", "state", "paints", "memory free", "default size"), rows, right=("memory free", "default size"))


def _memory(device: client.DeviceInfo) -> str:
    return f"{bytes_for_people(device.memory_available)} of {bytes_for_people(device.memory_total)}"
