"""Owns the console script `restyle`: which commands there are. Importing it, or asking for help, loads neither torch nor grpc, numpy, Pillow or the client."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Annotated

import typer
from restyle_client import __version__

from .commands.connect import connect, disconnect
from .commands.doctor import doctor
from .commands.editors import install, package, uninstall, update
from .commands.farm import farm
from .commands.film import film
from .commands.image import image
from .commands.jobs import jobs
from .commands.legible import legible
from .commands.live import live
from .commands.looks import looks
from .commands.presets import presets
from .commands.serve import serve, status, stop
from .commands.sheet import explore, sheet
from .commands.styles import styles
from .commands.texture import texture
from .commands.weights import weights
from .commands.work import work
from .terminal.examples import examples
from .terminal.failures import Commands

app = typer.Typer(
    name="restyle",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"restyle {__version__}")
        raise typer.Exit


@app.callback()
@examples(
    "restyle styles list",
    "restyle image photo.jpg --style woodcut -o woodcut.png",
    "restyle image holiday/ --style painting.jpg --preset draft -o painted/",
)
def root(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.", show_default=False)] = False) -> None:
    """Paint pictures in the manner of other pictures, on your own machine."""


app.command()(image)
app.command()(texture)
app.command()(film)
app.command()(legible)
app.command()(sheet)
app.command()(explore)
app.command()(live)
app.add_typer(styles, name="styles")
app.add_typer(looks, name="look")
app.add_typer(farm, name="farm")
app.add_typer(presets, name="presets")
app.add_typer(jobs, name="jobs")
app.add_typer(weights, name="weights")
app.command()(serve)
app.command()(work)
app.command()(status)
app.command()(stop)
app.command()(doctor)
app.command()(connect)
app.command()(disconnect)
app.command()(install)
app.command()(update)
app.command()(uninstall)
app.command()(package)


def main() -> None:
    """The console script. Names that the terminal's encoding lacks are shown as escapes, never as a crash; a stream that is closed is as good as one that
    nobody reads."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    finally:
        _let_go()


def _open_streams() -> None:
    """Gives stdin, stdout and stderr back to a process that was started without them: the first files that it opened would take their places."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115, for the process's life


def _let_go() -> None:
    """What can't be written any more is no concern of the interpreter's end, which would say so in its own words."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, number)
                os.close(nowhere)
