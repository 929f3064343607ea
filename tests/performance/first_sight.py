"""Owns the table of how long a painter waits for the first preview, and where that time goes: `python tests/performance/first_sight.py`.

Counted from the moment when the server has the whole layer. First with a server that has just been started, and never before on this machine; then with one
that keeps what an earlier one measured; then with one that runs; at last a second job with the same style, from leaving the queue to its first evaluation.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from restyle_client import Parameters
from watched_server import Told, Watched, layer, watched

ROW = "{:<34}{:>7}{:>12}{:>12}{:>10}{:>10}{:>10}{:>12}{:>12}"


def row(name: str, side: int, told: Told) -> str:
    """One line, seconds."""
    one = told.watched
    job, stages = one["stages"]["job"], one["stages"]
    running = told.job.started if told.job and told.job.started else 0.0
    parts = (
        told.previews[0] - told.had if told.previews else float("nan"),
        job[2] - told.had,
        stages["decode, profile, fill what is hidden"][0],
        stages["style, and both at work size"][0],
        one["begun"] - stages["paint"][2],
        told.progress - one["begun"],
        one["begun"] - running,
    )
    return ROW.format(name, f"{side}²", *(f"{part:.3f}" for part in parts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", default="512,2048,4096", help="px of the layers")
    given = parser.parse_args()
    sides = [int(side) for side in given.sides.split(",")]
    print(ROW.format("", "layer", "1st preview", "to worker", "decode", "style", "targets", "to progress", "queue→eval"))
    usual = Parameters(preset="draft", size=512, evaluations=2)
    for side in sides:
        plane = layer(side)
        with tempfile.TemporaryDirectory(prefix="restyle-sight-") as folder:
            with watched(Path(folder)) as server:
                print(row("just started, nothing kept", side, server.paint(plane, usual)), flush=True)
                _start(server)
            with watched(Path(folder)) as server:
                print(row("just started, styles kept", side, server.paint(plane, usual)), flush=True)
                print(row("running, the same style", side, server.paint(plane, usual)), flush=True)
                print(row("running, another style", side, server.paint(plane, usual, style="woodcut")), flush=True)
    small = layer(256)
    with tempfile.TemporaryDirectory(prefix="restyle-sight-") as folder, watched(Path(folder)) as server:
        server.ready()
        for name in ("prepared, first job", "second, the same style", "third", "fourth"):
            print(row(name, 256, server.paint(small, Parameters(size=256, evaluations=2))), flush=True)


def _start(server: Watched) -> None:
    """How the worker came up."""
    one = server.paint(layer(64), Parameters(size=64, evaluations=1)).watched
    start, prepared = one["start"], one["prepared"]
    print(
        f"   server to worker {start['spawned'] - server.started:.2f} s, to its imports {start['imported'] - start['spawned']:.2f} s, torch and the rest "
        f"{start['making'] - start['imported']:.2f} s, engine {start['made'] - start['making']:.2f} s, prepared in {prepared[1] - prepared[0]:.2f} s"
    )


if __name__ == "__main__":
    main()
