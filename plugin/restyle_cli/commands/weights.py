"""Owns `restyle weights`: which networks can paint on this machine, and installing VGG19. Needs no server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from restyle_contract.paths import at_home

from ..terminal.examples import examples
from ..terminal.failures import Commands
from ..terminal.output import Json, bytes_for_people, emit, line, plain, table

if TYPE_CHECKING:
    from restyle_server.weights import Weights

weights = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode="rich", help="List and install network weights.")

INSTALLABLE = "vgg19"


@weights.command("list")
def list_weights(json: Json = False) -> None:
    """List the weights; auto takes the first one that is installed."""
    from restyle_server.admin.folders import data_dir
    from restyle_server.weights.catalogue import catalogue, choose

    found = catalogue(data_dir())
    used = choose("auto", data_dir()).id
    if json:
        for one in found:
            emit({**plain(one), "installed": one.installed, "in_use": one.id == used})
        return
    rows = [(one.id, _state(one, used), bytes_for_people(one.size), f"to {one.layers[-1]}" if one.layers else "") for one in found]
    table(("id", "state", "size", "layers"), rows, right=("size",))
    for one in found:
        if one.hint and not one.installed:
            line(one.hint)


def _state(one: Weights, used: str) -> str:
    if one.installed:
        return "in use" if one.id == used else "installed"
    return "not installed" if one.layers else "damaged"


@weights.command()
@examples("restyle weights install vgg19", "restyle weights install vgg19 --from ~/Downloads/vgg19-dcbb9e9d.pth")
def install(
    name: Annotated[str, typer.Argument(metavar="ID", help="Only vgg19 can be installed.", show_default=False)],
    given: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A downloaded vgg19-dcbb9e9d.pth, instead of the network.", show_default=False)
    ] = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Another address of the same file.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """Install VGG19: 575 MB, once. A download that was broken off goes on where it stopped."""
    if name != INSTALLABLE:
        raise typer.BadParameter(f"{name!r} can't be installed; only {INSTALLABLE} can, vgg16 came with Restyle")
    if given is not None and url is not None:
        raise typer.BadParameter("give either --from or --url, not both")
    if url is not None and not url.startswith(("https://", "http://")):
        raise typer.BadParameter(f"{url!r} is no web address; give one that begins with https://, or a file with --from")

    from restyle_server.admin.folders import data_dir
    from restyle_server.weights.install import install_vgg19

    with _Progress(json) as show:
        path = install_vgg19(data_dir(), at_home(given) if given else url, show)
    if json:
        emit({"id": INSTALLABLE, "path": path, "installed": True})
    else:
        line(f"installed {path}; from now on it is used wherever weights are auto")


class _Progress:
    """A bar per step on a terminal, a line per step elsewhere, nothing beside JSON."""

    def __init__(self, quiet: bool) -> None:
        import sys

        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

        self._quiet = quiet
        self._step = ""
        self._bars: Progress | None = None
        if sys.stderr.isatty():
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bars.add_task("", total=None)

    def __enter__(self) -> Callable[[int, int, str], None]:
        if self._bars:
            self._bars.start()
        return self._show

    def __exit__(self, *failure: object) -> None:
        if self._bars:
            self._bars.stop()

    def _show(self, done: int, total: int, step: str) -> None:
        fresh, self._step = step != self._step, step
        if self._bars:
            if fresh:
                self._bars.reset(self._task)
            known = step != "converting"  # torch tells nothing while it reads
            self._bars.update(self._task, description=step, completed=done, total=total if known else None)
        elif fresh and not self._quiet:
            typer.echo(f"{step} {bytes_for_people(total)}" if step in ("downloading", "checking") else step, err=True)
