"""Owns `restyle work`: this machine paints for a server elsewhere, as a part of its cluster."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import time
from pathlib import Path
from typing import Annotated

import typer

from ..terminal.examples import examples
from ..terminal.failures import Failure
from ..terminal.output import line
from .serve import refuse_without_torch

AGAIN_SECONDS = 5.0  # before a cluster whose head is gone is looked for again
ENDING_SECONDS = 20.0  # for Ray's processes to end


@examples("restyle work --join 10.0.0.5 --token-file cluster.token", "restyle work --join 10.0.0.5:6380 --token-file cluster.token --gpus 1 --name ws07")
def work(
    join: Annotated[str, typer.Option(metavar="ADDRESS", help="Of the machine that runs restyle serve --ray start@ADDRESS.", show_default=False)],
    token_file: Annotated[Path, typer.Option(metavar="FILE", help="A copy of cluster.token from that machine's state folder.", show_default=False)],
    name: Annotated[str, typer.Option(metavar="NAME", help="Of this machine, for people. Default: its host's.", show_default=False)] = "",
    cpus: Annotated[float | None, typer.Option(metavar="N", min=0, help="Cores that may paint. Default: all.", show_default=False)] = None,
    gpus: Annotated[int | None, typer.Option(metavar="N", min=0, help="Graphics cards that may paint. Default: all.", show_default=False)] = None,
) -> None:
    """Paint for a server on another machine, until Ctrl-C. Both need the same versions of Restyle, Ray and Python."""
    from restyle_server.cluster.places import APART, MISSING, REFUSES, address, node_command

    refuse_without_torch()
    if importlib.util.find_spec("ray") is None:
        raise Failure(MISSING)
    if not token_file.is_file():
        raise Failure(f"The file {token_file} does not exist; copy cluster.token from the state folder of the machine that serves.")
    try:
        command = node_command(address(join), token_file.absolute(), *_more(name, cpus, gpus))
    except ValueError as error:
        raise Failure(str(error)) from error
    tell_if_open(token_file)
    belonged = False
    while True:
        status, said, taken = _worked(command)
        belonged |= taken
        if status == 0:
            return
        if status != APART and not belonged:  # later it may be a head that is yet to start
            raise Failure(said or REFUSES.format(address=join))
        line(f"{said or 'The cluster is gone.'} Looking for it again; Ctrl-C ends this.")
        time.sleep(AGAIN_SECONDS)


def tell_if_open(token_file: Path) -> None:
    """A copy that was carried here may have come with a mode that lets others read it, who could then run code on every machine."""
    if os.name == "posix" and token_file.stat().st_mode & 0o077:
        line(f"Others on this machine may read the cluster's secret; keep it private: chmod 600 {token_file}")


def _more(name: str, cpus: float | None, gpus: int | None) -> list[str]:
    words = {"--name": name or None, "--cpus": cpus, "--gpus": gpus}
    return [part for option, value in words.items() if value is not None for part in (option, str(value))]


def _worked(command: list[str]) -> tuple[int, str, bool]:
    """Runs the node until it ends: its exit status, the last sentence that it said, and whether the cluster took it in."""
    said, taken = "", False
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True) as node:
        try:
            for words in node.stdout or ():
                said = words.strip()
                if said.startswith("ready"):
                    line(f"this machine paints for the server: {said}")
                    said, taken = "", True
            return node.wait(), said, taken
        finally:
            if node.stdin is not None:
                node.stdin.close()  # by which it knows that it is to end
            try:
                node.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                node.kill()
