"""Owns the measuring of the engine beside the textbook's implementation: `python tests/bench [--help]`. Needs no server, and disturbs none."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import typer
from bench.chart import drawn
from bench.peers import Command, Peer, command
from bench.running import BenchFailed, Evaluation, Machine, Race, Wanted, measured
from PIL import Image
from restyle_cli.commands.options import Device, Overwrite, Weights
from restyle_cli.commands.serve import refuse_without_torch
from restyle_cli.runs import destinations
from restyle_cli.terminal.examples import examples
from restyle_cli.terminal.failures import Commands, Failure
from restyle_cli.terminal.output import Json, bytes_for_people, emit, line, plain, seconds_for_people, table
from restyle_contract.limits import SMALLEST_SIDE

LARGEST_SIDE = 2048  # px: the textbook takes 16 GB there
SIZES, RACES = "256,512", "192,256"
NONE = "none"


app = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]})


@app.callback(invoke_without_command=True)
@examples(
    "python tests/bench",
    "python tests/bench --sizes 256,512,1024 --race none",
    "python tests/bench --json --plot race.png",
    "python tests/bench --sizes none --peer 'theirs=their-command {content} {style} --output {output} --size {size}'",
)
def bench(
    sizes: Annotated[str, typer.Option(metavar="N,N,…", help="Sides in px at which an evaluation is timed; or none.")] = SIZES,
    race: Annotated[str, typer.Option(metavar="N,N,…", help="Sides in px at which the whole way is timed; or none. Takes minutes.")] = RACES,
    runs: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="How often each is timed; the median counts.")] = 5,
    iterations: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="Of the textbook's L-BFGS, after which its J is the goal.")] = 300,
    photo: Annotated[Path | None, typer.Option(metavar="FILE", help="What is painted. Default: a drawn landscape.", show_default=False)] = None,
    style: Annotated[str, typer.Option("--style", "-s", metavar="NAME|FILE", help="A style of the library, or a picture.")] = "night",
    peer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=COMMAND", help="Time this command too, at the sides of --race; {content}, {style}, {output} and {size} in it are filled in."
        ),
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="OUT", help="Draw J against time into this picture.", show_default=False)] = None,
    threads: Annotated[int | None, typer.Option(metavar="N", min=1, max=1024, help="On a processor. Default: all of its cores.", show_default=False)] = None,
    weights: Weights = None,
    device: Device = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Measure how fast this machine paints: seconds per evaluation beside the textbook's implementation of neural style transfer and the machine's own ceiling,
    memory, start-up, and how long each takes to the textbook's quality. Other programs disturb it: close them first. Ctrl-C ends it.
    """
    evaluated, raced = _sides(sizes, "--sizes"), _sides(race, "--race")
    if not (evaluated or raced):
        raise typer.BadParameter("--sizes and --race are both none; there is nothing to measure")
    if plot is not None and not raced:
        raise typer.BadParameter("--plot draws the race, and --race is none; leave one of them out")
    peers = _peers(peer or [])
    if peers and not raced:
        raise typer.BadParameter("--peer is timed where --race is, and that is none; leave one of them out")
    if photo is not None and not photo.expanduser().is_file():
        raise typer.BadParameter(f"--photo: there is no file {photo}")
    place = None if plot is None else destinations.single(plot.expanduser(), None, overwrite)
    refuse_without_torch()

    wanted = Wanted(
        sizes=evaluated,
        races=raced,
        device=device or "auto",
        photo=None if photo is None else str(photo.expanduser().absolute()),
        style=style,
        weights=weights or "auto",
        threads=threads,
        runs=runs,
        iterations=iterations,
        peers=peers,
    )
    found: list[Evaluation | Race | Peer] = []
    try:
        for one in measured(wanted, lambda text: None if json else _progress(text)):
            if json:
                emit({"kind": type(one).__name__.lower(), **plain(one), **_more(one)})
            elif isinstance(one, Machine):
                _progress("")
                line(f"{one.device}, {one.threads} {'thread' if one.threads == 1 else 'threads'}, PyTorch {one.torch}")
            if not isinstance(one, Machine):
                found.append(one)
    except BenchFailed as failure:
        raise Failure(str(failure)) from failure
    finally:
        _progress("")
    if not json:
        _tell([one for one in found if isinstance(one, Evaluation)], [one for one in found if isinstance(one, Race)])
        _tell_peers([one for one in found if isinstance(one, Peer)])
    if place is not None:
        with destinations.replacing(place, overwrite) as draft:
            drawn([one for one in found if isinstance(one, Race)]).save(draft, _format(place))
        if json:
            emit({"kind": "plot", "path": place})
        else:
            line(f"plot: {place}")


def _sides(text: str, option: str) -> tuple[int, ...]:
    """Sides in px, in the order given. typer.BadParameter."""
    if text.strip().lower() == NONE:
        return ()
    found = []
    for word in text.split(","):
        if not word.strip().isdecimal():
            raise typer.BadParameter(f"{option}: {word.strip()!r} is no size; write sides in pixels with commas between, such as {SIZES}, or {NONE}")
        side = int(word)
        if not SMALLEST_SIDE <= side <= LARGEST_SIDE:
            raise typer.BadParameter(f"{option}: {side} px can't be measured; sides go from {SMALLEST_SIDE} to {LARGEST_SIDE}")
        found.append(side)
    return tuple(dict.fromkeys(found))


def _peers(texts: list[str]) -> tuple[Command, ...]:
    """Other programs. typer.BadParameter."""
    try:
        found = tuple(command(text) for text in texts)
    except ValueError as error:
        raise typer.BadParameter(f"--peer: {error}") from error
    return found


def _more(one: Machine | Evaluation | Race | Peer) -> dict[str, float]:
    share = getattr(one, "share", None)
    return {} if share is None else {"share": share}


def _format(place: Path) -> str:
    return Image.registered_extensions()[place.suffix.lower()]


def _progress(text: str) -> None:
    """One line on the terminal that is written over; nothing elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def _tell(evaluations: list[Evaluation], races: list[Race]) -> None:
    if evaluations:
        line("\nOne evaluation (losses, gradient, optimiser), median (least – most); GFLOP/s of convolutions and Grams; step of the finish in evaluations")
        rows = [
            (
                f"{one.side} px",
                _name(one.contender),
                f"{one.seconds.median:.3f} s ({one.seconds.low:.3f} – {one.seconds.high:.3f})",
                f"{one.faster:.2f}×",
                f"{one.flops / 1e9:.0f} of {one.ceiling / 1e9:.0f}",
                f"{one.share:.0%}",
                "" if one.finish is None else f"{one.finish:.2f}",
                f"{bytes_for_people(one.peak)} ({one.lighter:.0%})",
                seconds_for_people(one.start),
            )
            for one in evaluations
        ]
        columns = ("size", "what", "per evaluation", "faster", "GFLOP/s of ceiling", "share", "step of the finish", "memory (of textbook's)", "start-up")
        table(columns, rows, right=columns[2:])
    if races:
        line(f"\nTo the J that the textbook reaches ({races[0].goal:.4g} at {races[0].side} px)")
        rows_ = [
            (
                f"{one.side} px",
                _name(one.contender),
                "never" if one.seconds is None else f"{one.seconds.median:.1f} s ({one.seconds.low:.1f} – {one.seconds.high:.1f})",
                "" if one.faster is None else f"{one.faster:.1f}×",
                f"{one.goal:.4g}",
                f"{one.reached:.4g}",
                str(one.evaluations),
            )
            for one in races
        ]
        columns_ = ("size", "what", "seconds", "faster", "goal", "lowest J", "evaluations")
        table(columns_, rows_, right=columns_[2:])


def _tell_peers(peers: list[Peer]) -> None:
    if peers:
        line("\nPeers: seconds of the whole command, its start included, and J of what it wrote; faster: the textbook's seconds to its goal over its own")
        rows = [
            (
                f"{one.side} px",
                one.contender,
                f"{one.seconds.median:.1f} s ({one.seconds.low:.1f} – {one.seconds.high:.1f})",
                f"{one.faster:.1f}×",
                f"{one.goal:.4g}",
                f"{one.reached:.4g}",
            )
            for one in peers
        ]
        columns = ("size", "what", "seconds", "faster", "goal", "J")
        table(columns, rows, right=columns[2:])


def _name(contender: str) -> str:
    return contender if contender == "textbook" else f"Restyle, {contender}"


if __name__ == "__main__":
    app()
